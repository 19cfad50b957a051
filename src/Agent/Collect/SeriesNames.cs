using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect;

/// <summary>
/// The labelled names of one source, made once for each value of the label. Forgets all of them when there are too many: on a host whose
/// interfaces come and go for months the names would only ever grow.
/// </summary>
internal sealed class SeriesNames(string label, params string[] metrics)
{
    private const int MaxKept = 1_000;
    private readonly Dictionary<string, string[]> _names = [];

    /// <summary>The names for one value of the label, in the order of the metrics.</summary>
    public string[] For(string value)
    {
        if (_names.TryGetValue(value, out var names)) return names;
        if (_names.Count >= MaxKept) _names.Clear();
        return _names[value] = [.. metrics.Select(metric => SeriesName.With(metric, label, value))];
    }
}
