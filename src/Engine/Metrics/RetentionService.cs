using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics.Rollups;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// Deletes what is older than its retention, every ten minutes. One of the listed jobs that touch every team's rows.
/// </summary>
public sealed class RetentionService(
    IMetricsStore store, IRollupStore rollups, ILogStore lines, EngineOptions options, TimeProvider time, ILogger<RetentionService> log)
    : BackgroundService
{
    /// <summary>
    /// One pass; gives how many reports went. First the boundaries move, then what lies before them goes: whoever reads the boundaries
    /// finds everything behind them. Reports go by whole hours, and an hour later than asked, so that none that was just admitted meets an
    /// hour whose others are gone.
    /// </summary>
    public async Task<int> RunAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var wanted = new RollupProgress(
            long.MinValue, HourBefore(now, options.RawRetention + TimeSpan.FromHours(1)), HourBefore(now, options.MinuteRetention),
            HourBefore(now, options.HourRetention));
        var kept = await rollups.AdvanceAsync(wanted, cancellation).ConfigureAwait(false);
        // Nothing was ever rolled up, so nothing may go.
        if (kept.OldestMs == long.MinValue) return 0;
        var deleted = await store.DeleteBeforeAsync(
            DateTimeOffset.FromUnixTimeMilliseconds(kept.RawFromMs), cancellation).ConfigureAwait(false);
        await rollups.DeleteBeforeAsync(kept, cancellation).ConfigureAwait(false);
        return deleted;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                var deleted = await RunAsync(time.GetUtcNow(), stoppingToken).ConfigureAwait(false);
                if (deleted > 0) log.LogInformation("Retention removed {Reports} reports.", deleted);
                deleted = await lines.DeleteBeforeAsync(time.GetUtcNow() - options.LogRetention, stoppingToken).ConfigureAwait(false);
                if (deleted > 0) log.LogInformation("Retention removed {Lines} log lines.", deleted);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "Retention did not finish; it goes on in ten minutes.");
            }
        }
    }

    private static long HourBefore(DateTimeOffset now, TimeSpan age) => HourWindow.HourOf((now - age).ToUnixTimeMilliseconds());
}
