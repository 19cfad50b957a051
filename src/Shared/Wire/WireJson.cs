using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Shared.Wire;

/// <summary>Source-generated JSON of everything two processes exchange: no reflection at run time, one naming policy.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = false, Converters = [typeof(ObjectNameJsonConverter), typeof(TimeJsonConverter)])]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(MetricsBatch))]
[JsonSerializable(typeof(MetricsAccepted))]
[JsonSerializable(typeof(CreateServer))]
[JsonSerializable(typeof(ServerCreated))]
[JsonSerializable(typeof(BackupBegin))]
[JsonSerializable(typeof(BackupProceeds))]
[JsonSerializable(typeof(CanaryReport))]
[JsonSerializable(typeof(GateEvidence))]
[JsonSerializable(typeof(BackupUploads))]
[JsonSerializable(typeof(UploadsAnswer))]
[JsonSerializable(typeof(BackupCommit))]
[JsonSerializable(typeof(BackupCommitted))]
[JsonSerializable(typeof(BackupListing))]
[JsonSerializable(typeof(BackupList))]
[JsonSerializable(typeof(BackupDownloads))]
[JsonSerializable(typeof(DownloadsAnswer))]
[JsonSerializable(typeof(BackupDrill))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(LogsBatch))]
[JsonSerializable(typeof(LogsAccepted))]
[JsonSerializable(typeof(CommandPoll))]
[JsonSerializable(typeof(CommandList))]
[JsonSerializable(typeof(CommandResult))]
[JsonSerializable(typeof(InventoryReport))]
public sealed partial class WireJson : JsonSerializerContext;
