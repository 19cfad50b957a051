using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Presence;

/// <summary>
/// Holds the start of the host until every slice runs somewhere, some tenths of a second. A region that is told to stop while its first
/// messages still look for their shards waits for them in vain until the shutdown's phase times out, 10 s (tried): a platform that is
/// stopped right after its start would seem to hang.
/// </summary>
internal sealed class PresenceStart(IServiceProvider provider, ILogger<PresenceStart> log) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), LookEvery = TimeSpan.FromMilliseconds(50);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        // Resolved here and not in the constructor: an engine client wakes the actor system, which has its own turn to start.
        var engine = provider.GetRequiredService<EngineClient>();
        try
        {
            while (await CountAsync(engine, patience.Token).ConfigureAwait(false) < PresenceSlice.Count)
                await Task.Delay(LookEvery, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("Not every slice of presence runs yet; the platform starts all the same.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<int> CountAsync(EngineClient engine, CancellationToken cancellation)
    {
        var stats = await engine.CountEntitiesAsync<PresenceRegion>(cancellation).ConfigureAwait(false);
        return stats.Regions.Values.Sum(region => region.Stats.Values.Sum());
    }
}
