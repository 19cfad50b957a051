using System.Buffers.Binary;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// The first 32 bytes of every object, in clear:
/// <code>
/// "HAB1" ‖ kind u8 (1 pack, 2 index, 3 snapshot) ‖ 3 zero bytes ‖ keyId 8 ‖ object UUID 16
/// </code>
/// They are part of the context under which the message is sealed: an object that was renamed, or passed off as one of another kind or
/// key, does not open.
/// </summary>
public readonly record struct ObjectHeader(ObjectName Name, BackupKeyId KeyId)
{
    /// <summary>Bytes of a header.</summary>
    public const int SizeBytes = 32;

    /// <summary>Bytes before the first sealed chunk: header, salt and commitment.</summary>
    public const int PrefixBytes = SizeBytes + Cobblestone256.PrefixBytes;

    private const int KeyAt = 8, IdAt = 16;

    private static ReadOnlySpan<byte> Magic => "HAB1"u8;

    private static ReadOnlySpan<byte> ContextLabel => "hostatlas backup v1\0"u8;

    /// <summary>Writes the 32 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        destination[..SizeBytes].Clear();
        Magic.CopyTo(destination);
        destination[Magic.Length] = (byte)Name.Kind;
        BinaryPrimitives.WriteUInt64BigEndian(destination[KeyAt..], KeyId.Value);
        Name.Id.Write(destination[IdAt..]);
    }

    /// <summary>Reads a header; false when the bytes are no header of this version.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ObjectHeader header)
    {
        header = default;
        if (bytes.Length < SizeBytes || !bytes.StartsWith(Magic) || bytes[5..8].ContainsAnyExcept((byte)0)
            || bytes[4] is < (byte)ObjectKind.Pack or > (byte)ObjectKind.Snapshot
            || !ResourceId.TryRead<ObjectId>(bytes[IdAt..SizeBytes], out var id)) return false;
        header = new ObjectHeader(
            new ObjectName((ObjectKind)bytes[4], id), new BackupKeyId(BinaryPrimitives.ReadUInt64BigEndian(bytes[KeyAt..])));
        return true;
    }

    /// <summary>Derives the cipher of the object's message: context = "hostatlas backup v1" ‖ 0x00 ‖ header.</summary>
    internal CobblestoneCipher Cipher(RepositoryKeys keys, ReadOnlySpan<byte> salt)
    {
        Span<byte> context = stackalloc byte[ContextLabel.Length + SizeBytes];
        ContextLabel.CopyTo(context);
        Write(context[ContextLabel.Length..]);
        return new CobblestoneCipher(keys.SealKey(Name.Kind), salt, context);
    }
}
