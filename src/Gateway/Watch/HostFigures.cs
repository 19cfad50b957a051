using System.Text.Json;

namespace HostAtlas.Gateway.Watch;

/// <summary>A metrics answer by name: each series' last values, oldest first.</summary>
public sealed class HostFigures
{
    private readonly Dictionary<string, List<double>> _series = [];

    /// <summary>Reads an answer of the metrics endpoint.</summary>
    public HostFigures(JsonElement answer)
    {
        foreach (var series in answer.GetProperty("series").EnumerateArray())
            _series[series.GetProperty("name").GetString()!] = [.. series.GetProperty("points").EnumerateArray().Select(point => point[4].GetDouble())];
    }

    /// <summary>Whether there is anything to show.</summary>
    public bool IsEmpty => _series.Count == 0;

    /// <summary>A metric's newest value, or null.</summary>
    public double? Last(string name) => _series.TryGetValue(name, out var points) && points.Count > 0 ? points[^1] : null;

    /// <summary>A metric's values.</summary>
    public IReadOnlyList<double> All(string name) => _series.TryGetValue(name, out var points) ? points : [];

    /// <summary>The values of a metric's one label, e.g. every mount of <c>disk.used_bytes{mount="…"}</c>, in order.</summary>
    public IEnumerable<(string Label, string Name)> Labels(string metric, string label)
    {
        var start = $"{metric}{{{label}=\"";
        return _series.Keys.Where(name => name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith("\"}", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name => (name[start.Length..^2], name));
    }
}
