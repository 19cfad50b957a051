using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Notifications;

/// <summary>What a gateway asks the sender of notifications, and its answers.</summary>
public sealed class NotificationSerializer(ExtendedActorSystem system) : RoomSerializer(system, Id, Table)
{
    /// <summary>Its number on the wire.</summary>
    public const int Id = 5107;

    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("c-try.1", NotificationWireJson.Default.TryChannel),
        new("r-tried.1", NotificationWireJson.Default.ChannelTried),
    ];
}

/// <summary>Source-generated JSON of the room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TryChannel))]
[JsonSerializable(typeof(ChannelTried))]
internal sealed partial class NotificationWireJson : JsonSerializerContext;
