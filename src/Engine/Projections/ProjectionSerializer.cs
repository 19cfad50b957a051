using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Projections;

/// <summary>What is said to and by the projection, which may run on another node than its caller.</summary>
public sealed class ProjectionSerializer(ExtendedActorSystem system) : RoomSerializer(system, 5104, Table)
{
    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("c-await.1", ProjectionJson.Default.AwaitCaughtUp),
        new("c-rebuild.1", ProjectionJson.Default.RebuildProjection),
        new("r-caught-up.1", ProjectionJson.Default.ProjectionCaughtUp),
        new("r-rebuilt.1", ProjectionJson.Default.ProjectionRebuilt),
    ];
}

/// <summary>Source-generated JSON of the room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(AwaitCaughtUp))]
[JsonSerializable(typeof(RebuildProjection))]
[JsonSerializable(typeof(ProjectionCaughtUp))]
[JsonSerializable(typeof(ProjectionRebuilt))]
internal sealed partial class ProjectionJson : JsonSerializerContext;
