using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// Deletes raw reports that are older than the retention, every ten minutes. One of the listed jobs that touch every team's rows.
/// </summary>
public sealed class RetentionService(IMetricsStore store, EngineOptions options, TimeProvider time, ILogger<RetentionService> log)
    : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                var deleted = await store.DeleteBeforeAsync(time.GetUtcNow() - options.RawRetention, stoppingToken).ConfigureAwait(false);
                if (deleted > 0) log.LogInformation("Retention removed {Reports} reports.", deleted);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "Retention did not finish; it goes on in ten minutes.");
            }
        }
    }
}
