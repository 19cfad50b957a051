using System.Security.Cryptography;
using HostAtlas.Engine.Storage.Sealing;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>
/// One pass of the roll-up over all servers, in two halves. Closing an hour marks it for every server that has reports in it; what is
/// marked is then rolled up from its reports, whether it was marked by the closing or by a late report. So there is one way only to a
/// roll-up, and it never adds to what is there.
/// <para>
/// Why nothing is lost: a flush marks the hours of its late reports in its own transaction, each mark with a fresh stamp. The pass reads a
/// mark, then the reports, and replaces the window only if the mark is still the same. A report that was stored in between has changed the
/// stamp. An hour is closed two minutes after its end: flushes of the hour itself, which mark nothing, have ended by then or were given up
/// after seven seconds, whatever the nodes' clocks differ within the rest.
/// </para>
/// </summary>
public sealed class RollupPass(
    IRollupStore store, IMetricsSource source, ITeamSeals seals, EngineOptions options, ILogger<RollupPass> log)
{
    private const long ClosesAfterMs = 2 * HourWindow.MinuteMs;

    // Between pieces of work the flushes that queued up behind one go first.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);

    /// <summary>Closes the hours that are due and rolls up whatever is marked; gives how many windows.</summary>
    public async Task<int> RunAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var closedThrough = await CloseAsync(now.ToUnixTimeMilliseconds(), cancellation).ConfigureAwait(false);
        return await RollMarkedAsync(closedThrough, cancellation).ConfigureAwait(false);
    }

    private async Task<long> CloseAsync(long nowMs, CancellationToken cancellation)
    {
        var closed = (await store.ProgressAsync(cancellation).ConfigureAwait(false)).ClosedThroughMs;
        if (closed == long.MinValue)
        {
            // The first closing of all: before it there is nothing, since older reports are not taken.
            closed = HourWindow.HourOf(nowMs - (long)options.RawRetention.TotalMilliseconds);
            await store.AdvanceAsync(new RollupProgress(closed, closed, closed, closed), cancellation).ConfigureAwait(false);
        }
        for (; closed < HourWindow.HourOf(nowMs - ClosesAfterMs); closed += HourWindow.HourMs)
        {
            var after = await store.MarkHourAsync(closed, default, cancellation).ConfigureAwait(false);
            while (after is { } server)
            {
                await Task.Delay(Breath, cancellation).ConfigureAwait(false);
                after = await store.MarkHourAsync(closed, server, cancellation).ConfigureAwait(false);
            }
            var through = closed + HourWindow.HourMs;
            await store.AdvanceAsync(
                new RollupProgress(through, long.MinValue, long.MinValue, long.MinValue), cancellation).ConfigureAwait(false);
        }
        return closed;
    }

    private async Task<int> RollMarkedAsync(long closedThrough, CancellationToken cancellation)
    {
        var windows = 0;
        for (HourMark? after = null; ;)
        {
            var page = await store.MarksAsync(after, closedThrough, cancellation).ConfigureAwait(false);
            var rolled = new List<RolledHour>();
            foreach (var team in page.Marks.GroupBy(mark => mark.Server.Team))
            {
                // Opened after its marks were read: it sees every report that was stored before them.
                await using var scope = await source.OpenAsync(team.Key, cancellation).ConfigureAwait(false);
                foreach (var mark in team)
                    rolled.Add(new RolledHour(mark, await RollAsync(scope, mark, cancellation).ConfigureAwait(false)));
            }
            if (rolled.Count > 0) await store.ReplaceAsync(rolled, cancellation).ConfigureAwait(false);
            windows += rolled.Count;
            if (page.Last is null) return windows;
            after = page.Last;
            await Task.Delay(Breath, cancellation).ConfigureAwait(false);
        }
    }

    // Null leaves what there is: no report to roll up, or not all of them any more.
    private async Task<SealedHour?> RollAsync(IMetricsScope scope, HourMark mark, CancellationToken cancellation)
    {
        if (FindSeal(mark) is not { } seal || await IsGivenUpAsync(scope, mark, cancellation).ConfigureAwait(false)) return null;
        var (server, hour) = (mark.Server.Server, mark.HourMs);
        var sets = new OpenedSets(seal, server, await scope.SetsAsync(server, cancellation).ConfigureAwait(false));
        var window = new HourWindow(hour);
        var opened = new byte[4096];
        var damaged = 0;
        await scope.VisitRowsAsync(server, hour, hour + HourWindow.HourMs, (atMs, setId, sealedBytes) =>
        {
            try
            {
                if (!window.Knows(setId)) window.AddSet(setId, sets.Get(setId));
                if (opened.Length < sealedBytes.Length) opened = new byte[2 * sealedBytes.Length];
                var length = seal.Open(SealedItem.RowPlace(server, atMs, setId), sealedBytes, opened);
                window.AddRow(atMs, setId, opened.AsSpan(0, length));
            }
            catch (Exception fault) when (fault is SealBrokenException or FormatException)
            {
                // One damaged row must not keep its hour, and with it the retention of everything, waiting for ever.
                damaged++;
            }
        }, cancellation).ConfigureAwait(false);
        if (damaged > 0) log.LogError("{Damaged} reports of server {Server} are damaged and left out of its roll-up.", damaged, server);
        return window.Finish() is { } rollup ? SealedHour.Make(seal, server, hour, rollup) : null;
    }

    // Reports of the hour were deleted, as its point of the hour tells: what came later, after the retention was lengthened, is not all.
    private static async Task<bool> IsGivenUpAsync(IMetricsScope scope, HourMark mark, CancellationToken cancellation)
    {
        if (mark.HourMs >= (await scope.ProgressAsync(cancellation).ConfigureAwait(false)).RawFromMs) return false;
        var isThere = false;
        await scope.VisitHoursAsync(
            mark.Server.Server, mark.HourMs, mark.HourMs + 1, (_, _, _) => isThere = true, cancellation).ConfigureAwait(false);
        return isThere;
    }

    private TeamSeal? FindSeal(HourMark mark)
    {
        try
        {
            return seals.Find(mark.Server.Team);
        }
        catch (TeamKeyDestroyedException)
        {
            return null;
        }
        catch (CryptographicException broken)
        {
            // One team's damaged key must not keep the roll-ups of all others waiting.
            log.LogError(broken, "The keys of team {Team} do not open; its hours are not rolled up.", mark.Server.Team);
            return null;
        }
    }
}
