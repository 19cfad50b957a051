using System.Text.Json.Serialization;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <summary>
/// Says on which channels the team is told from now on: all of them; one that is not named is removed. Reply: <see cref="TeamChannels"/>,
/// or a refusal and nothing is changed.
/// </summary>
public sealed record SetChannels(TeamId Team, IReadOnlyList<WantedChannel> Channels, Author By) : ITeamCommand;

/// <summary>One channel as it should be.</summary>
/// <param name="IsNew">Made with this command; otherwise the team must know it.</param>
/// <param name="Enabled">Null: as it is, and enabled when it is new.</param>
/// <param name="Secret">Of a new webhook; null for all others.</param>
public sealed record WantedChannel(
    ChannelId Id, ChannelKind Kind, bool IsNew, string Target, IReadOnlyList<string> Events, bool? Enabled,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] byte[]? Secret)
{
    /// <summary>Without target and secret: a record's own text would print them into a log.</summary>
    public override string ToString() => $"WantedChannel({Id}, {Kind})";
}

/// <summary>
/// Gives a webhook another secret; the earlier one goes on beside it for <paramref name="OverlapSeconds"/>, at most two sign at a time.
/// Reply: <see cref="Done"/> or a refusal.
/// </summary>
public sealed record RotateChannelSecret(TeamId Team, ChannelId Channel, byte[] Secret, int OverlapSeconds, Author By) : ITeamCommand
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"RotateChannelSecret({Team}, {Channel})";
}

/// <summary>Notes that a webhook's receiver wants nothing more. Idempotent. Reply: <see cref="Done"/> or NotFound.</summary>
public sealed record NoteChannelGone(TeamId Team, ChannelId Channel, Author By) : ITeamCommand;

/// <summary>Asks for the channels, without secrets. Reply: <see cref="TeamChannels"/>.</summary>
public sealed record ListChannels(TeamId Team) : ITeamCommand;

/// <summary>Asks for one channel with what its messages are signed by. Reply: <see cref="ChannelFound"/> or NotFound.</summary>
public sealed record FindChannel(TeamId Team, ChannelId Channel) : ITeamCommand;

/// <summary>The channels, the oldest first.</summary>
public sealed record TeamChannels(IReadOnlyList<TeamChannel> Items) : IEngineReply;

/// <summary>One channel. <paramref name="GoneAt"/>: since when its receiver wants nothing more; null for all others.</summary>
public sealed record TeamChannel(ChannelId Id, ChannelKind Kind, ChannelTerms Terms, DateTimeOffset CreatedAt, DateTimeOffset? GoneAt)
{
    /// <summary>Whether it is to be told of things of this type.</summary>
    public bool Hears(string type) => Terms.Enabled && (Terms.Events.Contains(type) || Terms.Events.Contains(EveryEvent));

    /// <summary>Stands for every type, those of later versions among them.</summary>
    public const string EveryEvent = "*";
}

/// <summary>One channel with its secrets that sign now, the newest first; none for e-mail.</summary>
public sealed record ChannelFound(TeamChannel Channel, IReadOnlyList<byte[]> Secrets) : IEngineReply
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"ChannelFound({Channel.Id})";
}
