using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// A chunk's id: HMAC-SHA256(id key, chunk), 32 bytes. Keyed, because a plain hash would let whoever holds the vault ask whether a known
/// file is in it. Two chunks of one id are one chunk; a repository stores it once. Text: 64 lower-case hex digits; order: that of the
/// bytes.
/// </summary>
[SuppressMessage("Design", "CA1036:Override methods on comparable types",
    Justification = "Ids are sorted, never weighed against each other.")]
public readonly struct ChunkId : IEquatable<ChunkId>, IComparable<ChunkId>
{
    /// <summary>Bytes of an id.</summary>
    public const int SizeBytes = 32;

    /// <summary>Characters of an id's text form.</summary>
    public const int TextLength = 2 * SizeBytes;

    private readonly Bytes32 _bytes;

    /// <summary>Reads 32 bytes.</summary>
    public ChunkId(ReadOnlySpan<byte> bytes) => bytes[..SizeBytes].CopyTo(_bytes);

    /// <summary>The id of a chunk under the keys.</summary>
    public static ChunkId Of(RepositoryKeys keys, ReadOnlySpan<byte> chunk)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Span<byte> mac = stackalloc byte[SizeBytes];
        HMACSHA256.HashData(keys.IdKey, chunk, mac);
        return new ChunkId(mac);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void Write(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>The first eight bytes as a big-endian number: uniformly distributed, in the order of the ids.</summary>
    public ulong Prefix => BinaryPrimitives.ReadUInt64BigEndian(_bytes);

    /// <summary>Reads 64 lower-case hex digits in UTF-8; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ChunkId id)
    {
        id = default;
        if (!LowerHex.Is(text, TextLength)) return false;
        Span<byte> bytes = stackalloc byte[SizeBytes];
        if (Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        id = new ChunkId(bytes);
        return true;
    }

    /// <inheritdoc />
    public bool Equals(ChunkId other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ChunkId other && Equals(other);

    // The bytes are a keyed hash already.
    /// <inheritdoc />
    public override int GetHashCode() => MemoryMarshal.Read<int>(_bytes);

    /// <inheritdoc />
    public int CompareTo(ChunkId other) => ((ReadOnlySpan<byte>)_bytes).SequenceCompareTo(other._bytes);

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    /// <summary>Same bytes.</summary>
    public static bool operator ==(ChunkId left, ChunkId right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(ChunkId left, ChunkId right) => !left.Equals(right);

    [InlineArray(SizeBytes)]
    private struct Bytes32
    {
        private byte _first;
    }
}
