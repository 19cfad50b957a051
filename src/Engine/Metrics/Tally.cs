using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// What samples, or points that stand for some, come to: min, max, mean, last, count. One accumulator for raw reports and for roll-ups, so
/// that the same samples give the same point on either way.
/// </summary>
internal struct Tally
{
    // A sum of the largest doubles overflows; the same sum in units of 2^32 does not, with fewer than 2^32 addends.
    private const double LargeUnit = 4_294_967_296;

    private double _sum, _largeSum;

    /// <summary>The least sample.</summary>
    public double Min { get; private set; }

    /// <summary>The greatest sample.</summary>
    public double Max { get; private set; }

    /// <summary>The newest sample.</summary>
    public double Last { get; private set; }

    /// <summary>How many samples; nothing else means anything when there are none.</summary>
    public long Count { get; private set; }

    /// <summary>The mean, never outside of min and max.</summary>
    public readonly double Mean =>
        Math.Clamp(double.IsFinite(_sum) ? WithoutNoise() / Count : _largeSum / Count * LargeUnit, Min, Max);

    /// <summary>The same as a point.</summary>
    public readonly RollupPoint Point => new(Min, Max, Mean, Last, Count);

    /// <summary>Adds a sample that is newer than all before.</summary>
    public void Add(double value) => Add(value, value, value, value / LargeUnit, value, 1);

    /// <summary>Adds a point whose samples are newer than all before.</summary>
    public void Add(in RollupPoint point) => Add(
        point.Min, point.Max, point.Mean * point.Count, point.Mean / LargeUnit * point.Count, point.Last, point.Count);

    /// <summary>Adds another tally whose samples are newer than all before.</summary>
    public void Add(in Tally other) => Add(other.Min, other.Max, other._sum, other._largeSum, other.Last, other.Count);

    private void Add(double min, double max, double sum, double largeSum, double last, long count)
    {
        Min = Count == 0 ? min : Math.Min(Min, min);
        Max = Count == 0 ? max : Math.Max(Max, max);
        _sum += sum;
        _largeSum += largeSum;
        Last = last;
        Count += count;
    }

    // A sum of decimals is a decimal. Binary addition leaves a little noise on it, which is taken off when the decimal lies within the
    // noise's own bound, (n - 1) 2^-53 Σ|x| (Higham, Accuracy and Stability of Numerical Algorithms, 4.2): the mean is nearer to the truth
    // and roll-ups can keep it in few bytes.
    private readonly double WithoutNoise()
    {
        const double unitRoundoff = 1.0 / (1L << 53);
        var noise = (Count - 1) * unitRoundoff * Count * Math.Max(Math.Abs(Min), Math.Abs(Max));
        var scaled = Math.Round(_sum * 1e6);
        if (!(Math.Abs(scaled) <= DecimalForm.LargestMantissa)) return _sum;
        var plain = scaled / 1e6;
        return Math.Abs(plain - _sum) <= noise ? plain : _sum;
    }
}
