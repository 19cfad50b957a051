using System.Collections.Immutable;
using System.Text.Json.Serialization;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Teams;

/// <summary>Everything a team decides by. Also its snapshot.</summary>
public sealed record TeamState
{
    /// <summary>Before any event.</summary>
    public static readonly TeamState Nobody = new();

    private static readonly TimeSpan EndedKept = TimeSpan.FromDays(30);

    /// <summary>Null until somebody founds the team.</summary>
    public string? Name { get; init; }

    /// <summary>How many servers it may have; null is unlimited.</summary>
    public int? PlanServers { get; init; } = Limits.FreePlanServers;

    /// <summary>
    /// The invitations, also for 30 days after they ended: a spent one must be told from an unknown one, and a set-up that died half-way
    /// goes on where it stopped. Without an end the list would grow with every person who ever came.
    /// </summary>
    public ImmutableDictionary<InvitationId, StoredInvitation> Invitations { get; init; } =
        ImmutableDictionary<InvitationId, StoredInvitation>.Empty;

    /// <summary>The people.</summary>
    public ImmutableDictionary<UserId, Member> Members { get; init; } = ImmutableDictionary<UserId, Member>.Empty;

    /// <summary>The servers.</summary>
    public ImmutableDictionary<ServerId, TeamServer> Servers { get; init; } = ImmutableDictionary<ServerId, TeamServer>.Empty;

    /// <summary>The API keys that are valid.</summary>
    public ImmutableDictionary<KeyId, StoredKey> Keys { get; init; } = ImmutableDictionary<KeyId, StoredKey>.Empty;

    /// <summary>The data key whose rotation was journalled last; 0 before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int DataKey { get; init; }

    /// <summary>On which channels the team is told of what happens, the oldest first; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableList<StoredChannel>? Channels { get; init; }

    /// <summary>What servers inherit that chose nothing; null: the platform's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetentionDefault? Retention { get; init; }

    /// <summary>The channels, none when there never was one.</summary>
    public ImmutableList<StoredChannel> AllChannels => Channels ?? [];

    /// <summary>Whether anything was ever journalled.</summary>
    public bool Exists => Name is not null || !Invitations.IsEmpty;

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static TeamState Apply(TeamState state, IEntityEvent happened) => happened switch
    {
        InvitationIssued e => state with
        {
            Invitations = state.Invitations
                .RemoveRange(state.Invitations.Where(known => known.Value.ExpiresAt < e.At - EndedKept).Select(known => known.Key))
                .SetItem(e.Invitation, new StoredInvitation(e.Hash, e.Role, e.Email, e.At, e.ExpiresAt, e.By, null, Withdrawn: false)),
        },
        InvitationWithdrawn e => state with
        {
            Invitations = state.Invitations.SetItem(e.Invitation, state.Invitations[e.Invitation] with { Withdrawn = true }),
        },
        TeamFounded e => state with { Name = e.Name },
        TeamRenamed e => state with { Name = e.To },
        MemberJoined e => state with
        {
            Members = state.Members.SetItem(e.User, new Member(e.Email, e.Role, e.At)),
            Invitations = state.Invitations.SetItem(e.Invitation, state.Invitations[e.Invitation] with { SpentBy = e.User }),
        },
        RoleChanged e => state with
        {
            Members = state.Members.SetItem(e.User, state.Members[e.User] with { Role = e.To }),
            Invitations = WithoutThoseOf(state, e.User, e.To),
        },
        MemberLeft e => state with { Members = state.Members.Remove(e.User), Invitations = WithoutThoseOf(state, e.User, null) },
        DataKeyRotated e => state with { DataKey = e.Number },
        TeamRetentionChosen e => state with { Retention = e.Default },
        TablesRebuilt or AuditExported => state,
        PlanSet e => state with { PlanServers = e.Servers },
        ServerJoined e => state with { Servers = state.Servers.SetItem(e.Server, new TeamServer(e.Name, e.At)) },
        ServerRenamed e => state with { Servers = state.Servers.SetItem(e.Server, state.Servers[e.Server] with { Name = e.To }) },
        ServerRemoved e => state with { Servers = state.Servers.Remove(e.Server) },
        KeyAdded e => state with
        {
            Keys = state.Keys.SetItem(e.Key, new StoredKey(e.Name, e.Scopes, [new StoredToken(e.Hash, null)], e.At, e.ExpiresAt)),
        },
        KeyRotated e => state with { Keys = state.Keys.SetItem(e.Key, state.Keys[e.Key].Rotated(e)) },
        KeyRevoked e => state with { Keys = state.Keys.Remove(e.Key) },
        ChannelAdded e => state with
        {
            Channels = state.AllChannels.Add(
                new StoredChannel(e.Channel, e.Kind, e.Terms, e.Secret is { } secret ? [new StoredSecret(secret, null)] : [], e.At)),
        },
        ChannelChanged e => state.With(e.Channel, channel => channel.Changed(e.To)),
        ChannelSecretRotated e => state.With(e.Channel, channel => channel.Rotated(e)),
        ChannelGone e => state.With(
            e.Channel, channel => channel with { Terms = channel.Terms with { Enabled = false }, GoneAt = e.At }),
        ChannelRemoved e => state with { Channels = state.AllChannels.RemoveAll(channel => channel.Id == e.Channel) },
        _ => throw new InvalidOperationException($"A team's journal holds a {happened.GetType().Name} that this version does not know."),
    };

    /// <summary>A channel, or null.</summary>
    public StoredChannel? Channel(ChannelId id) => AllChannels.Find(channel => channel.Id == id);

    private TeamState With(ChannelId id, Func<StoredChannel, StoredChannel> change) =>
        Channel(id) is { } channel ? this with { Channels = AllChannels.Replace(channel, change(channel)) } : this;

    /// <summary>
    /// What a person may not grant any more is over for good: it must not live again when the person is promoted or comes back later.
    /// </summary>
    private static ImmutableDictionary<InvitationId, StoredInvitation> WithoutThoseOf(TeamState state, UserId user, TeamRole? now) =>
        state.Invitations.SetItems(state.Invitations
            .Where(one => one.Value is { Withdrawn: false, SpentBy: null, By: { Kind: AuthorKind.Person } by } && by.Id == user.Value
                && !(now is { } role && MembershipRules.Governs(role, one.Value.Role)))
            .Select(one => KeyValuePair.Create(one.Key, one.Value with { Withdrawn = true })));
}

/// <summary>An invitation as the team keeps it. <paramref name="Email"/>: the only address that may accept it; null: any.</summary>
public sealed record StoredInvitation(
    TokenHash Hash, TeamRole Role, string? Email, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, Author? By, UserId? SpentBy,
    bool Withdrawn);

/// <summary>A person in the team.</summary>
public sealed record Member(string Email, TeamRole Role, DateTimeOffset JoinedAt);

/// <summary>A server of the team.</summary>
public sealed record TeamServer(string Name, DateTimeOffset CreatedAt);

/// <summary>An API key as the team keeps it.</summary>
/// <param name="Tokens">Newest first, at most two.</param>
/// <param name="ExpiresAt">From when on it is worth nothing, however often it was rotated; null: it has no end.</param>
public sealed record StoredKey(
    string Name, KeyScopes Scopes, ImmutableList<StoredToken> Tokens, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>The key after a rotation.</summary>
    public StoredKey Rotated(KeyRotated happened) =>
        this with { Tokens = StoredTokens.Rotate(Tokens, happened.Hash, happened.EarlierEndAt, happened.At) };

    /// <summary>Whether its end has come.</summary>
    public bool HasExpired(DateTimeOffset now) => ExpiresAt <= now;
}
