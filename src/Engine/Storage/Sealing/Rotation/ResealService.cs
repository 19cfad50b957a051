using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>
/// Finishes what a rotation began: brings every team under the newest root, seals anew what lies under earlier data keys, and destroys a
/// team's earlier data keys when nothing needs them any more. What is left to do is read from the keys themselves, so a kill costs nothing
/// but the page under way. One of the listed jobs that touch every team's rows.
/// </summary>
public sealed class ResealService(KeyRotation rotation, Resealing resealing, IKeyStore store, TeamSeals seals, PlatformSeal platform,
    EngineClient engine, ResealProgress progress, ResealTimes times, TimeProvider time, ILogger<ResealService> log) : BackgroundService
{
    private const int TeamsAPage = 500;

    private long _peopleDoneFor;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // At once after the start: a rotation may have been killed.
        using var timer = new PeriodicTimer(times.Look, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "Sealing anew did not finish; it goes on in {Seconds} s.", times.Look.TotalSeconds);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        rotation.Settle();
        var (teams, root) = (TeamsToDo(), platform.ActiveRoot);
        // A pass that begins when nobody can seal with an earlier key any more finds every value that needs one.
        var ready = teams.Where(team => time.GetUtcNow() >= team.Newest.MadeAt + times.Settle).ToList();
        if (ready.Count == 0 && _peopleDoneFor == root) return;
        progress.Begin();
        try
        {
            foreach (var (team, _) in ready) progress.Expect(await resealing.CountAsync(team, cancellation).ConfigureAwait(false));
            if (_peopleDoneFor != root)
            {
                progress.Expect(await resealing.CountAsync(null, cancellation).ConfigureAwait(false));
                await resealing.RunAsync(null, progress.Did, cancellation).ConfigureAwait(false);
                _peopleDoneFor = root;
            }
            foreach (var (team, newest) in ready) await FinishAsync(team, newest, cancellation).ConfigureAwait(false);
        }
        finally
        {
            progress.End();
        }
    }

    private async Task FinishAsync(TeamId team, WrappedKey newest, CancellationToken cancellation)
    {
        try
        {
            // Said by who rotated already, unless that died in between: then the log says it by the platform itself.
            if (await engine.AskAsync(new NoteRotation(team, newest.Number, Author.Platform), cancellation).ConfigureAwait(false)
                is Refused { Kind: not RefusalKind.NotFound } busy)
                log.LogWarning("Team {Team} could not note its new data key in its log: {Reason}", team, busy.Detail);
            await resealing.RunAsync(team, progress.Did, cancellation).ConfigureAwait(false);
            var (keys, tracesGone) = store.Destroy(team, newest.Number - 1, time.GetUtcNow());
            seals.Refresh(team);
            log.LogInformation("Team {Team}: everything is sealed by data key {Number}; {Keys} earlier ones were destroyed.",
                team, newest.Number, keys);
            if (!tracesGone) log.LogWarning("Copies of wrapped keys remain in the database's log until it is cut.");
        }
        catch (TeamKeyDestroyedException)
        {
            log.LogInformation("Team {Team}: its keys were destroyed, nothing is left to seal.", team);
        }
    }

    private List<(TeamId Team, WrappedKey Newest)> TeamsToDo()
    {
        var found = new List<(TeamId, WrappedKey)>();
        for (TeamId? after = null; ;)
        {
            var page = store.LoadPage(after, TeamsAPage).GroupBy(key => key.Team).ToList();
            foreach (var keys in page)
            {
                var living = keys.Where(key => key.DestroyedAt is null).ToList();
                if (living.Count > 1) found.Add((keys.Key, living[^1]));
            }
            if (page.Count < TeamsAPage) return found;
            after = page[^1].Key;
        }
    }
}
