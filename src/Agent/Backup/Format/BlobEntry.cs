using System.Buffers.Binary;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>How a blob is stored.</summary>
public enum BlobCodec : byte
{
    /// <summary>As it is.</summary>
    Raw = 0,

    /// <summary>As one zstd frame (RFC 8878).</summary>
    Zstd = 1,
}

/// <summary>
/// Where a blob lies in a pack's plaintext. In pack and index tables it has 49 bytes, big-endian:
/// <code>
/// chunk id 32 ‖ offset u64 ‖ stored length u32 ‖ raw length u32 ‖ codec u8 (0 raw, 1 zstd)
/// </code>
/// </summary>
/// <param name="Id">The chunk.</param>
/// <param name="Offset">From the start of the pack's plaintext.</param>
/// <param name="StoredLength">Bytes in the pack; 1 to the raw length, and equal to it when raw.</param>
/// <param name="RawLength">Bytes of the chunk, 1–4 MiB.</param>
/// <param name="Codec">How it is stored.</param>
public readonly record struct BlobEntry(ChunkId Id, long Offset, int StoredLength, int RawLength, BlobCodec Codec)
{
    /// <summary>Bytes of an entry.</summary>
    public const int SizeBytes = ChunkId.SizeBytes + sizeof(ulong) + sizeof(uint) + sizeof(uint) + 1;

    /// <summary>Most bytes of a chunk; what claims more is refused before anything is decompressed.</summary>
    public const int RawMaxBytes = Chunker.MaxBytes;

    private const int OffsetAt = ChunkId.SizeBytes, StoredAt = OffsetAt + sizeof(ulong), RawAt = StoredAt + sizeof(uint);
    private const int CodecAt = RawAt + sizeof(uint);

    /// <summary>Writes the 49 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        Id.Write(destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[OffsetAt..], (ulong)Offset);
        BinaryPrimitives.WriteUInt32BigEndian(destination[StoredAt..], (uint)StoredLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination[RawAt..], (uint)RawLength);
        destination[CodecAt] = (byte)Codec;
    }

    /// <summary>Reads an entry; false when no blob within so many plaintext bytes can be what it says.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long plainLength, out BlobEntry entry)
    {
        var offset = BinaryPrimitives.ReadUInt64BigEndian(bytes[OffsetAt..]);
        var stored = BinaryPrimitives.ReadUInt32BigEndian(bytes[StoredAt..]);
        var raw = BinaryPrimitives.ReadUInt32BigEndian(bytes[RawAt..]);
        var codec = (BlobCodec)bytes[CodecAt];
        entry = default;
        if (raw is 0 or > RawMaxBytes || stored == 0 || stored > raw || codec > BlobCodec.Zstd || (codec == BlobCodec.Raw && stored != raw)
            || offset > (ulong)plainLength || stored > (ulong)plainLength - offset) return false;
        entry = new BlobEntry(new ChunkId(bytes), (long)offset, (int)stored, (int)raw, codec);
        return true;
    }
}
