using System.Diagnostics.CodeAnalysis;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect;

/// <summary>
/// The labelled names of one source, made once for each value of the label, and for no more values than <paramref name="most"/> as long as
/// the agent runs. Those that were met first stay; a source that meets several at once asks for them in ordinal order, so which
/// ones are left out does not depend on chance. A platform refuses the reports of a server with more than 2,000 names, all of them, so
/// on a host whose mounts or interfaces come and go for months the last ones must give way.
/// </summary>
/// <param name="label">The label's name.</param>
/// <param name="most">How many values of the label, see <see cref="SeriesLimits"/>.</param>
/// <param name="metrics">Names without labels.</param>
internal sealed class SeriesNames(string label, int most, params string[] metrics)
{
    private readonly Dictionary<string, string[]> _names = [];

    /// <summary>The names without labels.</summary>
    public IReadOnlyList<string> Metrics => metrics;

    /// <summary>The names for one value of the label, in the order of the metrics; false, and noted, when it is one too many.</summary>
    public bool TryGet(string value, Samples samples, [NotNullWhen(true)] out string[]? names)
    {
        if (_names.TryGetValue(value, out names)) return true;
        if (_names.Count >= most)
        {
            samples.LeaveOut();
            return false;
        }
        names = _names[value] = [.. metrics.Select(metric => SeriesName.With(metric, label, value))];
        return true;
    }
}
