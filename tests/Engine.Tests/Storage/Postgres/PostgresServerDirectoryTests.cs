using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite of the server directory over PostgreSQL.</summary>
public sealed class PostgresServerDirectoryTests : ServerDirectorySuite, IDisposable
{
    private readonly PostgresStoreUnderTest _store = new();

    protected override IServerDirectory Directory => new PostgresServerDirectory(_store.Database, _store.Seals, new FixedTime());

    protected override IProjectionStore Projection => new PostgresProjectionStore(_store.Database, _store.Seals);

    protected override IMetricsStore Metrics => _store.Store;

    public void Dispose() => _store.Dispose();
}
