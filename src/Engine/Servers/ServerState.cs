using System.Collections.Immutable;
using System.Text.Json.Serialization;
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

    /// <summary>The inventory that was told of last: see <see cref="InventoryChanged"/>. Null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InventoryDigest { get; init; }

    /// <summary>What its agent was asked to do, the oldest first: what is open, and the last that ended.</summary>
    [JsonIgnore]
    public ImmutableList<CommandItem> Commands { get; init; } = [];

    /// <summary>The same for the snapshot, which has no such member while there are none: those of before had none.</summary>
    [JsonInclude, JsonPropertyName("commands"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal ImmutableList<CommandItem>? KeptCommands
    {
        get => Commands.IsEmpty ? null : Commands;
        init => Commands = value ?? [];
    }

    /// <summary>Whether a token was ever issued.</summary>
    public bool Exists => !Tokens.IsEmpty || ClosedAt is not null;

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static ServerState Apply(ServerState state, IEntityEvent happened) => happened switch
    {
        TokenIssued e => state with { Tokens = StoredTokens.Rotate(state.Tokens, e.Hash, e.EarlierEndAt, e.At) },
        DoorClosed e => state with { Tokens = [], SilentSince = null, ClosedAt = e.At, Commands = [] },
        ServerReported e => state with { FirstReportAt = e.At },
        ServerSilent e => state with { SilentSince = e.At },
        ServerReturned => state with { SilentSince = null },
        InventoryChanged e => state with { InventoryDigest = e.Digest },
        CommandQueued or CommandEnded => state with { Commands = CommandDecisions.Apply(state.Commands, happened) },
        _ => throw new InvalidOperationException($"A server's journal holds a {happened.GetType().Name} that this version does not know."),
    };
}
