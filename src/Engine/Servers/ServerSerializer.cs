using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// Everything of this room that leaves a process or lies in the journal; presence, which only talks to doors, has its row here.
/// </summary>
public sealed class ServerSerializer(ExtendedActorSystem system) : RoomSerializer(system, Id, Table)
{
    /// <summary>Its number, in journals and on the wire for ever.</summary>
    public const int Id = 5103;

    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("token-issued.1", ServerJson.Default.TokenIssued),
        new("closed.1", ServerJson.Default.DoorClosed),
        new("reported.1", ServerJson.Default.ServerReported),
        new("silent.1", ServerJson.Default.ServerSilent),
        new("returned.1", ServerJson.Default.ServerReturned),
        new("state.1", ServerJson.Default.ServerState),
        new("c-issue-token.1", ServerJson.Default.IssueToken),
        new("c-close.1", ServerJson.Default.CloseDoor),
        new("c-request.1", ServerJson.Default.AgentRequest),
        new("c-check-silence.1", ServerJson.Default.CheckSilence),
        new("c-settled.1", ServerJson.Default.RequestSettled),
        new("inventory-changed.1", ServerJson.Default.InventoryChanged),
        new("command-queued.1", ServerJson.Default.CommandQueued),
        new("command-ended.1", ServerJson.Default.CommandEnded),
        new("c-queue-command.1", ServerJson.Default.QueueCommand),
        new("c-list-commands.1", ServerJson.Default.ListCommands),
        new("r-logs-stored.1", ServerJson.Default.LogsStored),
        new("r-commands-offered.1", ServerJson.Default.CommandsOffered),
        new("r-command.1", ServerJson.Default.CommandShown),
        new("r-commands.1", ServerJson.Default.CommandsShown),
        new("r-metrics-stored.1", ServerJson.Default.MetricsStored),
        new("seen.1", ServerJson.Default.Seen),
    ];
}

/// <summary>Source-generated JSON of the room.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true, Converters = [typeof(ObjectNameJsonConverter)])]
[JsonSerializable(typeof(TokenIssued))]
[JsonSerializable(typeof(DoorClosed))]
[JsonSerializable(typeof(ServerReported))]
[JsonSerializable(typeof(ServerSilent))]
[JsonSerializable(typeof(ServerReturned))]
[JsonSerializable(typeof(ServerState))]
[JsonSerializable(typeof(IssueToken))]
[JsonSerializable(typeof(CloseDoor))]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(MetricsPayload))]
[JsonSerializable(typeof(CheckSilence))]
[JsonSerializable(typeof(BeginPayload))]
[JsonSerializable(typeof(UploadsPayload))]
[JsonSerializable(typeof(CommitPayload))]
[JsonSerializable(typeof(ListPayload))]
[JsonSerializable(typeof(DownloadsPayload))]
[JsonSerializable(typeof(DrillPayload))]
[JsonSerializable(typeof(RequestSettled))]
[JsonSerializable(typeof(MetricsStored))]
[JsonSerializable(typeof(LogsPayload))]
[JsonSerializable(typeof(InventoryPayload))]
[JsonSerializable(typeof(PollPayload))]
[JsonSerializable(typeof(ResultPayload))]
[JsonSerializable(typeof(InventoryChanged))]
[JsonSerializable(typeof(CommandQueued))]
[JsonSerializable(typeof(CommandEnded))]
[JsonSerializable(typeof(QueueCommand))]
[JsonSerializable(typeof(ListCommands))]
[JsonSerializable(typeof(LogsStored))]
[JsonSerializable(typeof(CommandsOffered))]
[JsonSerializable(typeof(CommandShown))]
[JsonSerializable(typeof(CommandsShown))]
[JsonSerializable(typeof(Seen))]
internal sealed partial class ServerJson : JsonSerializerContext;
