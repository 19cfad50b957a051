using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Random-like bytes between ordinary ones, in a block whose rarest values are not rare: strewn in cells of 256 bytes, or every so many
/// bytes by a stride.
/// </summary>
internal sealed class Mixtures
{
    private const int CellBytes = 256, PeriodLeast = 3, PeriodMost = RareBytes.DistanceMost, ShortPeriod = 128;
    private const int FirstLookBytes = 16 << 10;

    // 256 uniform bytes are beyond it once in some hundred cells; text, code and tables are at 20 and more.
    private const double CellZ = 3;
    private const int PairsLeast = (int)(CellPairs - (CellZ * CellPairsDeviation)),
        PairsMost = (int)(CellPairs + (CellZ * CellPairsDeviation));

    // Pairs of equal bytes are half of what the counts' squares sum up to beyond the bytes themselves; of 256 bytes that sum is chi-square.
    private const double CellPairs = ByteCounts.Mean / 2, CellPairsDeviation = ByteCounts.Deviation / 2;

    // So many equal bytes are too many pairs already: n (n − 1) / 2.
    private const int CommonMost = 19;

    private const double TextFloorLeast = 0.03, ConstantShare = 0.99;
    private const int InterleavedMost = 16, ConstantLook = 1024;
    private const int EvenLeast = 300, RunLeast = 3;

    private readonly RareBytes _rare = new();
    private readonly int[] _periods = new int[4];
    private readonly int[] _together = new int[PeriodMost + 1];
    private readonly ByteCounts _random = new(), _clear = new(), _clearLate = new();

    /// <summary>Adds the cells that look random.</summary>
    /// <param name="block">The bytes.</param>
    /// <param name="common">The commonest of them: a cell that has many of it is done with at once.</param>
    /// <param name="counts">What is added to.</param>
    public static void Strewn(ReadOnlySpan<byte> block, byte common, ByteCounts counts)
    {
        Span<ushort> seen = stackalloc ushort[ByteCounts.Values];
        for (; block.Length >= CellBytes; block = block[CellBytes..])
        {
            var cell = block[..CellBytes];
            if (cell.Count(common) >= CommonMost) continue;
            seen.Clear();
            // A cell on the edge of a run would spoil the sum: one tenth of another kind is seen here already.
            var pairs = Pairs(cell[..(CellBytes / 2)], seen);
            if (pairs > PairsMost) continue;
            pairs += Pairs(cell[(CellBytes / 2)..], seen);
            if (pairs is <= PairsLeast or > PairsMost) continue;
            for (var value = 0; value < ByteCounts.Values; value++)
            {
                if (seen[value] > 0) counts.Add((byte)value, seen[value]);
            }
        }
    }

    // Pairs of equal bytes: half of the sum of the counts' squares less the bytes, so z without a second pass; and it only grows, so most
    // cells of text and tables are beyond it after their first half.
    private static int Pairs(ReadOnlySpan<byte> bytes, Span<ushort> seen)
    {
        ref var table = ref MemoryMarshal.GetReference(seen);
        var pairs = 0;
        foreach (var value in bytes) pairs += Unsafe.Add(ref table, (nint)value)++;
        return pairs;
    }

    /// <summary>
    /// Whether every so many bytes are random-like and the others are not. Values that are rarer than one in 256 mark the random bytes; how
    /// often two of them lie a distance apart shows the period; the bytes at its phases are then judged.
    /// </summary>
    /// <param name="block">The bytes.</param>
    /// <param name="counts">How often each value occurs in them.</param>
    public bool IsStrided(ReadOnlySpan<byte> block, ByteCounts counts)
    {
        if (IsTextBetween(counts, block.Length) || IsInterleaved(block, counts)) return true;
        _rare.Take(block, counts);
        var count = Periods();
        for (var i = 0; i < count; i++)
        {
            if (HasRandomPhases(block, _periods[i])) return true;
        }
        return false;
    }

