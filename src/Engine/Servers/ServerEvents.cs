using System.Text.Json.Serialization;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Inventory;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Servers;

/// <summary>A token is valid from here on. Earlier ones end at <paramref name="EarlierEndAt"/>.</summary>
public sealed record TokenIssued(TokenHash Hash, DateTimeOffset EarlierEndAt, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>What the server was called then; null in journals that did not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>The server was deleted: none of its tokens is worth anything, and no new one is made.</summary>
public sealed record DoorClosed(DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The server sent its first report.</summary>
public sealed record ServerReported(DateTimeOffset At) : IEntityEvent;

/// <summary>The server has said nothing for too long.</summary>
public sealed record ServerSilent(DateTimeOffset LastSeenAt, DateTimeOffset At) : IEntityEvent;

/// <summary>A silent server was heard again.</summary>
public sealed record ServerReturned(DateTimeOffset At) : IEntityEvent;

/// <summary>
/// The server's inventory became other than the one before. <paramref name="Digest"/>: of what is compared, by which a change that could
/// not be written is not told twice. <paramref name="IsFirst"/>: there was none before.
/// </summary>
public sealed record InventoryChanged(
    string Digest, bool IsFirst, IReadOnlyList<SectionChange> Sections, DateTimeOffset At, Author? By) : IAuditedEvent;
