using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite of sessions over PostgreSQL.</summary>
public sealed class PostgresSessionStoreTests : SessionStoreSuite, IDisposable
{
    private readonly PostgresStoreUnderTest _store = new();

    protected override ISessionStore Sessions => new PostgresSessionStore(_store.Database);

    public void Dispose() => _store.Dispose();
}
