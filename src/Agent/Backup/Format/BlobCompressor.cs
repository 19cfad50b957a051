namespace HostAtlas.Agent.Backup.Format;

/// <summary>Compresses and restores blobs. Holds zstd's working memory, about a megabyte; one a thread.</summary>
public sealed class BlobCompressor : IDisposable
{
    /// <summary>
    /// One below zstd's default: half as fast again, for one to five percent more bytes of what packs at all (tests/Benchmarks,
    /// <c>backup</c>). Level 1 gains a tenth of speed only and costs twice as many bytes.
    /// </summary>
    public const int DefaultLevel = 2;

    private readonly IZstd _zstd;

    /// <summary>Compresses at a level of 1–19, by the host's own zstd where it has one.</summary>
    public BlobCompressor(int level = DefaultLevel) : this(HostZstd.IsThere ? new HostZstd(level) : new ManagedZstd(level)) { }

    /// <summary>Compresses by this one.</summary>
    internal BlobCompressor(IZstd zstd) => _zstd = zstd;

    /// <summary>
    /// Compresses a chunk as one frame. Returns the frame's length, or 0 when it would not be smaller than the chunk: then it is stored
    /// raw.
    /// </summary>
    /// <param name="raw">The chunk, 1–4 MiB.</param>
    /// <param name="frame">Room for at least as much as the chunk.</param>
    public int TryCompress(ReadOnlySpan<byte> raw, Span<byte> frame) => _zstd.TryCompress(raw, frame[..(raw.Length - 1)]);

    /// <summary>
    /// Restores a blob into <paramref name="raw"/>, whose length is what the entry says; false when the stored bytes are no such blob.
    /// Never writes beyond it, so a frame that unfolds to gigabytes costs nothing.
    /// </summary>
    public bool TryRestore(BlobCodec codec, ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        if (codec == BlobCodec.Raw) return stored.Length == raw.Length && stored.TryCopyTo(raw);
        return codec == BlobCodec.Zstd && !stored.IsEmpty && _zstd.TryRestore(stored, raw);
    }

    /// <inheritdoc />
    public void Dispose() => _zstd.Dispose();
}
