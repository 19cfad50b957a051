using System.Text.Json.Serialization;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Servers;

/// <summary>A command to one server's entity, the door: <c>{team}.{server}</c> is the address.</summary>
public interface IServerCommand
{
    /// <summary>The tenant.</summary>
    TeamId Team { get; }

    /// <summary>The server within the tenant.</summary>
    ServerId Server { get; }
}

/// <summary>
/// Makes a token valid. The gateway sends it only for a server that the team named its own. Earlier tokens end after
/// <paramref name="OverlapSeconds"/>; at most two are valid at a time, the oldest goes first. Reply: <see cref="Done"/>.
/// </summary>
public sealed record IssueToken(TeamId Team, ServerId Server, TokenHash Hash, int OverlapSeconds, Author By) : IServerCommand
{
    /// <summary>What the server is called, for the audit log: the door itself has no name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>
/// Closes the door for good: the server is being deleted, all its tokens are dead from here on. Closing twice changes nothing. Reply:
/// <see cref="Done"/>.
/// </summary>
public sealed record CloseDoor(TeamId Team, ServerId Server, Author By) : IServerCommand;

/// <summary>
/// A request whose form, tag, signature and window the gateway has verified. <paramref name="Call"/> is the gateway's own id of this call:
/// its retry joins the one in flight, while another call with the same signature is a replay. <paramref name="Signature"/>: 32 bytes.
/// <paramref name="From"/>: the network address it came from, null when unknown.
/// Reply: what stands at the payload, what the entity of the server's backups answers to its payloads, or a refusal.
/// </summary>
public sealed record AgentRequest(
    TeamId Team, ServerId Server, Guid Call, TokenHash Token, byte[] Signature, long TimestampSeconds, IAgentPayload Payload,
    string? From = null) : IServerCommand;

/// <summary>What an agent's request carries, one type an endpoint; the discriminator is its manifest.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(MetricsPayload), "metrics.1")]
[JsonDerivedType(typeof(BeginPayload), "backup-begin.1")]
[JsonDerivedType(typeof(UploadsPayload), "backup-uploads.1")]
[JsonDerivedType(typeof(CommitPayload), "backup-commit.1")]
[JsonDerivedType(typeof(ListPayload), "backup-list.1")]
[JsonDerivedType(typeof(DownloadsPayload), "backup-downloads.1")]
[JsonDerivedType(typeof(DrillPayload), "backup-drill.1")]
[JsonDerivedType(typeof(LogsPayload), "logs.1")]
[JsonDerivedType(typeof(InventoryPayload), "inventory.1")]
[JsonDerivedType(typeof(PollPayload), "commands-poll.1")]
[JsonDerivedType(typeof(ResultPayload), "command-result.1")]
public interface IAgentPayload;

/// <summary>Of <c>POST /api/agent/metrics</c>. Reply: <see cref="MetricsStored"/>.</summary>
public sealed record MetricsPayload(MetricBatch Batch) : IAgentPayload;

/// <summary>Of <c>POST /api/agent/logs</c>. Reply: <see cref="LogsStored"/>.</summary>
public sealed record LogsPayload(LogBatch Batch) : IAgentPayload;

/// <summary>
/// Of <c>POST /api/agent/inventory</c>, checked and packed (<see cref="Inventory.PackedInventory"/>) by the gateway. Reply:
/// <see cref="Done"/>.
/// </summary>
public sealed record InventoryPayload(byte[] Packed) : IAgentPayload;

/// <summary>
/// Of <c>POST /api/agent/commands/poll</c>. Reply: <see cref="CommandsOffered"/>, after <paramref name="WaitSeconds"/> at the latest.
/// </summary>
public sealed record PollPayload(int WaitSeconds) : IAgentPayload;

/// <summary>Of <c>POST /api/agent/commands/{id}/result</c>. Reply: <see cref="Done"/>.</summary>
public sealed record ResultPayload(CommandId Command, CommandStanding Standing, string Detail) : IAgentPayload;

/// <summary>
/// Asks the server's agent to do something. <paramref name="Id"/>: the caller's own, by which a request that is sent again is known, or
/// drawn by the gateway. Reply: <see cref="CommandShown"/>.
/// </summary>
public sealed record QueueCommand(TeamId Team, ServerId Server, CommandId Id, string Kind, int? ReadDataPercent, Author By)
    : IServerCommand;

/// <summary>What the agent was asked to do, and what came of it. Reply: <see cref="CommandsShown"/>.</summary>
public sealed record ListCommands(TeamId Team, ServerId Server) : IServerCommand;

/// <summary>A presence slice asks the door to look whether the server has gone silent. No reply.</summary>
public sealed record CheckSilence(TeamId Team, ServerId Server, DateTimeOffset LastSeenAt) : IServerCommand;

/// <summary>
/// A request that the door handed on was answered: its signature is spent, or (<paramref name="IsSpent"/> false) was refused and may come
/// again. No reply.
/// </summary>
public sealed record RequestSettled(TeamId Team, ServerId Server, byte[] Signature, bool IsSpent) : IServerCommand;
