using System.Buffers;
using System.Buffers.Binary;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>Writes a <see cref="ColumnBlock"/>. Pure: the same points give the same bytes.</summary>
public static class ColumnBlockWriter
{
    // Counts, min, max, last, sums, each with its kind, and the kind of the sums.
    private const int Columns = 5;

    /// <summary>Writes points.</summary>
    /// <param name="times">For each slot (1-60) the milliseconds from its start to its newest report, -1 without one.</param>
    /// <param name="points">A name's points beside each other, as many as there are slots; at most 65,535 names.</param>
    public static byte[] Write(ReadOnlySpan<long> times, ReadOnlySpan<RollupPoint> points)
    {
        var slots = times.Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, ColumnBlock.MostSlots, nameof(times));
        var names = points.Length / slots;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names, ushort.MaxValue, nameof(points));
        var lengthsBytes = (1 + names) * sizeof(ushort);
        var nameBytes = 1 + (Columns * NumberColumn.MostBytes(slots));
        var scratch = ArrayPool<byte>.Shared.Rent(ColumnBlock.HeaderBytes + lengthsBytes + ((1 + names) * nameBytes));
        try
        {
            (scratch[0], scratch[1]) = (ColumnBlock.Version, (byte)slots);
            BinaryPrimitives.WriteUInt16LittleEndian(scratch.AsSpan(2), (ushort)names);
            var lengths = scratch.AsSpan(ColumnBlock.HeaderBytes, lengthsBytes);
            var end = ColumnBlock.HeaderBytes + lengthsBytes;
            Span<double> numbers = stackalloc double[slots];
            for (var i = 0; i < slots; i++) numbers[i] = times[i];
            var length = NumberColumn.Write(numbers, scratch.AsSpan(end));
            for (var name = 0; ; name++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(lengths[(name * sizeof(ushort))..], (ushort)length);
                end += length;
                if (name == names) return scratch.AsSpan(0, end).ToArray();
                length = WriteName(points.Slice(name * slots, slots), scratch.AsSpan(end, nameBytes));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static int WriteName(ReadOnlySpan<RollupPoint> points, Span<byte> into)
    {
        Span<double> counts = stackalloc double[points.Length], min = stackalloc double[points.Length];
        Span<double> max = stackalloc double[points.Length], last = stackalloc double[points.Length];
        Span<double> mean = stackalloc double[points.Length];
        var present = 0;
        for (var slot = 0; slot < points.Length; slot++)
        {
            var point = points[slot];
            counts[slot] = point.Count;
            if (point.Count == 0) continue;
            (min[present], max[present], last[present], mean[present]) = (point.Min, point.Max, point.Last, point.Mean);
            present++;
        }
        if (present == 0) return 0;
        min = min[..present];
        max = max[..present];
        last = last[..present];
        mean = mean[..present];
        var length = NumberColumn.Write(counts, into);
        length += NumberColumn.Write(min, into[length..]);
        length += WriteLike(max, min, default, into[length..]);
        length += WriteLike(last, min, max, into[length..]);
        if (!IsSame(mean, min) && !IsSame(mean, max) && TrySum(mean, counts)) into[length++] = ColumnBlock.AsSums;
        return length + WriteLike(mean, min, max, into[length..]);
    }

    private static int WriteLike(ReadOnlySpan<double> column, ReadOnlySpan<double> min, ReadOnlySpan<double> max, Span<byte> into)
    {
        if (!IsSame(column, min) && !IsSame(column, max)) return NumberColumn.Write(column, into);
        into[0] = IsSame(column, min) ? ColumnBlock.AsMin : ColumnBlock.AsMax;
        return 1;
    }

    // Puts sums into the means' place when each is a short decimal that gives its mean back bit for bit.
    private static bool TrySum(Span<double> mean, ReadOnlySpan<double> counts)
    {
        Span<double> sums = stackalloc double[mean.Length];
        for (int slot = 0, i = 0; slot < counts.Length; slot++)
        {
            if (counts[slot] == 0) continue;
            sums[i] = Math.Round(mean[i] * counts[slot] * 1e6) / 1e6;
            if (!double.IsFinite(sums[i]) || !IsSame([sums[i] / counts[slot]], mean.Slice(i, 1))) return false;
            i++;
        }
        sums.CopyTo(mean);
        return true;
    }

    // By their bits: 0.0 and -0.0 are equal and not the same.
    private static bool IsSame(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        if (one.Length != other.Length) return false;
        for (var i = 0; i < one.Length; i++)
        {
            if (BitConverter.DoubleToInt64Bits(one[i]) != BitConverter.DoubleToInt64Bits(other[i])) return false;
        }
        return true;
    }
}
