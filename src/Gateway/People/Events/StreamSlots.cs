using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People.Events;

/// <summary>
/// How many streams may be open on a node: each costs a look at its session and its team every few seconds, so nobody may open them
/// without end.
/// </summary>
internal sealed class StreamSlots
{
    /// <summary>The most there may be of one person or key, of one team, and in all.</summary>
    public const int OfCaller = 10, OfTeam = 100, OfNode = 1_000;

    // Streams end when pages are closed; there is nothing to compute a better time from.
    private const int RetryAfterSeconds = 30;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, int> _callers = [];
    private readonly Dictionary<TeamId, int> _teams = [];
    private int _all;

    /// <summary>Takes a slot, which is free again when it is disposed; or says why there is none.</summary>
    public Step<IDisposable> Take(Grant grant)
    {
        var caller = grant.By.Id!.Value;
        lock (_gate)
        {
            if (_callers.GetValueOrDefault(caller) >= OfCaller)
                return Full(
                    $"{(grant.ByKey ? "This key has" : "You have")} {OfCaller} event streams open here already. "
                    + "Close one, then try again.");
            if (_teams.GetValueOrDefault(grant.Team) >= OfTeam)
                return Full($"The team has {OfTeam} event streams open here already. Try again in {RetryAfterSeconds} seconds.");
            if (_all >= OfNode)
                return new Failure(ProblemSlug.EngineBusy,
                    $"This node serves {OfNode} event streams, as many as it may. Try again in {RetryAfterSeconds} seconds.",
                    RetryAfterSeconds);
            _callers[caller] = _callers.GetValueOrDefault(caller) + 1;
            _teams[grant.Team] = _teams.GetValueOrDefault(grant.Team) + 1;
            _all++;
        }
        return new Slot(this, caller, grant.Team);
    }

    private static Failure Full(string detail) => new(ProblemSlug.RateLimited, detail, RetryAfterSeconds);

    private void Free(Guid caller, TeamId team)
    {
        lock (_gate)
        {
            if (--_callers[caller] == 0) _callers.Remove(caller);
            if (--_teams[team] == 0) _teams.Remove(team);
            _all--;
        }
    }

    private sealed class Slot(StreamSlots slots, Guid caller, TeamId team) : IDisposable
    {
        private int _freed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _freed, 1) == 0) slots.Free(caller, team);
        }
    }
}
