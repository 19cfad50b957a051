using System.Numerics;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Random-like bytes between ordinary ones, in a block whose rarest values are not rare: strewn in cells of 256 bytes, or every so many
/// bytes by a stride.
/// </summary>
internal sealed class Mixtures
{
    private const int CellBytes = 256, PeriodLeast = 3, PeriodMost = 1024, SampleBits = 32 << 10;

    // 256 uniform bytes have 162 different values, with a deviation of 5.2; machine code has about 100, text 50.
    private const int DistinctLeast = 142, DistinctMost = 183;

    private readonly ulong[] _rare = new ulong[(SampleBits / 64) + (PeriodMost / 64) + 2];
    private readonly int[] _together = new int[PeriodMost + 1];
    private readonly ByteCounts _random = new(), _clear = new(), _clearLate = new();

    /// <summary>Adds the cells that look random.</summary>
    public static void Strewn(ReadOnlySpan<byte> block, ByteCounts counts)
    {
        Span<int> found = stackalloc int[ByteCounts.Values];
        for (; block.Length >= CellBytes; block = block[CellBytes..])
        {
            ulong a = 0, b = 0, c = 0, d = 0;
            foreach (var value in block[..CellBytes])
            {
                var bit = 1UL << (value & 63);
                switch (value >> 6)
                {
                    case 0: a |= bit; break;
                    case 1: b |= bit; break;
                    case 2: c |= bit; break;
                    default: d |= bit; break;
                }
            }
            var distinct = BitOperations.PopCount(a) + BitOperations.PopCount(b) + BitOperations.PopCount(c) + BitOperations.PopCount(d);
            if (distinct is < DistinctLeast or > DistinctMost) continue;
            counts.CountInto(block[..CellBytes], found);
            counts.Add(found, CellBytes);
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
        return Period(block, isRare) is var period and > 0 && HasRandomPhases(block, isRare, period, (double)rareValues / 256);
    }

    private int Period(ReadOnlySpan<byte> block, ReadOnlySpan<bool> isRare)
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
        if (all == 0 || most < mean * 1.2 || most - mean < 8 * Math.Sqrt(Math.Max(1, mean))) return 0;
        // Near a period it is nearly as good: the first that is as good as any, at the top of its hill.
        var level = mean + (0.85 * (most - mean));
        var best = 0;
        for (var lag = 8; lag <= PeriodMost; lag++)
        {
            if (_together[lag] < level)
            {
                if (best > 0) break;
                continue;
            }
            if (best == 0 || _together[lag] > _together[best]) best = lag;
        }
        return best;
    }

    private bool HasRandomPhases(ReadOnlySpan<byte> block, ReadOnlySpan<bool> isRare, int period, double rareShare)
    {
        Span<int> rare = stackalloc int[period];
        rare.Clear();
        var rounds = block.Length / period;
        for (var i = 0; i < rounds * period; i++)
        {
            if (isRare[block[i]]) rare[i % period]++;
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
        return _random.Total >= 2048 && Math.Abs(_random.Z) < 5 && _clear.Z > 50 && AreAlike(_clear, _clearLate);
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
