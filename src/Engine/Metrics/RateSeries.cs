using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// A counter as its rate a second. Between two reports the rate is growth ÷ time; it belongs to the step of the later one. A step's mean is
/// all growth ÷ all time of its intervals, min and max are the slowest and the fastest of them, last is the newest. What came before
/// <paramref name="fromMs"/> is only what the first interval grows from; a counter's very first report has no rate. After a gap the first
/// rate is the mean over the gap.
/// </summary>
internal sealed class RateSeries(int stepSeconds, long fromMs) : StepSeries(stepSeconds)
{
    private readonly List<MetricPoint> _points = [];
    private Tally _rates;
    private long _step, _timeMs, _lastMs;
    private double _growth, _untimed, _last;
    private bool _hasLast;

    /// <inheritdoc />
    public override void AddSample(long atMs, double value)
    {
        if (_hasLast && atMs >= fromMs) Grow(StepOf(atMs), CounterGrowth.Between(_last, value), atMs);
        (_hasLast, _last, _lastMs) = (true, value, atMs);
    }

    /// <inheritdoc />
    public override void AddPoint(long startMs, long newestMs, in RollupPoint point)
    {
        if (_hasLast && startMs >= fromMs) Grow(StepOf(startMs), CounterGrowth.Over(_last, point), newestMs);
        (_hasLast, _last, _lastMs) = (true, point.Last, newestMs);
    }

    /// <inheritdoc />
    public override IReadOnlyList<MetricPoint> Finish()
    {
        Close();
        return _points;
    }

    private void Grow(long step, double growth, long atMs)
    {
        if (step != _step) Close();
        _step = step;
        var timeMs = atMs - _lastMs;
        if (timeMs <= 0)
        {
            // Two reports of one time: what grew between them is the next interval's.
            _untimed += growth;
            return;
        }
        growth = Math.Min(growth + _untimed, double.MaxValue);
        _untimed = 0;
        _rates.Add(ASecond(growth, timeMs));
        _growth += growth;
        _timeMs += timeMs;
    }

    private void Close()
    {
        if (_rates.Count > 0)
        {
            var mean = Math.Clamp(ASecond(_growth, _timeMs), _rates.Min, _rates.Max);
            _points.Add(new MetricPoint(_step, _rates.Min, _rates.Max, mean, _rates.Last));
        }
        (_rates, _growth, _timeMs) = (default, 0, 0);
    }

    private static double ASecond(double growth, long timeMs) => Math.Min(growth / timeMs * 1000, double.MaxValue);
}
