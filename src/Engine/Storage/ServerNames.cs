using HostAtlas.Shared;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// The distinct metric names of the servers that lately sent a new list of names, in memory: the database holds them sealed, and to count
/// them is to open all of a server's lists. A day's names: with a new day they are read again, so what another node added or removed
/// counts. What a transaction adds is taken back with it. Bounded: when it is full it starts afresh.
/// </summary>
internal sealed class ServerNames
{
    private const int MostServers = 1_000;

    private readonly Dictionary<ServerId, (int Day, HashSet<string> Names)> _servers = [];
    private readonly List<ServerId> _staged = [];

    /// <summary>The names of a server as of a day, or null when they must be read.</summary>
    public HashSet<string>? Of(ServerId server, int day) =>
        _servers.TryGetValue(server, out var kept) && kept.Day == day ? kept.Names : null;

    /// <summary>Keeps what was read.</summary>
    public HashSet<string> Keep(ServerId server, int day, HashSet<string> names)
    {
        if (_servers.Count >= MostServers) _servers.Clear();
        _servers[server] = (day, names);
        return names;
    }

    /// <summary>
    /// Adds names to a server's; false, and nothing is added, when it would have more than <see cref="Limits.MetricNamesPerServer"/>.
    /// </summary>
    public bool TryAdd(ServerId server, HashSet<string> known, IEnumerable<string> names)
    {
        var fresh = names.Where(name => !known.Contains(name)).ToHashSet(StringComparer.Ordinal);
        if (known.Count + fresh.Count > Limits.MetricNamesPerServer) return false;
        known.UnionWith(fresh);
        _staged.Add(server);
        return true;
    }

    /// <summary>They must be read again.</summary>
    public void Forget(ServerId server) => _servers.Remove(server);

    /// <summary>The transaction has committed.</summary>
    public void Commit() => _staged.Clear();

    /// <summary>The transaction was rolled back: what it added is read again from the database.</summary>
    public void Rollback()
    {
        foreach (var server in _staged) _servers.Remove(server);
        _staged.Clear();
    }
}
