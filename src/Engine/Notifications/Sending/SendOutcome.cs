using System.Globalization;

namespace HostAtlas.Engine.Notifications.Sending;

/// <summary>What came of one attempt.</summary>
/// <param name="Code">From a closed set, with a status behind a colon where there is one; it is kept and shown.</param>
/// <param name="Detail">The same as a sentence that names the next step. Nothing of what the other side wrote stands in it.</param>
/// <param name="Wished">How long the receiver asked to be left alone.</param>
public sealed record SendOutcome(SendResult Result, string Code, string Detail, TimeSpan? Wished = null)
{
    public static readonly SendOutcome
        Taken = new(SendResult.Delivered, "delivered", "The mail server took it."),
        TimedOut = Failed("timed-out", "There was no answer within 15 seconds."),
        AddressRefused = Failed("address-refused",
            "The address is not on the public internet. The platform's operator can allow its network (notifications.allowed_networks)."),
        NameUnknown = Failed("name-unknown", "The name in the address has no address on the internet. Correct it."),
        NotReached = Failed("not-reached", "No connection came about. See whether the receiver is up and reachable from the internet."),
        Untrusted = Failed("certificate-rejected",
            "The receiver's certificate is not valid for its name, or its authority is not known. Give it a valid one."),
        NoMail = Failed("no-mail-server", "This platform sends no mail: its operator has configured no mail server ([smtp])."),
        MailNotReached = Failed("mail-server-not-reached", "The platform's mail server did not answer. Its operator must look at it."),
        MailSignIn = Failed("mail-server-sign-in", "The platform's mail server did not let the platform in. Its operator must look at it."),
        MailWithoutTls = Failed("mail-server-tls",
            "The platform's mail server offers no TLS, or shows a certificate that is not valid. Its operator must look at it.");

    /// <summary>A webhook's receiver answered.</summary>
    public static SendOutcome Answered(int status, TimeSpan? wished) => status switch
    {
        >= 200 and < 300 => new(SendResult.Delivered, "delivered", Text($"The receiver answered {status}.")),
        410 => new(SendResult.Gone, "answered:410", "The receiver answered 410: it wants nothing more. The channel is disabled."),
        >= 300 and < 400 => Failed(Text($"answered:{status}"),
            Text($"The receiver answered {status}, and redirects are not followed. Name the address that it leads to.")),
        _ => new(SendResult.Failed, Text($"answered:{status}"),
            Text($"The receiver answered {status}, where 200 to 299 is expected."), wished),
    };

    /// <summary>The mail server answered no.</summary>
    public static SendOutcome MailRefused(int status) => Failed(Text($"mail-refused:{status}"),
        Text($"The mail server refused it with {status}. Correct the address, or ask the operator."));

    private static SendOutcome Failed(string code, string detail) => new(SendResult.Failed, code, detail);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How an attempt ended.</summary>
public enum SendResult
{
    /// <summary>It was taken.</summary>
    Delivered,

    /// <summary>It was not, and may be later.</summary>
    Failed,

    /// <summary>The receiver wants nothing any more.</summary>
    Gone,
}
