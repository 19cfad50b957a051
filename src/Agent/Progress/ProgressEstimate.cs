namespace HostAtlas.Agent.Progress;

/// <summary>
/// How fast work goes and how long it still takes. An estimate that jumps is worse than none, so the shown one runs down like a clock and
/// is set anew only when it is off by a sixth. Pure: time is handed in.
/// </summary>
public sealed class ProgressEstimate
{
    private const double MemorySeconds = 20, ToleratedShare = 1.0 / 6, QuietSeconds = 3;

    private TimeSpan _at;
    private double _done, _rate, _byteRate, _weight;
    private long _bytes;
    private TimeSpan? _shown;

    /// <summary>Bytes a second of late; 0 until something was seen.</summary>
    public double BytesPerSecond => _weight > 0 ? _byteRate / _weight : 0;

    /// <summary>Says how far the work is. Returns how long it still takes, or null while nobody can know.</summary>
    /// <param name="elapsed">Since the start; never less than before.</param>
    /// <param name="progress">What is done and what there is.</param>
    public TimeSpan? Update(TimeSpan elapsed, IProgressCounts progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var seconds = (elapsed - _at).TotalSeconds;
        if (seconds <= 0) return _shown;
        var (done, bytes) = (progress.Work, progress.Moved);
        // What was 20 seconds ago weighs a third of what is now; divided by the weights so far, so that the start does not count as slow.
        var fading = Math.Exp(-seconds / MemorySeconds);
        _rate = (_rate * fading) + ((1 - fading) * (done - _done) / seconds);
        _byteRate = (_byteRate * fading) + ((1 - fading) * (bytes - _bytes) / seconds);
        _weight = (_weight * fading) + (1 - fading);
        (_at, _done, _bytes) = (elapsed, done, bytes);
        if (elapsed.TotalSeconds < QuietSeconds || done <= 0 || progress.WorkTotal is not { } total) return _shown = null;
        // Half of all time, half of late: neither a burst nor a slow start decides alone.
        var speed = ((done / elapsed.TotalSeconds) + (_rate / _weight)) / 2;
        var left = TimeSpan.FromSeconds(Math.Min(Math.Max(0, total - done) / speed, TimeSpan.FromDays(99).TotalSeconds));
        var counted = _shown - TimeSpan.FromSeconds(seconds);
        if (counted is not { } shown || Math.Abs((left - shown).TotalSeconds) > (left.TotalSeconds * ToleratedShare) + 1) shown = left;
        return _shown = shown < TimeSpan.Zero ? TimeSpan.Zero : shown;
    }
}
