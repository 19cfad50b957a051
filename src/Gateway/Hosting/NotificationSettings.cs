using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;

namespace HostAtlas.Gateway.Hosting;

/// <summary>How people are told, out of the settings. The password of the mail server comes from a file of mode 0600.</summary>
internal static class NotificationSettings
{
    private const int SubmissionPort = 587, SubmissionsPort = 465;

    /// <summary>Networks as people write them: <c>10.1.0.0/16, fd00::/8</c>; null when one of them is none.</summary>
    public static IReadOnlyList<IPNetwork>? ReadNetworks(string text)
    {
        var networks = new List<IPNetwork>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IPNetwork.TryParse(part, out var network)) return null;
            networks.Add(network);
        }
        return networks;
    }

    /// <summary>The options with what the named files hold, and everything that is wrong; no fault repeats a secret.</summary>
    public static (GatewayOptions Options, IReadOnlyList<string> Faults) Resolve(GatewayOptions options)
    {
        var faults = new List<string>();
        var (authorities, fault) = options.NotificationAuthorityFile is { } file ? AuthorityFile.Read(file) : (null, null);
        if (fault is not null) faults.Add($"notifications.ca_file: {fault}");
        var notifications = new NotificationOptions
        {
            AllowedNetworks = options.WebhookNetworks,
            Authorities = authorities,
            Mail = Mail(options.Mail, faults),
        };
        return (options with { Notifications = notifications }, faults);
    }

    private static MailOptions? Mail(MailSettings mail, List<string> faults)
    {
        if (mail == new MailSettings()) return null;
        if (mail.Host is null) faults.Add("smtp.host: the mail server must be named when something else of [smtp] is set.");
        if (mail.From is null || !MailSender.IsAddress(mail.From))
            faults.Add("smtp.from: an e-mail address is expected, from which the platform sends.");
        if (mail.User is null != (mail.PasswordFile is null)) faults.Add("smtp.user and smtp.password_file: name both or none.");
        string? password = null;
        if (mail.PasswordFile is { } file)
        {
            (password, var fault) = PrivateText.Read(file, "the mail server's password");
            if (fault is not null) faults.Add($"smtp.password_file: {fault}");
        }
        return new MailOptions(mail.Host ?? "", mail.Port ?? (mail.FromStart ? SubmissionsPort : SubmissionPort), mail.FromStart,
            mail.User, password, mail.From ?? "");
    }
}

/// <summary>The section <c>[smtp]</c>.</summary>
internal sealed record MailSettings(
    string? Host = null, int? Port = null, bool FromStart = false, string? User = null, string? PasswordFile = null, string? From = null);
