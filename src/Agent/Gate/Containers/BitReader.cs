using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>Bits of a span, lowest first. Behind the end come zeros, and <see cref="Overrun"/> says that they were taken.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private ulong _held;
    private int _count, _at;

    /// <summary>More was taken than there was.</summary>
    public readonly bool Overrun => _count < 0;

    /// <summary>Bytes of which at least a bit was taken.</summary>
    public readonly int BytesTaken => Math.Min(_bytes.Length, _at - (Math.Max(0, _count) >> 3));

    /// <summary>The next bits, at most 25, without taking them.</summary>
    public int Peek(int count)
    {
        Fill();
        return (int)(_held & ((1UL << count) - 1));
    }

    /// <summary>Takes what was looked at.</summary>
    public void Skip(int count)
    {
        _held >>= count;
        _count -= count;
    }

    /// <summary>Takes bits, at most 25.</summary>
    public int Read(int count)
    {
        var value = Peek(count);
        Skip(count);
        return value;
    }

    /// <summary>Drops the rest of a byte.</summary>
    public void AlignToByte() => Skip(Math.Max(0, _count) & 7);

    /// <summary>Whole bytes from here on, fewer when there are not as many.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        _at = BytesTaken;
        (_held, _count) = (0, 0);
        var part = _bytes.Slice(_at, Math.Min(count, _bytes.Length - _at));
        _at += part.Length;
        return part;
    }

    private void Fill()
    {
        if (_count > 32) return;
        if (_count >= 0 && _bytes.Length - _at >= 8)
        {
            _held |= BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_at..]) << _count;
            var taken = (63 - _count) >> 3;
            _at += taken;
            _count += taken << 3;
            // Bits above the count were read too; they come again with the next fill.
            _held &= ulong.MaxValue >> (64 - _count);
            return;
        }
        for (; _count is >= 0 and <= 48 && _at < _bytes.Length; _count += 8) _held |= (ulong)_bytes[_at++] << _count;
    }
}
