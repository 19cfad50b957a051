using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// Folds reports, points of minutes and points of hours, which come in order of time, into the steps of a query: min, max, mean and last of
/// what fell into each. A step into which nothing fell has no point. Pure but for its own accumulators.
/// </summary>
public sealed class StepFold(MetricsQuery query)
{
    private readonly HashSet<string>? _wanted = query.Names is null ? null : [.. query.Names];
    private readonly Dictionary<long, (int Position, StepSeries Series)[]> _sets = [];
    private readonly Dictionary<string, StepSeries> _series = new(StringComparer.Ordinal);
    private readonly RollupPoint[] _points = new RollupPoint[ColumnBlock.MostSlots];
    private readonly long[] _times = new long[ColumnBlock.MostSlots];
    private (int Position, StepSeries Series)[]? _lastPositions;
    private long _lastSet;

    /// <summary>Whether rows and blocks of a set can be added.</summary>
    public bool Knows(long set) => _sets.ContainsKey(set);

    /// <summary>Makes a name set known before its rows come.</summary>
    public void AddSet(long id, IReadOnlyList<string> names)
    {
        _lastPositions = null;
        _sets[id] = [.. names.Index().Where(name => _wanted is null || _wanted.Contains(name.Item))
            .Select(name => (name.Index, SeriesOf(name.Item)))];
    }

    /// <summary>Adds one report.</summary>
    public void AddRow(long atMs, long set, ReadOnlySpan<byte> packed)
    {
        // A server sends one list for days: what the last row needed, the next one does nearly always.
        if (_lastPositions is null || set != _lastSet)
        {
            if (!_sets.TryGetValue(set, out var found)) return;
            (_lastSet, _lastPositions) = (set, found);
        }
        var positions = _lastPositions;
        var values = new PackedValues.Reader(packed);
        foreach (var (position, series) in positions) series.AddSample(atMs, values.At(position));
    }

    /// <summary>Adds the points of an hour's block that start within the given time, from inclusive, to exclusive.</summary>
    public void AddBlock(long hourMs, long set, ReadOnlySpan<byte> block, long fromMs, long toMs)
    {
        if (!_sets.TryGetValue(set, out var positions) || positions.Length == 0) return;
        var columns = new ColumnBlock(block);
        columns.ReadTimes(_times);
        var slotMs = HourWindow.HourMs / columns.Slots;
        foreach (var (position, series) in positions)
        {
            if (!columns.Read(position, _points)) continue;
            for (var slot = 0; slot < columns.Slots; slot++)
            {
                var startMs = hourMs + (slot * slotMs);
                if (_points[slot].Count > 0 && startMs >= fromMs && startMs < toMs)
                    series.AddPoint(startMs, startMs + _times[slot], _points[slot]);
            }
        }
    }

    /// <summary>The series that have points, by name.</summary>
    public MetricsAnswer Answer() => new(query.StepSeconds,
        [.. _series.OrderBy(series => series.Key, StringComparer.Ordinal)
            .Select(series => new MetricSeries(series.Key, series.Value.Finish())).Where(series => series.Points.Count > 0)]);

    private StepSeries SeriesOf(string name)
    {
        if (!_series.TryGetValue(name, out var series))
        {
            series = query.AsRates ? new RateSeries(query.StepSeconds, query.FromMs) : new ValueSeries(query.StepSeconds);
            _series.Add(name, series);
        }
        return series;
    }
}
