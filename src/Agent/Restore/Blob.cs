using System.Buffers;

namespace HostAtlas.Agent.Restore;

/// <summary>A chunk's bytes, hashed and found right, in lent memory; disposing gives it back.</summary>
internal sealed class Blob(int length, ArrayPool<byte> pool) : IDisposable
{
    private byte[]? _bytes = pool.Rent(length);

    /// <summary>Bytes of the chunk.</summary>
    public int Length => length;

    /// <summary>The chunk.</summary>
    public Memory<byte> Bytes => new(_bytes ?? throw new ObjectDisposedException(nameof(Blob)), 0, length);

    /// <summary>What else is given back with it.</summary>
    public Action? GivenBack { get; set; }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_bytes is not { } bytes) return;
        _bytes = null;
        pool.Return(bytes);
        GivenBack?.Invoke();
    }
}
