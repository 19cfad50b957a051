using Akka.Actor;
using HostAtlas.Engine;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>
/// The platform's data plane over any store, fed directly: the channel, the stream, one transaction for many servers, two answers a
/// request. No gateway before it.
/// </summary>
internal static class DataPlane
{
    /// <summary>Requests under way at a time: many flushes' worth, and few enough that none waits for seconds.</summary>
    private const int UnderWay = 2_000;

    // The longest that a platform may be told: on a busy machine a batch that is given up would end the benchmark.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(7);

    /// <summary>Sends all items through and returns when each is answered as stored.</summary>
    public static async Task RunAsync(ActorSystem system, IMetricsStore store, IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items)
    {
        var options = new EngineOptions { DataDirectory = ".", RootKey = new byte[32], StoreGivesUpAfter = Patience };
        var ingest = new MetricsIngest(store, options, TimeProvider.System, NullLogger<MetricsIngest>.Instance);
        ingest.Start(system);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var room = new SemaphoreSlim(UnderWay);
        var counter = system.ActorOf(Props.Create(() => new Counter(items.Count, room, answered)));
        var signature = new byte[32];
        try
        {
            foreach (var (server, batch) in items)
            {
                // One that was not stored gives no room back.
                await Task.WhenAny(room.WaitAsync(), answered.Task);
                if (answered.Task.IsFaulted) break;
                var now = TimeProvider.System.GetUtcNow();
                if (!ingest.TryOffer(new MetricsItem(server.Team, server.Server, batch, 0, signature, now, counter, counter)))
                    throw new InvalidOperationException("The channel was full.");
            }
            await answered.Task;
        }
        finally
        {
            await ingest.DrainAsync();
            await counter.GracefulStop(TimeSpan.FromSeconds(5));
        }
    }

    private sealed class Counter : ReceiveActor
    {
        public Counter(int expected, SemaphoreSlim room, TaskCompletionSource answered)
        {
            var stored = 0;
            Receive<BatchCommitted>(_ => { });
            Receive<MetricsStored>(_ =>
            {
                room.Release();
                if (++stored == expected) answered.SetResult();
            });
            ReceiveAny(message => answered.TrySetException(new InvalidOperationException($"Not stored: {message}")));
        }
    }
}
