using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// An object whose first 88 bytes were read and found right: any part of it can be opened alone, chunk by chunk. Not thread-safe.
/// </summary>
/// <remarks>
/// A part that opens is authentic, but the object may still have been cut behind it: only its last chunk proves its length. Whoever reads
/// from the end opens that chunk anyway; a blob is hashed besides.
/// </remarks>
public sealed class OpenObject : IDisposable
{
    private readonly CobblestoneCipher _cipher;

    internal OpenObject(ObjectName name, RepositoryKeys keys, CobblestoneCipher cipher, long sizeBytes, long plainLength)
    {
        (Name, Keys, SizeBytes, PlainLength) = (name, keys, sizeBytes, plainLength);
        _cipher = cipher;
    }

    /// <summary>Its name.</summary>
    public ObjectName Name { get; }

    /// <summary>The keys that opened it: those that its blobs are hashed under.</summary>
    public RepositoryKeys Keys { get; }

    /// <summary>Bytes of the object.</summary>
    public long SizeBytes { get; }

    /// <summary>Bytes of its plaintext, padding included.</summary>
    public long PlainLength { get; }

    /// <summary>Which bytes of the object must be read to open a part of the plaintext: those of the whole chunks that it spans.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is empty or does not lie within the plaintext.</exception>
    public (long Offset, int Length) SealedRange(long plainOffset, int plainLength)
    {
        var (first, last) = Chunks(plainOffset, plainLength);
        var offset = ObjectHeader.PrefixBytes + (first * Cobblestone256.SealedChunkBytes);
        var end = Math.Min(SizeBytes, ObjectHeader.PrefixBytes + ((last + 1) * Cobblestone256.SealedChunkBytes));
        return (offset, (int)(end - offset));
    }

    /// <summary>Opens a part of the plaintext from the bytes that <see cref="SealedRange"/> named.</summary>
    /// <exception cref="ObjectBrokenException">A chunk of it was altered.</exception>
    public void Open(long plainOffset, ReadOnlySpan<byte> sealedRange, Span<byte> plain)
    {
        var (number, last) = Chunks(plainOffset, plain.Length);
        var skip = (int)(plainOffset % Cobblestone256.ChunkBytes);
        // Whole chunks are opened where they belong; only the first and the last may need room that the caller does not want.
        Span<byte> edge = stackalloc byte[Cobblestone256.ChunkBytes];
        for (; number <= last; number++)
        {
            var chunk = sealedRange[..Math.Min(Cobblestone256.SealedChunkBytes, sealedRange.Length)];
            sealedRange = sealedRange[chunk.Length..];
            var length = Math.Max(0, chunk.Length - Cobblestone256.TagBytes);
            var whole = skip == 0 && plain.Length >= length;
            if (!_cipher.TryOpenChunk(number, chunk, whole ? plain : edge)) throw Broken(number);
            var taken = Math.Min(length - skip, plain.Length);
            if (!whole) edge.Slice(skip, taken).CopyTo(plain);
            plain = plain[taken..];
            skip = 0;
        }
    }

    /// <summary>Opens the empty last chunk of an object whose plaintext fills its chunks: 16 bytes, a tag and no text.</summary>
    internal void ProveEnd(ReadOnlySpan<byte> lastChunk)
    {
        var number = PlainLength / Cobblestone256.ChunkBytes;
        if (!_cipher.TryOpenChunk(number, lastChunk, [])) throw Broken(number);
    }

    /// <inheritdoc />
    public void Dispose() => _cipher.Dispose();

    private (long First, long Last) Chunks(long plainOffset, int plainLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plainOffset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(plainLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plainOffset + plainLength, PlainLength);
        return (plainOffset / Cobblestone256.ChunkBytes, (plainOffset + plainLength - 1) / Cobblestone256.ChunkBytes);
    }

    internal ObjectBrokenException Broken(long chunk)
    {
        var isLast = chunk == PlainLength / Cobblestone256.ChunkBytes;
        if (isLast && SizeBytes % ObjectSize.StepBytes(Name.Kind) != 0)
            return new ObjectBrokenException(Name, ObjectFault.WrongSize,
                $"it was cut short or lengthened: {SizeBytes} bytes are no multiple of {ObjectSize.StepBytes(Name.Kind)}.");
        var at = ObjectHeader.PrefixBytes + (chunk * Cobblestone256.SealedChunkBytes);
        return new ObjectBrokenException(Name, ObjectFault.Chunk, isLast
            ? $"its last part, from byte {at} on, was altered, or bytes were cut off or added at its end."
            : $"bytes {at}–{at + Cobblestone256.SealedChunkBytes - 1} were altered or are those of another place.");
    }
}
