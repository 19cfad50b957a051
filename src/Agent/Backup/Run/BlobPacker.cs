using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>Puts blobs into packs, one open at a time; those that are full wait to be sealed.</summary>
internal sealed class BlobPacker(ObjectSealer sealer, bool trees) : IDisposable
{
    // Trees are few and compress well; a smaller pack of them leaves the memory to the data.
    private const int TreePackBytes = 6 << 20;

    private PackBuilder? _open;

    /// <summary>Adds a blob; the pack that was full before it, if one was.</summary>
    public FullPack? Add(ChunkId id, ReadOnlySpan<byte> raw, ReadOnlySpan<byte> compressed)
    {
        var stored = compressed.IsEmpty ? raw : compressed;
        FullPack? full = null;
        if (_open is not null && (!_open.Fits(stored.Length) || (trees && _open.ContentBytes > TreePackBytes))) full = Take();
        _open ??= new PackBuilder(sealer);
        _open.Add(id, compressed.IsEmpty ? BlobCodec.Raw : BlobCodec.Zstd, stored, raw.Length);
        return full;
    }

    /// <summary>The open pack, if it holds anything.</summary>
    public FullPack? Take()
    {
        if (_open is null) return null;
        var full = new FullPack(_open, trees);
        _open = null;
        return full;
    }

    /// <inheritdoc />
    public void Dispose() => _open?.Dispose();
}

/// <summary>A pack that takes no more blobs.</summary>
internal sealed record FullPack(PackBuilder Builder, bool Trees);
