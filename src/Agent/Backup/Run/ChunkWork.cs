using System.Collections.Concurrent;
using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What is done to a chunk alone, several at a time: its id, and its compressed form if nobody has stored it yet.</summary>
internal sealed class ChunkWork(RepositoryKeys keys, KnownIds known) : IDisposable
{
    private readonly ConcurrentBag<BlobCompressor> _compressors = [];

    /// <summary>Works on a chunk; everything else passes.</summary>
    public Task<WalkItem> DoAsync(WalkItem item) => item is WalkItem.Chunk chunk
        ? Task.Run(() => Do(chunk.Bytes)) : Task.FromResult(item);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var compressor in _compressors) compressor.Dispose();
    }

    private WalkItem Do(ChunkBuffer bytes)
    {
        var id = ChunkId.Of(keys, bytes.Raw);
        if (known.TryUse(id) || known.IsOfThisRun(id))
        {
            bytes.Dispose();
            return new WalkItem.Hashed(id, null);
        }
        var compressor = _compressors.TryTake(out var idle) ? idle : new BlobCompressor();
        bytes.Compress(compressor);
        _compressors.Add(compressor);
        return new WalkItem.Hashed(id, bytes);
    }
}
