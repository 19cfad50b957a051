using System.Runtime.CompilerServices;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Follows references to the ids they stand for.</summary>
public static class ReferenceReader
{
    /// <summary>The ids of the content's chunks, in order; lists are read as they are reached.</summary>
    /// <exception cref="ChunkUnavailableException">A chunk of a list cannot be had: the content is lost from there on.</exception>
    public static async IAsyncEnumerable<ChunkId> ReadAsync(
        Reference reference, IChunkSource lists, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Depth == 0)
        {
            foreach (var id in reference.Ids) yield return id;
            yield break;
        }
        // The chunker cuts a list at any byte, also within an id.
        var half = new byte[ChunkId.SizeBytes];
        var halfLength = 0;
        ChunkId last = default;
        await foreach (var listChunk in ReadAsync(new Reference(reference.Depth - 1, reference.Ids), lists, cancellation))
        {
            last = listChunk;
            var bytes = await lists.ReadAsync(listChunk, cancellation);
            while (halfLength + bytes.Length >= ChunkId.SizeBytes)
            {
                var missing = ChunkId.SizeBytes - halfLength;
                bytes[..missing].CopyTo(half.AsMemory(halfLength));
                bytes = bytes[missing..];
                halfLength = 0;
                yield return new ChunkId(half);
            }
            bytes.CopyTo(half.AsMemory(halfLength));
            halfLength += bytes.Length;
        }
        if (halfLength != 0) throw new ChunkUnavailableException(last, "it ends an id list in the middle of an id.");
    }
}
