using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Where in a block the values stand that are rarer than one in 256, for looks at its rhythm: a byte for each, all bits set where one is.
/// </summary>
internal sealed class RareBytes
{
    /// <summary>The farthest distance that <see cref="Together"/> is asked for.</summary>
    public const int DistanceMost = 1024;

    private const int BlockMost = 64 << 10, SampleBits = 8 << 10, Nibbles = 16;
    private const int BitsBytes = ((SampleBits + DistanceMost) / 8) + 16;

    // A vector may be read beyond the last byte.
    private readonly byte[] _marks = new byte[BlockMost + DistanceMost + (2 * Vector<byte>.Count)];
    private readonly byte[] _sums = new byte[DistanceMost + (4 * Vector<byte>.Count)];

    // Eight times the same bits, each copy a bit further: so that any distance is a distance in whole bytes in one of them.
    private readonly byte[][] _bits = [.. Enumerable.Range(0, 8).Select(_ => new byte[BitsBytes])];
    private readonly byte[] _lowRows = new byte[Nibbles], _highRows = new byte[Nibbles];
    private readonly bool[] _isRare = new bool[ByteCounts.Values];
    private int _length, _words;

    /// <summary>How many values are rare.</summary>
    public int Values { get; private set; }

    /// <summary>Takes a block of 64 KiB at most.</summary>
    /// <param name="block">Its bytes.</param>
    /// <param name="counts">How often each value occurs in them.</param>
    public void Take(ReadOnlySpan<byte> block, ByteCounts counts)
    {
        _length = block.Length;
        Values = 0;
        Array.Clear(_lowRows);
        Array.Clear(_highRows);
        for (var value = 0; value < ByteCounts.Values; value++)
        {
            _isRare[value] = counts.Counts[value] * ByteCounts.Values < block.Length;
            if (!_isRare[value]) continue;
            Values++;
            // A row for each low nibble, a bit in it for each high one.
            (value < 128 ? _lowRows : _highRows)[value & 15] |= (byte)(1 << ((value >> 4) & 7));
        }
        Mark(block);
    }

    /// <summary>
    /// How many of each phase of a period are rare, in the whole periods of so many bytes from the start on.
    /// </summary>
    public void CountByPhase(int length, Span<int> rare)
    {
        rare.Clear();
        var period = rare.Length;
        // Short periods several at a time, so that a row is at least as long as a vector.
        var row = period * ((Vector<byte>.Count + period - 1) / period);
        var (rounds, at) = (length / period * period / row, 0);
        while (rounds > 0)
        {
            var some = Math.Min(rounds, 255);
            SumRows(at, row, some);
            for (var i = 0; i < row; i++) rare[i % period] += _sums[i];
            (at, rounds) = (at + (some * row), rounds - some);
        }
        for (var end = length / period * period; at < end; at++) rare[at % period] += _marks[at] & 1;
    }

    /// <summary>Looks at how often two rare bytes lie a distance apart, in the first bytes; false where there are too few.</summary>
    public bool Sample()
    {
        var bits = Math.Min(SampleBits, _length - DistanceMost);
        if (bits < SampleBits / 4) return false;
        var first = _bits[0];
        Array.Clear(first);
        var length = Math.Min(_length, bits + DistanceMost);
        for (var at = 0; at < length; at += Vector128<byte>.Count)
        {
            var marked = (ushort)Vector128.LoadUnsafe(ref _marks[at]).ExtractMostSignificantBits();
            BinaryPrimitives.WriteUInt16LittleEndian(first.AsSpan(at >> 3), marked);
        }
        for (var shift = 1; shift < 8; shift++)
        {
            var shifted = _bits[shift];
            for (var i = 0; i + sizeof(ulong) < BitsBytes; i += sizeof(uint))
            {
                var word = BinaryPrimitives.ReadUInt64LittleEndian(first.AsSpan(i)) >> shift;
                BinaryPrimitives.WriteUInt32LittleEndian(shifted.AsSpan(i), (uint)word);
            }
        }
        _words = (bits >> 6) & ~3;
        return first.AsSpan().IndexOfAnyExcept((byte)0) >= 0;
    }

    /// <summary>How many pairs of rare bytes of the sample lie so far apart.</summary>
    public int Together(int distance)
    {
        ref var near = ref MemoryMarshal.GetArrayDataReference(_bits[0]);
        ref var far = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bits[distance & 7]), distance >> 3);
        var (together, other) = (0, 0);
        for (var i = 0; i < _words; i += 4)
        {
            together += BitOperations.PopCount(At(ref near, i) & At(ref far, i));
            other += BitOperations.PopCount(At(ref near, i + 1) & At(ref far, i + 1));
            together += BitOperations.PopCount(At(ref near, i + 2) & At(ref far, i + 2));
            other += BitOperations.PopCount(At(ref near, i + 3) & At(ref far, i + 3));
        }
        return together + other;
    }

    private static ulong At(ref byte bits, int word) =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bits, (nint)word * sizeof(ulong)));

    private void SumRows(int at, int row, int rounds)
    {
        ref var first = ref _marks[at];
        for (var column = 0; column < row; column += Vector<byte>.Count)
        {
            // All bits set is −1.
            var sum = Vector<byte>.Zero;
            for (var round = 0; round < rounds; round++) sum -= Vector.LoadUnsafe(ref first, (nuint)((round * row) + column));
            sum.CopyTo(_sums, column);
        }
    }

    private void Mark(ReadOnlySpan<byte> block)
    {
        var (low, high) = (Vector128.Create(_lowRows), Vector128.Create(_highRows));
        var bits = Vector128.Create((byte)1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128);
        var at = 0;
        ref var first = ref MemoryMarshal.GetReference(block);
        for (; at <= block.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref first, (nuint)at);
            var nibbles = bytes & Vector128.Create((byte)15);
            var rows = Vector128.ConditionalSelect(Vector128.LessThan(bytes.AsSByte(), Vector128<sbyte>.Zero).AsByte(),
                Vector128.ShuffleNative(high, nibbles), Vector128.ShuffleNative(low, nibbles));
            var isNone = Vector128.Equals(rows & Vector128.ShuffleNative(bits, bytes >>> 4), Vector128<byte>.Zero);
            (~isNone).StoreUnsafe(ref _marks[at]);
        }
        for (; at < block.Length; at++) _marks[at] = _isRare[block[at]] ? byte.MaxValue : (byte)0;
        _marks.AsSpan(at, Math.Min(2 * Vector<byte>.Count, _marks.Length - at)).Clear();
    }
}
