namespace HostAtlas.Gateway.Ingest;

/// <summary>Whether a batch's times are distinct. Agents send them rising, which needs no set.</summary>
internal sealed class DistinctTimes
{
    private readonly List<long> _rising = [];
    private HashSet<long>? _all;

    /// <summary>Adds a time; false when it was added before.</summary>
    public bool Add(long at)
    {
        if (_all is not null) return _all.Add(at);
        if (_rising.Count == 0 || at > _rising[^1])
        {
            _rising.Add(at);
            return true;
        }
        _all = [.. _rising];
        return _all.Add(at);
    }
}
