using System.Numerics;

namespace HostAtlas.Benchmarks.Load;

/// <summary>
/// Counts latencies in buckets whose width grows with their value (the idea of HdrHistogram, http://hdrhistogram.org): 128 steps for each
/// doubling, so that a quantile is off by less than 0.8 % whether it is microseconds or seconds, and recording is one increment.
/// </summary>
internal sealed class Histogram
{
    private const int StepBits = 7;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[(64 - StepBits) * Steps];
    private long _largest;

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The largest, exactly.</summary>
    public TimeSpan Largest => Span(_largest);

    /// <summary>Counts one latency; a negative one, which only a clock's grain can make, counts as none.</summary>
    public void Record(TimeSpan latency)
    {
        var nanoseconds = Math.Max(0, (long)latency.TotalNanoseconds);
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        _largest = Math.Max(_largest, nanoseconds);
    }

    /// <summary>Takes another's counts in.</summary>
    public void Add(Histogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        _largest = Math.Max(_largest, other._largest);
    }

    /// <summary>The latency that so great a share of all did not exceed.</summary>
    /// <param name="share">0-1, e.g. 0.99.</param>
    public TimeSpan Quantile(double share)
    {
        var left = Math.Max(1, (long)Math.Ceiling(share * Count));
        for (var i = 0; i < _counts.Length; i++)
        {
            if ((left -= _counts[i]) <= 0) return Span(Math.Min(UpperEdge(i), _largest));
        }
        return TimeSpan.Zero;
    }

    /// <summary>The bucket of a value. The first two groups are exact; then each group spans one doubling.</summary>
    private static int IndexOf(long value)
    {
        if (value < Steps) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - StepBits;
        return ((shift + 1) << StepBits) + (int)(value >> shift) - Steps;
    }

    private static long UpperEdge(int index)
    {
        var group = index >> StepBits;
        return group == 0 ? index : (((index & (Steps - 1)) + Steps + 1L) << (group - 1)) - 1;
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
