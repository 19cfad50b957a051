using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Inventory;

/// <summary>
/// When inventories are sent: one soon after the start, at a moment of this process's own so that a fleet that was started together does
/// not come together; then each hour if it tells something new, and each day anyway. After a failure sooner, ever less often. In quiet
/// hours none is taken; the next one comes at their end.
/// </summary>
internal sealed class InventoryLoop(InventoryReporter reporter, HourSpan? quiet, TimeProvider time, Func<double> random)
{
    /// <summary>Shortest wait before the first, and what chance adds at most.</summary>
    public static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(20), FirstSpread = TimeSpan.FromSeconds(100);

    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Goes on until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var wait = FirstAfter + (FirstSpread * random());
            for (var failures = 0; ;)
            {
                await Task.Delay(wait, time, stop);
                if (quiet?.EndOf(time.GetUtcNow(), TimeZoneInfo.Local) is { } end)
                {
                    // Not all hosts of an owner with the same hours at once.
                    wait = end - time.GetUtcNow() + (FirstSpread * random());
                    continue;
                }
                var outcome = await reporter.RunOnceAsync(onlyWhenChanged: true, stop);
                failures = outcome.Fault is null ? 0 : failures + 1;
                IdleMemory.GiveBack();
                wait = Wait(failures, outcome.RetryAfter, random());
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent stops; the next start sends a new one.
        }
    }

    /// <summary>The wait after so many failures in a row. Each attempt is a whole look at the host, so it takes its time: five minutes at
    /// least, and twice as long each time, up to an hour.</summary>
    public static TimeSpan Wait(int failures, TimeSpan? retryAfter, double jitter)
    {
        if (failures == 0) return Every;
        var wait = Backoff.Max * Math.Min(1 << Math.Min(failures - 1, 4), 12);
        if (retryAfter is { } asked && Backoff.Delay(asked, jitter) is var told && told > wait) wait = told;
        return wait < Every ? wait + (wait * jitter / 4) : Every;
    }
}
