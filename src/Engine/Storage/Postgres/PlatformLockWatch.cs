using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Keeps the lock on the database: after the server was away it is taken anew. When another platform has it by then, this one stops, since
/// going on would make two writers.
/// </summary>
internal sealed class PlatformLockWatch(
    PlatformLock held, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<PlatformLockWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                if (await held.HoldAsync(stoppingToken).ConfigureAwait(false)) continue;
                log.LogCritical("Another platform has taken the database while it was away for this one. This one stops.");
                lifetime.StopApplication();
                return;
            }
            catch (Exception away) when (PostgresFaults.IsTheStores(away) && !stoppingToken.IsCancellationRequested)
            {
                // Everything else says loudly enough that the server is away.
                log.LogDebug(away, "The lock on the database is not held at the moment.");
            }
        }
    }
}
