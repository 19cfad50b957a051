using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// Journal and snapshots: the sealed bytes as they are. An event's own serializer and manifest are sealed with it (<see
/// cref="WireCodec"/>), so the tables do not tell what happened either.
/// </summary>
public sealed class SealedSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Its number, in journals for ever.</summary>
    public const int Id = 5105;

    private const string Event = "event.1", Snapshot = "snapshot.1";

    /// <summary>What it takes.</summary>
    public static IReadOnlyList<Type> Types { get; } = [typeof(SealedEvent), typeof(SealedSnapshot)];

    /// <inheritdoc />
    public override int Identifier => Id;

    /// <inheritdoc />
    public override string Manifest(object o) => o switch
    {
        SealedEvent => Event,
        SealedSnapshot => Snapshot,
        _ => throw new SerializationException($"{o.GetType()} is not sealed."),
    };

    /// <inheritdoc />
    public override byte[] ToBinary(object obj) => obj switch
    {
        SealedEvent happened => happened.Bytes,
        SealedSnapshot snapshot => snapshot.Bytes,
        _ => throw new SerializationException($"{obj.GetType()} is not sealed."),
    };

    /// <inheritdoc />
    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        Event => new SealedEvent(bytes),
        Snapshot => new SealedSnapshot(bytes),
        _ => throw new SerializationException($"This version does not know the manifest '{manifest}'."),
    };
}