    // The values that no text has in any encoding of today are as even as ciphertext's, whatever the pattern; the rest is text.
    private static bool IsTextBetween(ByteCounts counts, int length)
    {
        var (values, all, squares, text) = (0, 0L, 0.0, 0L);
        for (var value = 0; value < ByteCounts.Values; value++)
        {
            var count = counts.Counts[value];
            if (value is >= 32 and < 127 or 9 or 10 or 13) text += count;
            if (value is not (< 9 or (> 13 and < 27) or (> 27 and < 32) or 0xC0 or 0xC1 or >= 0xF5)) continue;
            values++;
            all += count;
            squares += (double)count * count;
        }
        // Each of the 256 values has its share of the random bytes; without them the rest must be text.
        var random = (double)all / values * ByteCounts.Values;
        if (random < TextFloorLeast * length || all < EvenLeast) return false;
        var z = ((squares * values / all) - all - (values - 1)) / Math.Sqrt(2.0 * (values - 1));
        var textShare = (text - (random * 98 / ByteCounts.Values)) / (length - random);
        return z is > -4 and < 5 && random < 0.95 * length && textShare > 0.8;
    }

    // Random bytes with nothing but one value between them, as one of two bytes or in any short rhythm.
    private bool IsInterleaved(ReadOnlySpan<byte> block, ByteCounts counts)
    {
        if (counts.Counts[counts.Commonest] * InterleavedMost < block.Length) return false;
        for (var period = 2; period <= InterleavedMost; period++)
        {
            if (HasConstantPhase(block, period) && HasOnlyRandomBeside(block, period)) return true;
        }
        return false;
    }

    private static bool HasConstantPhase(ReadOnlySpan<byte> block, int period)
    {
        for (var phase = 0; phase < period; phase++)
        {
            var at = phase;
            while (at < ConstantLook && block[at] == block[phase]) at += period;
            if (at >= ConstantLook) return true;
        }
        return false;
    }

    private bool HasOnlyRandomBeside(ReadOnlySpan<byte> block, int period)
    {
        _random.Clear();
        for (var phase = 0; phase < period; phase++)
        {
            _clear.Clear();
            for (var at = phase; at < block.Length; at += period) _clear.Add(block[at], 1);
            if (_clear.Counts[_clear.Commonest] < ConstantShare * _clear.Total) _random.Add(_clear);
        }
        return _random.Total >= 2048 && _random.Total < block.Length && _random.Z is > -4 and < 5;
    }

    private int Periods()
    {
        if (!_rare.Sample()) return 0;
        long sum = 0;
        var most = 0;
        for (var lag = PeriodLeast; lag <= PeriodMost; lag++)
        {
            _together[lag] = _rare.Together(lag);
            sum += _together[lag];
            most = Math.Max(most, _together[lag]);
        }
        var mean = (double)sum / (PeriodMost - PeriodLeast + 1);
        if (most < mean * 1.15 || most - mean < 8 * Math.Sqrt(Math.Max(1, mean))) return 0;
        return Candidates(mean, most);
    }

    // Two bytes of one run lie near each other too: the slope that begins at 0 is passed first. Then the highest tops; a file's own rhythm
    // and the period's multiples have tops as well.
    private int Candidates(double mean, int most)
    {
        var (count, lag) = (0, PeriodLeast);
        while (lag < PeriodMost && _together[lag] > mean) lag++;
        var level = mean + (0.5 * (most - mean));
        for (lag = lag > PeriodMost / 2 ? PeriodLeast : lag; lag < PeriodMost; lag++)
        {
            var height = _together[lag];
            if (height < level || height < _together[lag - 1] || height <= _together[lag + 1]) continue;
            var at = count < _periods.Length ? count++ : count;
            for (; at > 0 && _together[_periods[at - 1]] < height; at--)
            {
                if (at < _periods.Length) _periods[at] = _periods[at - 1];
            }
            if (at < _periods.Length) _periods[at] = lag;
        }
        return count;
    }

