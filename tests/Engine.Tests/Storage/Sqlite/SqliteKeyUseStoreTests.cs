using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The suite of keys' uses over SQLite.</summary>
public sealed class SqliteKeyUseStoreTests : KeyUseStoreSuite, IDisposable
{
    private readonly SqliteStoreUnderTest _store = new();

    protected override IKeyUseStore Uses => new SqliteKeyUseStore(_store.File);

    public void Dispose() => _store.Dispose();
}
