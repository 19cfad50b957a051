using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>
/// Runs the roll-up once a minute. One a cluster is enough; two do each other's work once more and no harm. One of the listed jobs that
/// touch every team's rows.
/// </summary>
public sealed class RollupService(RollupPass pass, TimeProvider time, ILogger<RollupService> log) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        do
        {
            try
            {
                await pass.RunAsync(time.GetUtcNow(), stoppingToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "The roll-up did not finish; it goes on in a minute.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
