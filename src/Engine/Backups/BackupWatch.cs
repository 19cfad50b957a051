using Akka.Actor;
using Akka.Hosting;
using HostAtlas.Engine.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// Wakes the entities for which something is due: nobody else would, for what is due is that nobody came. One of the listed jobs that look
/// at every team's rows; it sees ids and times. An entity that has nothing to say moves its row on.
/// </summary>
public sealed class BackupWatch(IBackupStore store, IServiceProvider provider, TimeProvider time, ILogger<BackupWatch> log)
    : BackgroundService
{
    private const int AtATime = 1_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await LookAsync(stoppingToken).ConfigureAwait(false);
    }

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var region = ((IReadOnlyActorRegistry)provider.GetService(typeof(IReadOnlyActorRegistry))!).Get<BackupRegion>();
            foreach (var server in await store.DueAsync(time.GetUtcNow(), AtATime, cancellation).ConfigureAwait(false))
                region.Tell(new CheckBackups(server.Team, server.Server), ActorRefs.NoSender);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(fault, "What is due of backups could not be read; it is looked at again in a minute.");
        }
    }
}
