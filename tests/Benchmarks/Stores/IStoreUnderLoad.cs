using Akka.Actor;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>An empty store of the platform's, on a database of its own that goes with it.</summary>
internal interface IStoreUnderLoad : IAsyncDisposable
{
    /// <summary>Stores through the platform's data plane.</summary>
    Task IngestAsync(ActorSystem system, IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items);

    /// <summary>
    /// The rival: as many rows of the same size into the same table by the fastest way that the database has, a transaction per so many
    /// reports. Nothing is sealed, nothing is looked up.
    /// </summary>
    Task InsertRawAsync(IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items, int reportsATransaction);

    /// <summary>Bytes of data and indexes.</summary>
    Task<long> SizeAtRestAsync();
}

/// <summary>A database the platform runs on.</summary>
/// <param name="Name">As a result calls it.</param>
/// <param name="RawWay">The rival's way in.</param>
/// <param name="MakeAsync">Makes an empty store with the keys of these servers' teams in it, as they are after each team's first
/// report.</param>
internal sealed record StoreChoice(string Name, string RawWay, Func<IReadOnlyList<ServerKey>, Task<IStoreUnderLoad>> MakeAsync)
{
    /// <summary>The embedded store.</summary>
    public static StoreChoice Sqlite { get; } = new(
        "SQLite", "raw SQLite, one prepared insert", servers => Task.FromResult<IStoreUnderLoad>(new EmbeddedStore(servers)));
}
