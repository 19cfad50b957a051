using System.Text.Json.Serialization;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <summary>
/// The team is told on another channel from here on. <paramref name="Secret"/>: what a webhook's messages are signed by; null for e-mail.
/// </summary>
public sealed record ChannelAdded(
    ChannelId Channel, ChannelKind Kind, ChannelTerms Terms,
    // Left out and not null: generated JSON writes bytes that are null as bytes that are none.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] byte[]? Secret, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without target and secret: a record's own text would print them into a log.</summary>
    public override string ToString() => $"ChannelAdded({Channel}, {Kind})";
}

/// <summary>A channel has other terms.</summary>
public sealed record ChannelChanged(
    ChannelId Channel, ChannelKind Kind, ChannelTerms From, ChannelTerms To, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without the targets.</summary>
    public override string ToString() => $"ChannelChanged({Channel}, {Kind})";
}

/// <summary>Messages are signed by another secret; the earlier one signs beside it until <paramref name="EarlierEndsAt"/>.</summary>
public sealed record ChannelSecretRotated(
    ChannelId Channel, string Target, byte[] Secret, DateTimeOffset EarlierEndsAt, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without target and secret.</summary>
    public override string ToString() => $"ChannelSecretRotated({Channel})";
}

/// <summary>The receiver said that it wants nothing more (410); nothing is sent there until a person enables the channel again.</summary>
public sealed record ChannelGone(ChannelId Channel, string Target, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Without the target.</summary>
    public override string ToString() => $"ChannelGone({Channel})";
}

/// <summary>The team is not told on this channel any more; its secret is worth nothing.</summary>
public sealed record ChannelRemoved(ChannelId Channel, ChannelKind Kind, ChannelTerms Terms, DateTimeOffset At, Author? By)
    : IAuditedEvent
{
    /// <summary>Without the target.</summary>
    public override string ToString() => $"ChannelRemoved({Channel}, {Kind})";
}

/// <summary>What a channel is.</summary>
public enum ChannelKind
{
    /// <summary>A signed POST to an https address.</summary>
    Webhook = 1,

    /// <summary>A mail.</summary>
    Email = 2,
}

/// <summary>What people may change of a channel.</summary>
/// <param name="Target">The webhook's address, which may hold a secret of the receiver's, or the e-mail address.</param>
/// <param name="Events">Types of what is told, or <c>*</c> for all.</param>
/// <param name="Enabled">Whether anything is sent.</param>
public sealed record ChannelTerms(string Target, IReadOnlyList<string> Events, bool Enabled)
{
    /// <summary>Whether both say the same.</summary>
    public bool Same(ChannelTerms other) =>
        Target == other.Target && Enabled == other.Enabled && Events.SequenceEqual(other.Events, StringComparer.Ordinal);

    /// <summary>Without the target: a record's own text would print it into a log.</summary>
    public override string ToString() => $"ChannelTerms({Events.Count} types, {(Enabled ? "enabled" : "disabled")})";
}
