using ZstdSharp;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>zstd as a library of .NET, for hosts that have none of their own.</summary>
internal sealed class ManagedZstd(int level) : IZstd
{
    private readonly Compressor _compressor = new(level);
    private readonly Decompressor _decompressor = new();

    /// <inheritdoc />
    public int TryCompress(ReadOnlySpan<byte> raw, Span<byte> frame) => _compressor.TryWrap(raw, frame, out var written) ? written : 0;

    /// <inheritdoc />
    public bool TryRestore(ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        try
        {
            return _decompressor.TryUnwrap(stored, raw, out var written) && written == raw.Length;
        }
        catch (ZstdException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _compressor.Dispose();
        _decompressor.Dispose();
    }
}