    private bool HasRandomPhases(ReadOnlySpan<byte> block, int period)
    {
        Span<sbyte> kind = stackalloc sbyte[period];
        // Most files' own rhythm is short, and a quarter of a block shows that none of its phases is random.
        if (period <= ShortPeriod && block.Length > FirstLookBytes && !Phases(FirstLookBytes, kind, out _))
            return false;
        if (!Phases(block.Length, kind, out var clear) || !IsInRuns(kind)) return false;
        var (seen, rounds) = (0, block.Length / period);
        _random.Clear();
        _clear.Clear();
        _clearLate.Clear();
        for (var phase = 0; phase < period; phase++)
        {
            if (kind[phase] == 0) continue;
            var counts = kind[phase] > 0 ? _random : seen++ * 2 < clear ? _clear : _clearLate;
            for (var i = phase; i < rounds * period; i += period) counts.Add(block[i], 1);
        }
        return _random.Total >= 2048 && _random.Z is > -4 and < 5 && _clear.Z > 50 && AreAlike(_clear, _clearLate)
            && AreOfOneKind(block, kind, period);
    }

    // Which phases are random-like (1), which are clear (-1); false when there are none of either.
    private bool Phases(int length, Span<sbyte> kind, out int clear)
    {
        var period = kind.Length;
        Span<int> rare = stackalloc int[period];
        _rare.CountByPhase(length, rare);
        var (rounds, rareShare) = (length / period, (double)_rare.Values / ByteCounts.Values);
        // A random phase has as many rare bytes as there are rare values; a phase in between is neither, one at the edge of a run may be.
        var slack = 4.5 * Math.Sqrt(rareShare * (1 - rareShare) / rounds);
        var random = 0;
        clear = 0;
        for (var phase = 0; phase < period; phase++)
        {
            var share = (double)rare[phase] / rounds;
            kind[phase] = (sbyte)(Math.Abs(share - rareShare) < slack ? 1 : share < rareShare * 0.7 ? -1 : 0);
            random += kind[phase] > 0 ? 1 : 0;
            clear += kind[phase] < 0 ? 1 : 0;
        }
        return random > 0 && clear >= 2;
    }

    // A cipher's bytes come in runs; the low bytes of samples and numbers come one by one.
    private static bool IsInRuns(ReadOnlySpan<sbyte> kind)
    {
        var (runs, random) = (0, 0);
        for (var phase = 0; phase < kind.Length; phase++)
        {
            if (kind[phase] <= 0) continue;
            random++;
            if (kind[phase == 0 ? kind.Length - 1 : phase - 1] <= 0) runs++;
        }
        return random >= RunLeast * Math.Max(1, runs);
    }

    // The commonest clear value must be as common at each clear phase: in a table it is some columns' own.
    private bool AreOfOneKind(ReadOnlySpan<byte> block, ReadOnlySpan<sbyte> kind, int period)
    {
        var mode = 0;
        for (var value = 1; value < ByteCounts.Values; value++)
        {
            if (_clear.Counts[value] + _clearLate.Counts[value] > _clear.Counts[mode] + _clearLate.Counts[mode]) mode = value;
        }
        var share = (double)(_clear.Counts[mode] + _clearLate.Counts[mode]) / (_clear.Total + _clearLate.Total);
        var rounds = block.Length / period;
        var slack = (4 * Math.Sqrt(share * (1 - share) / rounds)) + 0.08;
        var (alike, all) = (0, 0);
        for (var phase = 0; phase < period; phase++)
        {
            if (kind[phase] >= 0) continue;
            var count = 0;
            for (var i = phase; i < rounds * period; i += period) count += block[i] == mode ? 1 : 0;
            all++;
            if (Math.Abs(((double)count / rounds) - share) < slack) alike++;
        }
        return alike * 10 >= all * 8;
    }

    // A table of records has random columns too (numbers' low bytes, keys), but its other columns differ from each other; the clear bytes
    // of a file that was encrypted by a stride are all of one kind.
    private static bool AreAlike(ByteCounts one, ByteCounts other)
    {
        if (one.Total == 0 || other.Total == 0) return false;
        var distance = 0.0;
        for (var value = 0; value < ByteCounts.Values; value++)
            distance += Math.Abs(((double)one.Counts[value] / one.Total) - ((double)other.Counts[value] / other.Total));
        return distance < 0.45;
    }
}
