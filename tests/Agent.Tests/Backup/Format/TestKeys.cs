using System.Buffers;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Tests.Backup.Format;

/// <summary>Fixed masters, salts and ids, so that a test can name every byte.</summary>
internal static class TestKeys
{
    /// <summary>00 01 02 … 1f.</summary>
    public static byte[] Master { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static RepositoryKeys Keys { get; } = new(Master);

    public static RepositoryKeys OtherKeys { get; } = new(Enumerable.Range(100, 32).Select(i => (byte)i).ToArray());

    public static KeyRing Ring { get; } = new([Keys]);

    public static ObjectOpener Opener { get; } = new(Ring);

    /// <summary>Salts 01 01 …, 02 02 …, and so on.</summary>
    public static ObjectSealer Sealer(RepositoryKeys? keys = null)
    {
        byte next = 0;
        return new ObjectSealer(keys ?? Keys, ArrayPool<byte>.Shared, salt => salt.Fill(++next));
    }

    public static T Id<T>(byte number) where T : struct, IResourceId<T> =>
        ResourceId.FromRandom<T>(Enumerable.Repeat(number, 16).ToArray());

    /// <summary>Bytes that do not compress and are the same in every run.</summary>
    public static byte[] Noise(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>Keeps chunks in memory, hashed again when they are read.</summary>
internal sealed class MemoryChunks : IChunkSink, IChunkSource
{
    public Dictionary<ChunkId, byte[]> Chunks { get; } = [];

    public List<ChunkId> Order { get; } = [];

    public HashSet<ChunkId> Lost { get; } = [];

    public void Put(ChunkId id, ReadOnlySpan<byte> chunk)
    {
        Order.Add(id);
        Chunks[id] = chunk.ToArray();
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ChunkId id, CancellationToken cancellation) =>
        Chunks.TryGetValue(id, out var chunk) && !Lost.Contains(id)
            ? ValueTask.FromResult<ReadOnlyMemory<byte>>(chunk)
            : throw new ChunkUnavailableException(id, "the test lost it.");
}
