using System.Text.Json;

namespace HostAtlas.Gateway.Watch;

/// <summary>What one server showed over some time: of each metric the last value of every step, by the step's start.</summary>
public sealed class HostFigures
{
    private const int At = 0, LastValue = 4;
    private readonly Dictionary<string, SortedList<long, double>> _series = [];
    private readonly long _stepMs;

    /// <summary>Reads an answer of the metrics endpoint: points are <c>[ms, min, max, mean, last]</c>.</summary>
    public HostFigures(JsonElement answer)
    {
        _stepMs = answer.GetProperty("step").GetInt64() * 1000;
        foreach (var series in answer.GetProperty("series").EnumerateArray())
        {
            var points = new SortedList<long, double>();
            foreach (var point in series.GetProperty("points").EnumerateArray())
                points[point[At].GetInt64()] = point[LastValue].GetDouble();
            if (points.Count > 0) _series[series.GetProperty("name").GetString()!] = points;
        }
        NewestMs = _series.Count == 0 ? null : _series.Values.Max(points => points.Keys[^1]);
    }

    /// <summary>Whether there is nothing to show.</summary>
    public bool IsEmpty => _series.Count == 0;

    /// <summary>Start of the newest step that has a value.</summary>
    public long? NewestMs { get; }

    /// <summary>
    /// Every metric's newest value, as far as it is part of the newest report but one: what ceased is not shown as if it were.
    /// </summary>
    public IEnumerable<KeyValuePair<string, double>> Newest =>
        _series.Where(IsCurrent).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Values[^1]));

    /// <summary>A metric's newest value, or null.</summary>
    public double? Last(string name) =>
        _series.TryGetValue(name, out var points) && IsCurrent(KeyValuePair.Create(name, points)) ? points.Values[^1] : null;

    /// <summary>The sum of several metrics' newest values, over those that have one; null when none has.</summary>
    public double? LastSum(params IEnumerable<string> names)
    {
        var known = names.Select(Last).OfType<double>().ToList();
        return known.Count == 0 ? null : known.Sum();
    }

    /// <summary>The sum of metrics, step by step up to the newest one; null where none has a value.</summary>
    /// <param name="steps">How many steps.</param>
    /// <param name="names">The metrics.</param>
    public IReadOnlyList<double?> History(int steps, params IEnumerable<string> names)
    {
        var series = names.Where(_series.ContainsKey).Select(name => _series[name]).ToList();
        if (NewestMs is not { } newest || series.Count == 0) return [];
        return [.. Enumerable.Range(1 - steps, steps).Select(step => newest + (step * _stepMs)).Select(at =>
            series.Exists(points => points.ContainsKey(at)) ? series.Sum(points => points.GetValueOrDefault(at)) : (double?)null)];
    }

    /// <summary>
    /// The label's values of a metric, e.g. every mount of <c>disk.used_bytes{mount="…"}</c>, in order, with the metric's name.
    /// </summary>
    public IEnumerable<(string Value, string Name)> Labels(string metric, string label)
    {
        var start = $"{metric}{{{label}=\"";
        return Newest.Select(pair => pair.Key)
            .Where(name => name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith("\"}", StringComparison.Ordinal))
            .Select(name => (name[start.Length..^2], name));
    }

    private bool IsCurrent(KeyValuePair<string, SortedList<long, double>> pair) => pair.Value.Keys[^1] >= NewestMs - _stepMs;
}
