using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Akka.Serialization;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// One serializer a room: a table of (manifest, type) over source-generated JSON. Manifests are short, versioned and never re-used: what a
/// journal holds is read for ever. A type without a row cannot leave the process; serialization is strict.
/// </summary>
public abstract class RoomSerializer(ExtendedActorSystem system, int identifier, IReadOnlyList<WireType> table)
    : SerializerWithStringManifest(system)
{
    private readonly Dictionary<string, WireType> _byManifest = table.ToDictionary(type => type.Manifest);
    private readonly Dictionary<Type, WireType> _byType = table.ToDictionary(type => type.Json.Type);

    /// <inheritdoc />
    public override int Identifier { get; } = identifier;

    /// <inheritdoc />
    public override string Manifest(object o) => Row(o).Manifest;

    /// <inheritdoc />
    public override byte[] ToBinary(object obj) => JsonSerializer.SerializeToUtf8Bytes(obj, Row(obj).Json);

    /// <inheritdoc />
    public override object FromBinary(byte[] bytes, string manifest) =>
        _byManifest.TryGetValue(manifest, out var row)
            ? JsonSerializer.Deserialize(bytes, row.Json)
                ?? throw new System.Runtime.Serialization.SerializationException($"{manifest}: null.")
            : throw new System.Runtime.Serialization.SerializationException($"This version does not know the manifest '{manifest}'.");

    private WireType Row(object message) => _byType.TryGetValue(message.GetType(), out var row)
        ? row
        : throw new System.Runtime.Serialization.SerializationException($"{message.GetType()} has no row in {GetType().Name}.");
}

/// <summary>A row of a room's table.</summary>
public sealed record WireType(string Manifest, JsonTypeInfo Json);
