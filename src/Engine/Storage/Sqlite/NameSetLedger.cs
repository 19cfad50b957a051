using System.Text;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// Which name sets are known to be stored, so that the hot path asks the database only for a new one. Bounded: when it is full it starts
/// afresh, which costs a look-up a server.
/// </summary>
internal sealed class NameSetLedger
{
    private const int MaxEntries = 1_000_000;
    private readonly HashSet<(ServerKey, long)> _known = [];

    /// <summary>Whether the set is stored for sure.</summary>
    public bool Knows(ServerKey server, long set) => _known.Contains((server, set));

    /// <summary>Takes note of sets whose transaction has committed; never before, or a rolled-back set would be taken for stored.</summary>
    public void Remember(IReadOnlyList<(ServerKey, long)> stored)
    {
        if (_known.Count + stored.Count > MaxEntries) _known.Clear();
        foreach (var entry in stored) _known.Add(entry);
    }

    /// <summary>Whether a server that has these sets stays within its 2,000 names with one more set.</summary>
    public static bool Fits(IEnumerable<byte[]> storedNames, NameSet set)
    {
        var names = new HashSet<string>(Encoding.UTF8.GetString(set.NamesUtf8).Split('\n'));
        foreach (var stored in storedNames) names.UnionWith(Encoding.UTF8.GetString(stored).Split('\n'));
        return names.Count <= Limits.MetricNamesPerServer;
    }
}
