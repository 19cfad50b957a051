using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// What a batch of events adds to the changes of teams, numbered without a gap for each team. Only the newest of a team are kept: whoever
/// was away for longer reads everything anew.
/// </summary>
public sealed class ChangeRows(IEnumerable<KeyValuePair<TeamId, long>> last)
{
    /// <summary>Changes that are kept of a team.</summary>
    public const int Kept = 1_000;

    private readonly Dictionary<TeamId, long> _last = new(last);
    private readonly List<NumberedChange> _added = [];

    /// <summary>Changes to be added, each team's in order.</summary>
    public IReadOnlyList<NumberedChange> Added => _added;

    /// <summary>For each team that was added to: the highest number that goes.</summary>
    public IEnumerable<(TeamId Team, long Through)> Outdated =>
        _added.Select(change => change.Team).Distinct().Select(team => (team, _last[team] - Kept)).Where(end => end.Item2 > 0);

    /// <summary>Adds a change.</summary>
    public void Add(TeamId team, DateTimeOffset at, Change change)
    {
        var number = _last[team] = _last.GetValueOrDefault(team) + 1;
        _added.Add(new NumberedChange(team, number, at.ToUnixTimeMilliseconds(), change));
    }
}

/// <summary>A change in its place.</summary>
public sealed record NumberedChange(TeamId Team, long Number, long AtMs, Change Change);
