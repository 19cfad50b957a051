using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// Holds the start of the host until the tables have caught up with the journal, so that the first page after a restart shows what the last
/// one before it showed. A store that is away does not hold it for ever: entities answer without the tables.
/// </summary>
internal sealed class ProjectionStart(IServiceProvider provider, ILogger<ProjectionStart> log) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // Resolved here and not in the constructor: an engine client wakes the actor system, which has its own turn to start.
            var engine = (EngineClient)provider.GetService(typeof(EngineClient))!;
            await engine.AskAsync(new AwaitCaughtUp(), patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("The directory of teams and servers lags behind the journal; the platform starts all the same.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
