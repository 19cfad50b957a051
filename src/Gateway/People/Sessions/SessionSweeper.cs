using HostAtlas.Engine.Storage;

namespace HostAtlas.Gateway.People.Sessions;

/// <summary>Deletes expired sessions every ten minutes. They are refused without it; it keeps the table small.</summary>
internal sealed class SessionSweeper(ISessionStore store, TimeProvider time, ILogger<SessionSweeper> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await Tick(timer, stoppingToken))
        {
            try
            {
                await store.SweepAsync(time.GetUtcNow(), stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // The next round takes along what this one left; a store that is away must not end the process.
                log.LogWarning(fault, "Expired sessions were not deleted; the next attempt comes in {Minutes} minutes", Every.TotalMinutes);
            }
        }
    }

    private static async Task<bool> Tick(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
