using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>A row of <c>teams</c>. Times are Unix milliseconds.</summary>
/// <param name="Plan">How many servers the team may have; null is unlimited.</param>
/// <param name="EntitySeq">The last event of the team's entity that the row knows.</param>
public sealed record ProjectedTeam(TeamId Team, string Name, long FoundedAtMs, int? Plan, long EntitySeq);

/// <summary>A row of <c>servers</c>. The team's entity makes it, from then on the server's own entity moves it.</summary>
/// <param name="EntitySeq">The last event of the server's entity that the row knows; 0 before its first.</param>
public sealed record ProjectedServer(
    ServerKey Key, string Name, long CreatedAtMs, long? FirstReportMs, long? SilentSinceMs, long EntitySeq);

/// <summary>
/// The rows that a batch of events touches, in memory: the live projection loads them, a rebuild starts from none. The same rules run over
/// both, so a rebuilt table cannot differ from a grown one.
/// </summary>
public sealed class ProjectedRows
{
    private readonly Dictionary<TeamId, ProjectedTeam> _teams = [];
    private readonly Dictionary<ServerKey, ProjectedServer> _servers = [];
    private readonly HashSet<TeamId> _changedTeams = [];
    private readonly HashSet<ServerKey> _changedServers = [];
    private readonly HashSet<TeamId> _droppedTeams = [];
    private readonly HashSet<ServerKey> _droppedServers = [];
    private readonly HashSet<string> _passedOver = [];

    /// <summary>No rows: where a rebuild begins. The audit logs are none of its business.</summary>
    public ProjectedRows()
    {
    }

    /// <summary>Rows as the store has them.</summary>
    public ProjectedRows(IEnumerable<ProjectedTeam> teams, IEnumerable<ProjectedServer> servers, AuditRows audit)
    {
        Audit = audit;
        foreach (var team in teams) _teams[team.Team] = team;
        foreach (var server in servers) _servers[server.Key] = server;
    }

    /// <summary>What is added to the audit logs; null in a rebuild, which adds nothing to them.</summary>
    public AuditRows? Audit { get; }

    /// <summary>Teams that differ from what was loaded.</summary>
    public IEnumerable<ProjectedTeam> ChangedTeams => _changedTeams.Select(team => _teams[team]);

    /// <summary>Servers that differ from what was loaded.</summary>
    public IEnumerable<ProjectedServer> ChangedServers => _changedServers.Select(server => _servers[server]);

    /// <summary>Teams whose rows, the servers' among them, are to go: also those that are not loaded here.</summary>
    public IReadOnlyCollection<TeamId> DroppedTeams => _droppedTeams;

    /// <summary>Servers whose rows are to go.</summary>
    public IReadOnlyCollection<ServerKey> DroppedServers => _droppedServers;

    /// <summary>A team's row, or null before it was founded.</summary>
    public ProjectedTeam? Find(TeamId team) => _teams.GetValueOrDefault(team);

    /// <summary>A server's row, or null before it joined.</summary>
    public ProjectedServer? Find(ServerKey server) => _servers.GetValueOrDefault(server);

    /// <summary>Keeps a row.</summary>
    public void Put(ProjectedTeam team)
    {
        _teams[team.Team] = team;
        _changedTeams.Add(team.Team);
    }

    /// <summary>Keeps a row.</summary>
    public void Put(ProjectedServer server)
    {
        _servers[server.Key] = server;
        _changedServers.Add(server.Key);
    }

    /// <summary>Drops a team and its servers: its keys were destroyed, nobody can read them.</summary>
    public void Drop(TeamId team)
    {
        _teams.Remove(team);
        _changedTeams.Remove(team);
        foreach (var server in _servers.Keys.Where(server => server.Team == team).ToList())
        {
            _servers.Remove(server);
            _changedServers.Remove(server);
        }
        _droppedTeams.Add(team);
    }

    /// <summary>Drops a server: it was deleted.</summary>
    public void Drop(ServerKey server)
    {
        _servers.Remove(server);
        _changedServers.Remove(server);
        _droppedServers.Add(server);
    }

    /// <summary>Takes note of an entity that has no row and of which an event does not open: what follows cannot make one either.</summary>
    public void PassOver(string persistenceId) => _passedOver.Add(persistenceId);

    /// <summary>Whether the entity was passed over.</summary>
    public bool IsPassedOver(string persistenceId) => _passedOver.Contains(persistenceId);
}
