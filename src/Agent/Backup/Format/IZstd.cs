namespace HostAtlas.Agent.Backup.Format;

/// <summary>zstd (RFC 8878), whoever brings it along. Holds its working memory; one a thread.</summary>
internal interface IZstd : IDisposable
{
    /// <summary>Compresses as one frame; its length, or 0 when it does not fit.</summary>
    int TryCompress(ReadOnlySpan<byte> raw, Span<byte> frame);

    /// <summary>Unfolds into exactly so many bytes; false when the stored ones are no such frame. Never writes beyond them.</summary>
    bool TryRestore(ReadOnlySpan<byte> stored, Span<byte> raw);
}
