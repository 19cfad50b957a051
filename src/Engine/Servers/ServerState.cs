using System.Collections.Immutable;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// What a server's entity keeps beyond a restart. Also its snapshot. The replay set is not part of it: see <see cref="ReplaySet"/>.
/// </summary>
public sealed record ServerState
{
    /// <summary>Before any event.</summary>
    public static readonly ServerState Nobody = new();

    /// <summary>Newest first, at most two.</summary>
    public ImmutableList<StoredToken> Tokens { get; init; } = [];

    /// <summary>When the first report came.</summary>
    public DateTimeOffset? FirstReportAt { get; init; }

    /// <summary>Set while the server is silent.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>When the server was deleted; null while it is not. The door never opens again.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Whether a token was ever issued.</summary>
    public bool Exists => !Tokens.IsEmpty || ClosedAt is not null;

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static ServerState Apply(ServerState state, IEntityEvent happened) => happened switch
    {
        TokenIssued e => state with { Tokens = StoredTokens.Rotate(state.Tokens, e.Hash, e.EarlierEndAt, e.At) },
        DoorClosed e => state with { Tokens = [], SilentSince = null, ClosedAt = e.At },
        ServerReported e => state with { FirstReportAt = e.At },
        ServerSilent e => state with { SilentSince = e.At },
        ServerReturned => state with { SilentSince = null },
        _ => throw new InvalidOperationException($"A server's journal holds a {happened.GetType().Name} that this version does not know."),
    };
}
