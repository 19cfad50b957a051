using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;

namespace HostAtlas.Engine.Cluster;

/// <summary>The replies that belong to no one room.</summary>
public sealed class EngineSerializer(ExtendedActorSystem system) : RoomSerializer(system, 5100, Table)
{
    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("refused.1", EngineJson.Default.Refused),
        new("done.1", EngineJson.Default.Done),
    ];
}

/// <summary>Source-generated JSON of the engine's own replies.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Refused))]
[JsonSerializable(typeof(Done))]
internal sealed partial class EngineJson : JsonSerializerContext;
