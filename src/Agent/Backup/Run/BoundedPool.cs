using System.Buffers;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// Arrays of a few sizes, kept for the next taker up to so many bytes in all. The shared pool keeps some for each thread, each core and
/// each size, which comes to hundreds of megabytes of the sizes that packs and chunks have. Thread-safe.
/// </summary>
internal sealed class BoundedPool : ArrayPool<byte>
{
    private readonly Lock _lock = new();
    private readonly int[] _sizes;
    private readonly Stack<byte[]>[] _kept;
    private readonly long _keepBytes;
    private long _keptBytes;

    /// <param name="sizes">The lengths of its arrays, ascending. What is larger is made as asked for, and not kept.</param>
    /// <param name="keepBytes">Most bytes that lie idle.</param>
    public BoundedPool(int[] sizes, long keepBytes)
    {
        (_sizes, _keepBytes) = (sizes, keepBytes);
        _kept = [.. sizes.Select(_ => new Stack<byte[]>())];
    }

    /// <summary>For objects: what begins, trees, packs, and the largest there can be.</summary>
    public static BoundedPool ForObjects() => new([512 << 10, 6 << 20, 16 << 20, 32 << 20], 44 << 20);

    /// <summary>For chunks: powers of two up to 4 MiB.</summary>
    public static BoundedPool ForChunks() => new([.. Enumerable.Range(8, 15).Select(bits => 1 << bits)], 4 << 20);

    /// <summary>For chunks that are read ahead of the writing, a dozen or more at a time: most have about a mebibyte, so that steps of a
    /// half waste less than powers of two would.</summary>
    public static BoundedPool ForRestoredChunks() => new(
        [4 << 10, 16 << 10, 64 << 10, 256 << 10, 512 << 10, 1 << 20, 3 << 19, 2 << 20, 3 << 20, 4 << 20], 16 << 20);

    /// <inheritdoc />
    public override byte[] Rent(int minimumLength)
    {
        var at = Array.FindIndex(_sizes, size => size >= minimumLength);
        if (at < 0) return new byte[minimumLength];
        lock (_lock)
        {
            if (_kept[at].TryPop(out var kept))
            {
                _keptBytes -= kept.Length;
                return kept;
            }
        }
        return GC.AllocateUninitializedArray<byte>(_sizes[at]);
    }

    /// <inheritdoc />
    public override void Return(byte[] array, bool clearArray = false)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (clearArray) Array.Clear(array);
        var at = Array.IndexOf(_sizes, array.Length);
        lock (_lock)
        {
            if (at < 0 || _keptBytes + array.Length > _keepBytes) return;
            _kept[at].Push(array);
            _keptBytes += array.Length;
        }
    }
}
