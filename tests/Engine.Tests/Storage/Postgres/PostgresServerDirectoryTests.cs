using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Tests.Metrics;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite of the server directory over PostgreSQL.</summary>
public sealed class PostgresServerDirectoryTests : ServerDirectorySuite, IDisposable
{
    private readonly PostgresStoreUnderTest _store = new();

    protected override IServerDirectory Directory => new PostgresServerDirectory(_store.Database, _store.Seals, new FixedTime());

    protected override IProjectionStore Projection =>
        new PostgresProjectionStore(_store.Database, _store.Seals, new AuditSeal(_store.Seals, Prepared.Roots));

    protected override StoreUnderTest Store => _store;

    public void Dispose() => _store.Dispose();
}
