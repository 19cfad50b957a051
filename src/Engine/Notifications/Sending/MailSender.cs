using System.Net.Sockets;
using HostAtlas.Engine.Teams;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;

namespace HostAtlas.Engine.Notifications.Sending;

/// <summary>
/// Sends mails over the operator's mail server, always by TLS, a connection each. The library writes the headers: whatever a name holds, it
/// cannot become a header of its own.
/// </summary>
public sealed class MailSender(NotificationOptions options, TimeProvider time)
{
    private readonly ReceiverTrust _trust = new(options.Authorities);

    /// <summary>Whether it is one mailbox's address.</summary>
    public static bool IsAddress(string text) => MailboxAddress.TryParse(text, out _);

    /// <summary>Makes one attempt. What goes wrong is an outcome; only <paramref name="cancellation"/> throws.</summary>
    public async Task<SendOutcome> SendAsync(ChannelFound channel, Message message, CancellationToken cancellation)
    {
        if (options.Mail is not { } server) return SendOutcome.NoMail;
        if (!MailboxAddress.TryParse(channel.Channel.Terms.Target, out var to)) return SendOutcome.MailRefused(MalformedMailbox);
        using var patience = new CancellationTokenSource(WebhookSender.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        using var mail = Mail(server, to, message, time.GetUtcNow());
        try
        {
            await SendAsync(server, mail, either.Token).ConfigureAwait(false);
            return SendOutcome.Taken;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return SendOutcome.TimedOut;
        }
        catch (SmtpCommandException refused)
        {
            return SendOutcome.MailRefused((int)refused.StatusCode);
        }
        catch (AuthenticationException)
        {
            return SendOutcome.MailSignIn;
        }
        // NotSupported: the server offers no STARTTLS, or no way to sign in that the library knows.
        catch (Exception fault) when (fault is SslHandshakeException or NotSupportedException)
        {
            return SendOutcome.MailWithoutTls;
        }
        catch (Exception fault) when (fault is IOException or SocketException or ProtocolException or ServiceNotConnectedException)
        {
            return SendOutcome.MailNotReached;
        }
    }

    /// <summary>The mail of a message: plain text, known as sent by a program, with one id on every attempt.</summary>
    internal static MimeMessage Mail(MailOptions server, MailboxAddress to, Message message, DateTimeOffset now)
    {
        var text = HappeningText.Of(message.Happening);
        var from = MailboxAddress.Parse(server.From);
        from.Name ??= "HostAtlas";
        var mail = new MimeMessage { Subject = text.Headline, Date = now, MessageId = $"{message.Id}@{from.Domain}" };
        mail.From.Add(from);
        mail.To.Add(to);
        // RFC 3834: nobody's absence answers a mail of a program.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Body = new TextPart(TextFormat.Plain)
        {
            Text = $"{text.Headline}, as of {HappeningText.Time(message.Happening.At)}.\n\n{text.What}\n\n{text.Next}\n"
                + (message.Link is null ? "" : $"\n{message.Link}\n"),
        };
        return mail;
    }

    private const int MalformedMailbox = 501;

    private async Task SendAsync(MailOptions server, MimeMessage mail, CancellationToken cancellation)
    {
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        client.ServerCertificateValidationCallback = (_, certificate, chain, faults) => _trust.Trusts(certificate, chain, faults);
        var tls = server.FromStart ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
        await client.ConnectAsync(server.Host, server.Port, tls, cancellation).ConfigureAwait(false);
        if (server.User is { } user) await client.AuthenticateAsync(user, server.Password ?? "", cancellation).ConfigureAwait(false);
        await client.SendAsync(mail, cancellation).ConfigureAwait(false);
        await client.DisconnectAsync(quit: true, cancellation).ConfigureAwait(false);
    }
}
