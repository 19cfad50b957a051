using System.Collections.Immutable;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared;
using HostAtlas.Shared.Tokens;

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

    /// <summary>Whether a token was ever issued.</summary>
    public bool Exists => !Tokens.IsEmpty;

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static ServerState Apply(ServerState state, IEntityEvent happened) => happened switch
    {
        TokenIssued e => state with
        {
            Tokens = [new StoredToken(e.Hash, null), .. state.Tokens
                .Where(token => token.EndsAt is null || token.EndsAt > e.At)
                .Take(Limits.TokensPerServer - 1)
                .Select(token => token with { EndsAt = token.EndsAt < e.EarlierEndAt ? token.EndsAt : e.EarlierEndAt })],
        },
        ServerReported e => state with { FirstReportAt = e.At },
        ServerSilent e => state with { SilentSince = e.At },
        ServerReturned => state with { SilentSince = null },
        _ => throw new InvalidOperationException($"A server's journal holds a {happened.GetType().Name} that this version does not know."),
    };
}

/// <summary>A token's hash and when it ends; null while it is the newest.</summary>
public sealed record StoredToken(TokenHash Hash, DateTimeOffset? EndsAt);
