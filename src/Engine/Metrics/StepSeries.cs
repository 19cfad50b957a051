using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Metrics;

/// <summary>One metric's way into the steps of a query. Samples and points come in order of time.</summary>
internal abstract class StepSeries(int stepSeconds)
{
    private readonly long _stepMs = stepSeconds * 1000L;

    /// <summary>A report's value.</summary>
    public abstract void AddSample(long atMs, double value);

    /// <summary>A roll-up's point. <paramref name="newestMs"/>: when its newest report came.</summary>
    public abstract void AddPoint(long startMs, long newestMs, in RollupPoint point);

    /// <summary>The steps that have something, when everything was added.</summary>
    public abstract IReadOnlyList<MetricPoint> Finish();

    /// <summary>The start of the step a time lies in.</summary>
    protected long StepOf(long atMs) => HourWindow.Floor(atMs, _stepMs);
}

/// <summary>Values as they are: min, max, mean and last of each step.</summary>
internal sealed class ValueSeries(int stepSeconds) : StepSeries(stepSeconds)
{
    private readonly List<MetricPoint> _points = [];
    private Tally _tally;
    private long _step;

    /// <inheritdoc />
    public override void AddSample(long atMs, double value)
    {
        GoTo(StepOf(atMs));
        _tally.Add(value);
    }

    /// <inheritdoc />
    public override void AddPoint(long startMs, long newestMs, in RollupPoint point)
    {
        GoTo(StepOf(startMs));
        _tally.Add(point);
    }

    /// <inheritdoc />
    public override IReadOnlyList<MetricPoint> Finish()
    {
        Close();
        return _points;
    }

    private void GoTo(long step)
    {
        if (step == _step) return;
        Close();
        _step = step;
    }

    private void Close()
    {
        if (_tally.Count > 0) _points.Add(new MetricPoint(_step, _tally.Min, _tally.Max, _tally.Mean, _tally.Last));
        _tally = default;
    }
}
