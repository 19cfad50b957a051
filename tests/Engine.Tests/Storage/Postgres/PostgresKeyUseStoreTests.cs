using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite of keys' uses over PostgreSQL.</summary>
public sealed class PostgresKeyUseStoreTests : KeyUseStoreSuite, IDisposable
{
    private readonly PostgresStoreUnderTest _store = new();

    protected override IKeyUseStore Uses => new PostgresKeyUseStore(_store.Database);

    public void Dispose() => _store.Dispose();
}
