using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Engine.Tests.Storage.Postgres;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The suite of the server directory over SQLite.</summary>
public sealed class SqliteServerDirectoryTests : ServerDirectorySuite, IDisposable
{
    private readonly SqliteStoreUnderTest _store = new();

    protected override IServerDirectory Directory => new SqliteServerDirectory(_store.File, _store.Seals, new FixedTime());

    protected override IProjectionStore Projection =>
        new SqliteProjectionStore(_store.File, _store.Seals, new AuditSeal(_store.Seals, Prepared.Roots));

    protected override StoreUnderTest Store => _store;

    public void Dispose() => _store.Dispose();
}
