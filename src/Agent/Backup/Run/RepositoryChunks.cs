using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// Reads tree chunks of earlier runs: from the sealed copies that this host keeps, else from the platform. Nothing is believed: each chunk
/// is opened and hashed. Remembers the few last read, because a directory is asked for as often as its lists are.
/// </summary>
internal sealed class RepositoryChunks(KnownIds known, IRepositorySource source, ObjectOpener opener) : IChunkSource, IDisposable
{
    private const int KeptChunks = 4;

    private readonly BlobCompressor _compressor = new();
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly LinkedList<(ChunkId Id, byte[] Bytes)> _last = new();
    private OpenObject? _opened;

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(ChunkId id, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            foreach (var kept in _last)
            {
                if (kept.Id == id) return kept.Bytes;
            }
            var bytes = await FetchAsync(id, cancellation).ConfigureAwait(false);
            _last.AddFirst((id, bytes));
            if (_last.Count > KeptChunks) _last.RemoveLast();
            return bytes;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _opened?.Dispose();
        _compressor.Dispose();
        _one.Dispose();
    }

    private async ValueTask<byte[]> FetchAsync(ChunkId id, CancellationToken cancellation)
    {
        Exception? cause = null;
        foreach (var (pack, entry) in known.PlacesOf(id))
        {
            try
            {
                if (await TryFetchAsync(pack, entry, cancellation).ConfigureAwait(false) is { } bytes) return bytes;
            }
            catch (Exception fault) when (fault is ObjectBrokenException or IOException)
            {
                cause = fault;
            }
        }
        throw new ChunkUnavailableException(id, cause?.Message ?? "no pack that is known has it.", cause);
    }

    private async ValueTask<byte[]?> TryFetchAsync(KnownPack pack, BlobEntry entry, CancellationToken cancellation)
    {
        if (_opened?.Name != pack.Name)
        {
            _opened?.Dispose();
            _opened = null;
            var size = await source.SizeAsync(pack.Name, cancellation).ConfigureAwait(false);
            var prefix = new byte[(int)Math.Min(size, ObjectHeader.PrefixBytes)];
            await source.ReadAsync(pack.Name, 0, prefix, cancellation).ConfigureAwait(false);
            _opened = opener.Begin(pack.Name, prefix, size);
        }
        var (offset, length) = _opened.SealedRange(entry.Offset, entry.StoredLength);
        var range = new byte[length];
        await source.ReadAsync(pack.Name, offset, range, cancellation).ConfigureAwait(false);
        var (stored, raw) = (new byte[entry.StoredLength], new byte[entry.RawLength]);
        _opened.Open(entry.Offset, range, stored);
        return _compressor.TryRestore(entry.Codec, stored, raw) && ChunkId.Of(_opened.Keys, raw) == entry.Id ? raw : null;
    }
}
