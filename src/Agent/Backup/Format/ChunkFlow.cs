namespace HostAtlas.Agent.Backup.Format;

/// <summary>Where chunks of a tree or of an id list go. It drops what is stored already.</summary>
public interface IChunkSink
{
    /// <summary>Takes a chunk; the bytes are only lent for the call.</summary>
    void Put(ChunkId id, ReadOnlySpan<byte> chunk);
}

/// <summary>Where chunks come from.</summary>
public interface IChunkSource
{
    /// <summary>The chunk's bytes, hashed and found to be those of its id.</summary>
    /// <exception cref="ChunkUnavailableException">No place that should hold it does.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(ChunkId id, CancellationToken cancellation);
}

/// <summary>A chunk cannot be had: its packs are missing or damaged, or hold something else. The text says what was tried.</summary>
public sealed class ChunkUnavailableException(ChunkId id, string why, Exception? cause = null)
    : Exception($"The chunk {id} cannot be read: {why}", cause)
{
    /// <summary>The chunk.</summary>
    public ChunkId Id => id;
}
