using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Tests.Backups;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite of backups over PostgreSQL.</summary>
public sealed class PostgresBackupStoreTests : BackupStoreSuite, IDisposable
{
    private readonly PostgresStoreUnderTest _store = new();

    protected override IBackupStore Store => new PostgresBackupStore(_store.Database, _store.Seals);

    protected override ISweepList Sweeps => new PostgresSweepList(_store.Database);

    public void Dispose() => _store.Dispose();
}
