using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// An entity's event or state as bytes that say what they are, by the rooms' own tables:
/// <code>
/// serializer's number i32 big-endian ‖ length of the manifest u8 ‖ manifest (ASCII) ‖ JSON
/// </code>
/// This is what a sealed event holds within. Pure: it needs no actor system.
/// </summary>
public static class WireCodec
{
    private const int HeadBytes = sizeof(int) + 1;

    private static readonly (int Id, IReadOnlyList<WireType> Table)[] Rooms =
    [
        (TeamSerializer.Id, TeamSerializer.Table), (UserSerializer.Id, UserSerializer.Table),
        (ServerSerializer.Id, ServerSerializer.Table), (BackupSerializer.Id, BackupSerializer.Table),
    ];

    private static readonly Dictionary<Type, (int Id, WireType Row)> ByType =
        Rooms.SelectMany(room => room.Table.Select(row => (room.Id, row))).ToDictionary(entry => entry.row.Json.Type);

    private static readonly Dictionary<(int Id, string Manifest), WireType> ByManifest =
        ByType.Values.ToDictionary(entry => (entry.Id, entry.Row.Manifest), entry => entry.Row);

    /// <summary>Writes an object of a type that a room's table lists; <see cref="SerializationException"/> for another.</summary>
    public static byte[] Write(object value)
    {
        if (!ByType.TryGetValue(value.GetType(), out var entry)) throw new SerializationException($"{value.GetType()} has no row.");
        var json = JsonSerializer.SerializeToUtf8Bytes(value, entry.Row.Json);
        var bytes = new byte[HeadBytes + entry.Row.Manifest.Length + json.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, entry.Id);
        bytes[sizeof(int)] = (byte)entry.Row.Manifest.Length;
        Encoding.ASCII.GetBytes(entry.Row.Manifest, bytes.AsSpan(HeadBytes));
        json.CopyTo(bytes, HeadBytes + entry.Row.Manifest.Length);
        return bytes;
    }

    /// <summary>Reads it back; <see cref="SerializationException"/> for what this version does not know.</summary>
    public static object Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes || bytes.Length < HeadBytes + bytes[sizeof(int)])
            throw new SerializationException("The bytes end within their head.");
        var (id, length) = (BinaryPrimitives.ReadInt32BigEndian(bytes), bytes[sizeof(int)]);
        var manifest = Encoding.ASCII.GetString(bytes.Slice(HeadBytes, length));
        if (!ByManifest.TryGetValue((id, manifest), out var row))
            throw new SerializationException($"This version does not know the manifest '{manifest}' of serializer {id}.");
        return JsonSerializer.Deserialize(bytes[(HeadBytes + length)..], row.Json)
            ?? throw new SerializationException($"{manifest}: null.");
    }
}
