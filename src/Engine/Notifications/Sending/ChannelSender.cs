using HostAtlas.Engine.Teams;

namespace HostAtlas.Engine.Notifications.Sending;

/// <summary>Sends on whatever kind of channel.</summary>
public sealed class ChannelSender(WebhookSender webhooks, MailSender mails)
{
    /// <summary>Makes one attempt.</summary>
    public Task<SendOutcome> SendAsync(ChannelFound channel, Message message, CancellationToken cancellation) =>
        channel.Channel.Kind == ChannelKind.Webhook
            ? webhooks.SendAsync(channel, message, cancellation)
            : mails.SendAsync(channel, message, cancellation);
}
