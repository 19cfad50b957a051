using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary>The body of <c>PUT /api/notifications</c>: what <c>GET</c> shows may be sent back as it is.</summary>
internal sealed record NotificationsBody(IReadOnlyList<ChannelBody?>? Items);

/// <summary>One channel of the body.</summary>
/// <param name="Id">Null for a new one.</param>
/// <param name="Enabled">Null: as it is.</param>
internal sealed record ChannelBody(
    string? Id, string? Kind, string? Url, string? Address, IReadOnlyList<string?>? Events, bool? Enabled)
{
    /// <summary>Without the target: an address of a webhook may be a credential.</summary>
    public override string ToString() => nameof(ChannelBody);
}

/// <summary>200 of <c>/api/notifications</c>.</summary>
/// <param name="Types">What a channel can be told of.</param>
/// <param name="Mail">Whether this platform sends mail.</param>
internal sealed record NotificationsView(IReadOnlyList<ChannelView> Items, IReadOnlyList<string> Types, bool Mail);

/// <summary>One channel.</summary>
/// <param name="GoneAt">Since when its receiver answers 410; null while it does not.</param>
/// <param name="LastAttemptAt">Within the last two days; null: none.</param>
/// <param name="LastOutcome">Of that attempt.</param>
/// <param name="Waiting">Messages that are still to be sent.</param>
/// <param name="Secret">Of a webhook that was made with this very call; null at all other times.</param>
internal sealed record ChannelView(
    ChannelId Id, string Kind, string? Url, string? Address, IReadOnlyList<string> Events, bool Enabled, DateTimeOffset CreatedAt,
    DateTimeOffset? GoneAt, DateTimeOffset? LastAttemptAt, string? LastOutcome, int Waiting, string? Secret)
{
    /// <summary>The team's own record for people.</summary>
    public static ChannelView Of(TeamChannel channel, LastAttempt? last, string? secret = null) => new(
        channel.Id, AuditNames.Of(channel.Kind), channel.Kind == ChannelKind.Webhook ? channel.Terms.Target : null,
        channel.Kind == ChannelKind.Email ? channel.Terms.Target : null, channel.Terms.Events, channel.Terms.Enabled,
        channel.CreatedAt.ToUniversalTime(), channel.GoneAt?.ToUniversalTime(), last?.At?.ToUniversalTime(), last?.Outcome,
        last?.Waiting ?? 0, secret);

    /// <summary>Without target and secret.</summary>
    public override string ToString() => $"ChannelView({Id})";
}

/// <summary>200 of <c>POST /api/notifications/{id}/secret</c>: the only time the secret is shown.</summary>
internal sealed record ChannelSecretView(string Secret)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(ChannelSecretView);
}

/// <summary>200 of <c>POST /api/notifications/{id}/test</c>.</summary>
internal sealed record ChannelTrialView(bool Delivered, string Code, string Detail);
