using HostAtlas.Engine.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// Sweeps every server's vault once a day, each at its own time (<see cref="SweepTime"/>). One of the listed jobs that look at every team's
/// rows; it sees ids and times. It only asks: whether anything goes is decided by each server's own entity.
/// </summary>
public sealed class RetentionWatch(ISweepList list, RetentionSweeper sweeper, TimeProvider time, ILogger<RetentionWatch> log)
    : BackgroundService
{
    private const int AtATime = 100;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await LookAsync(stoppingToken).ConfigureAwait(false);
    }

    /// <summary>Sweeps whose turn it is.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var server in await list.DueAsync(time.GetUtcNow(), AtATime, cancellation).ConfigureAwait(false))
            {
                var tally = await sweeper.SweepAsync(server, dryRun: false, Author.Platform, cancellation).ConfigureAwait(false);
                if (tally.Fault is { } fault)
                    log.LogWarning("The sweep of {Server} did not finish: {Fault} It goes on in an hour.", server, fault);
                else if (tally.Deleted.Objects > 0)
                    log.LogInformation("Retention deleted {Objects} objects of {Server}.", tally.Deleted.Objects, server);
                if (tally.Held is { Sum.Objects: > 0 } held)
                    log.LogInformation(
                        "The bucket keeps {Objects} objects of {Server} that retention let go, until {Until:u}; they are tried again then.",
                        held.Sum.Objects, server, held.Until);
                var now = time.GetUtcNow();
                var next = tally.Fault is null ? SweepTime.After(server, now) : now + SweepTime.AgainAfter;
                await list.MoveAsync(server, next, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(fault, "Whose vault is to be swept could not be read; it is looked at again in a minute.");
        }
    }
}
