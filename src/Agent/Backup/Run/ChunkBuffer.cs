using System.Buffers;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>A chunk's bytes on their way, paid for from the budget: twice its size, because its compressed form stands beside it.</summary>
internal sealed class ChunkBuffer : IDisposable
{
    private readonly MemoryBudget _budget;
    private readonly ArrayPool<byte> _pool;
    private readonly long _cost;
    private byte[]? _raw, _stored;
    private readonly int _length;
    private int _storedLength;

    private ChunkBuffer(MemoryBudget budget, byte[] raw, int length, long cost)
    {
        (_budget, _pool) = (budget, budget.Pool);
        (_raw, _length, _cost) = (raw, length, cost);
    }

    /// <summary>The chunk.</summary>
    public ReadOnlySpan<byte> Raw => _raw.AsSpan(0, _length);

    /// <summary>Its compressed form; empty: it is stored raw.</summary>
    public ReadOnlySpan<byte> Stored => _stored is null ? [] : _stored.AsSpan(0, _storedLength);

    /// <summary>Copies a chunk as soon as there is room for it.</summary>
    public static async ValueTask<ChunkBuffer> CopyAsync(ReadOnlyMemory<byte> chunk, MemoryBudget budget, CancellationToken cancellation)
    {
        // The pool gives powers of two.
        var cost = 2L * (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)chunk.Length);
        await budget.TakeAsync(cost, cancellation).ConfigureAwait(false);
        var raw = budget.Pool.Rent(chunk.Length);
        chunk.Span.CopyTo(raw);
        return new ChunkBuffer(budget, raw, chunk.Length, cost);
    }

    /// <summary>Compresses it, if that makes it smaller.</summary>
    public void Compress(Format.BlobCompressor compressor)
    {
        if (_length < 2) return;
        _stored = _pool.Rent(_length);
        _storedLength = compressor.TryCompress(Raw, _stored);
        if (_storedLength > 0) return;
        _pool.Return(_stored);
        _stored = null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_raw is null) return;
        _pool.Return(_raw);
        if (_stored is not null) _pool.Return(_stored);
        (_raw, _stored) = (null, null);
        _budget.Give(_cost);
    }
}
