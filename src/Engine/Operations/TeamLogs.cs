using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Operations;

/// <summary>
/// What an operator does to the whole platform concerns every team: each team's own entity journals it, so it stands in each team's log by
/// the same way as everything else. An event a team is little beside what such an operation does for each team anyway.
/// </summary>
public sealed class TeamLogs(IKeyStore keys, EngineClient engine)
{
    private const int TeamsAPage = 500, AtOnce = 16;

    /// <summary>Sends the command for each team that has living keys, which is every team there is.</summary>
    /// <param name="command">Made for a team and the number of its newest data key.</param>
    /// <returns>How many teams could not note it now. A team that nobody founded yet has no log, and is none of them.</returns>
    public async Task<int> NoteAsync(Func<TeamId, int, ITeamCommand> command, CancellationToken cancellation)
    {
        var missed = 0;
        for (TeamId? after = null; ;)
        {
            var from = after;
            var page = await Task.Run(() => keys.LoadPage(from, TeamsAPage).GroupBy(key => key.Team).ToList(), cancellation)
                .ConfigureAwait(false);
            var living = page.Where(team => team.Any(key => key.DestroyedAt is null));
            await Parallel.ForEachAsync(living, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (team, token) =>
                {
                    var reply = await engine.AskAsync(command(team.Key, team.Max(key => key.Number)), token).ConfigureAwait(false);
                    if (reply is Refused { Kind: not RefusalKind.NotFound }) Interlocked.Increment(ref missed);
                }).ConfigureAwait(false);
            if (page.Count < TeamsAPage) return missed;
            after = page[^1].Key;
        }
    }
}
