using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Wire;

/// <summary>Source-generated JSON of everything two processes exchange: no reflection at run time, one naming policy.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = false)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(MetricsBatch))]
[JsonSerializable(typeof(MetricsAccepted))]
[JsonSerializable(typeof(CreateServer))]
[JsonSerializable(typeof(ServerCreated))]
public sealed partial class WireJson : JsonSerializerContext;
