namespace HostAtlas.Engine.Metrics;

/// <summary>
/// Folds rows, which come in order of time, into the steps of a query: min, max, mean and last of what fell into each. A step into which
/// nothing fell has no point. Pure but for its own accumulators.
/// </summary>
public sealed class StepFold(MetricsQuery query)
{
    private readonly HashSet<string>? _wanted = query.Names is null ? null : [.. query.Names];
    private readonly Dictionary<long, (int Position, Series Series)[]> _sets = [];
    private readonly Dictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>Makes a name set known before its rows come.</summary>
    public void AddSet(long id, IReadOnlyList<string> names) => _sets[id] =
        [.. names.Index().Where(name => _wanted is null || _wanted.Contains(name.Item)).Select(name => (name.Index, SeriesOf(name.Item)))];

    /// <summary>Adds one report.</summary>
    public void AddRow(long atMs, long set, ReadOnlySpan<byte> packed)
    {
        if (!_sets.TryGetValue(set, out var positions)) return;
        var stepMs = query.StepSeconds * 1000L;
        var step = atMs - (((atMs % stepMs) + stepMs) % stepMs);
        foreach (var (position, series) in positions) series.Add(step, PackedValues.ValueAt(packed, position));
    }

    /// <summary>The series that have points, by name.</summary>
    public MetricsAnswer Answer() => new(query.StepSeconds,
        [.. _series.Where(series => series.Value.Points.Count > 0).OrderBy(series => series.Key, StringComparer.Ordinal)
            .Select(series => new MetricSeries(series.Key, series.Value.Finish()))]);

    private Series SeriesOf(string name)
    {
        if (!_series.TryGetValue(name, out var series)) _series.Add(name, series = new Series());
        return series;
    }

    private sealed class Series
    {
        private double _sum;
        private int _count;

        public List<MetricPoint> Points { get; } = [];

        public void Add(long step, double value)
        {
            if (Points.Count > 0 && Points[^1].AtMs == step)
            {
                var open = Points[^1];
                _sum += value;
                _count++;
                Points[^1] = open with { Min = Math.Min(open.Min, value), Max = Math.Max(open.Max, value), Last = value };
                return;
            }
            Close();
            (_sum, _count) = (value, 1);
            Points.Add(new MetricPoint(step, value, value, value, value));
        }

        public IReadOnlyList<MetricPoint> Finish()
        {
            Close();
            return Points;
        }

        private void Close()
        {
            if (Points.Count > 0) Points[^1] = Points[^1] with { Mean = Math.Clamp(_sum / _count, Points[^1].Min, Points[^1].Max) };
        }
    }
}
