using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite of notifications over PostgreSQL.</summary>
public sealed class PostgresNotificationStoreTests : NotificationStoreSuite, IDisposable
{
    private readonly PostgresStoreUnderTest _store = new();

    protected override INotificationStore Store => new PostgresNotificationStore(_store.Database, _store.Seals);

    protected override IProjectionStore Projection => new PostgresProjectionStore(
        _store.Database, _store.Seals, new AuditSeal(_store.Seals, Prepared.Roots));

    public void Dispose() => _store.Dispose();
}
