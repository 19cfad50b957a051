using System.Numerics;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Random-like bytes between ordinary ones, in a block whose rarest values are not rare: strewn in cells of 256 bytes, or every so many
/// bytes by a stride.
/// </summary>
internal sealed class Mixtures
{
    private const int CellBytes = 256, PeriodLeast = 3, PeriodMost = 1024, SampleBits = 8 << 10;

    // 256 uniform bytes are beyond it once in some hundred cells; text, code and tables are at 20 and more.
    private const double CellZ = 3;

    private const double TextFloorLeast = 0.03;
    private const int EvenLeast = 300, RunLeast = 3;

    private readonly ulong[] _rare = new ulong[(SampleBits / 64) + (PeriodMost / 64) + 2];
    private readonly int[] _periods = new int[4];
    private readonly int[] _together = new int[PeriodMost + 1];
    private readonly ByteCounts _random = new(), _clear = new(), _clearLate = new();

    /// <summary>Adds the cells that look random.</summary>
    public static void Strewn(ReadOnlySpan<byte> block, ByteCounts counts)
    {
        Span<int> found = stackalloc int[ByteCounts.Values];
        for (; block.Length >= CellBytes; block = block[CellBytes..])
        {
            counts.CountInto(block[..CellBytes], found);
            // A cell on the edge of a run would spoil the sum: one tenth of another kind is seen here already.
            if (ByteCounts.ZOf(found, CellBytes) is > -CellZ and < CellZ) counts.Add(found, CellBytes);
        }
    }

    /// <summary>
    /// Whether every so many bytes are random-like and the others are not. Values that are rarer than one in 256 mark the random bytes; how
    /// often two of them lie a distance apart shows the period; the bytes at its phases are then judged.
    /// </summary>
    public bool IsStrided(ReadOnlySpan<byte> block)
    {
        _random.Clear();
        _random.Add(block);
        Span<bool> isRare = stackalloc bool[ByteCounts.Values];
        var rareValues = 0;
        for (var value = 0; value < ByteCounts.Values; value++)
        {
            isRare[value] = _random.Counts[value] * 256 < block.Length;
            if (isRare[value]) rareValues++;
        }
        if (IsTextBetween(_random, block.Length)) return true;
        var count = Periods(block, isRare);
        for (var i = 0; i < count; i++)
        {
            if (HasRandomPhases(block, isRare, _periods[i], (double)rareValues / 256)) return true;
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

    private int Periods(ReadOnlySpan<byte> block, ReadOnlySpan<bool> isRare)
    {
        var bits = Math.Min(SampleBits, block.Length - PeriodMost);
        if (bits < SampleBits / 4) return 0;
        Array.Clear(_rare);
        var all = 0;
        for (var i = 0; i < Math.Min(block.Length, bits + PeriodMost); i++)
        {
            if (!isRare[block[i]]) continue;
            _rare[i >> 6] |= 1UL << (i & 63);
            all++;
        }
        var words = bits >> 6;
        long sum = 0;
        var most = 0;
        for (var lag = PeriodLeast; lag <= PeriodMost; lag++)
        {
            var (word, shift) = (lag >> 6, lag & 63);
            var together = 0;
            for (var i = 0; i < words; i++)
            {
                var far = shift == 0 ? _rare[i + word] : (_rare[i + word] >> shift) | (_rare[i + word + 1] << (64 - shift));
                together += BitOperations.PopCount(_rare[i] & far);
            }
            _together[lag] = together;
            sum += together;
            most = Math.Max(most, together);
        }
        var mean = (double)sum / (PeriodMost - PeriodLeast + 1);
        if (all == 0 || most < mean * 1.3 || most - mean < 8 * Math.Sqrt(Math.Max(1, mean))) return 0;
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

    private bool HasRandomPhases(ReadOnlySpan<byte> block, ReadOnlySpan<bool> isRare, int period, double rareShare)
    {
        Span<int> rare = stackalloc int[period];
        rare.Clear();
        var rounds = block.Length / period;
        for (var round = block; round.Length >= period; round = round[period..])
        {
            for (var phase = 0; phase < period; phase++)
            {
                if (isRare[round[phase]]) rare[phase]++;
            }
        }
        // A random phase has as many rare bytes as there are rare values; a phase in between is neither, one at the edge of a run may be.
        var slack = 4.5 * Math.Sqrt(rareShare * (1 - rareShare) / rounds);
        var (random, clear, seen) = (0, 0, 0);
        Span<sbyte> kind = stackalloc sbyte[period];
        for (var phase = 0; phase < period; phase++)
        {
            var share = (double)rare[phase] / rounds;
            kind[phase] = (sbyte)(Math.Abs(share - rareShare) < slack ? 1 : share < rareShare * 0.7 ? -1 : 0);
            random += kind[phase] > 0 ? 1 : 0;
            clear += kind[phase] < 0 ? 1 : 0;
        }
        if (random == 0 || clear < 2) return false;
        _random.Clear();
        _clear.Clear();
        _clearLate.Clear();
        for (var phase = 0; phase < period; phase++)
        {
            if (kind[phase] == 0) continue;
            var counts = kind[phase] > 0 ? _random : seen++ * 2 < clear ? _clear : _clearLate;
            for (var i = phase; i < rounds * period; i += period) counts.Add(block[i], 1);
        }
        return _random.Total >= 2048 && _random.Z is > -4 and < 5 && _clear.Z > 50 && IsInRuns(kind) && AreAlike(_clear, _clearLate)
            && AreOfOneKind(block, kind, period);
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
