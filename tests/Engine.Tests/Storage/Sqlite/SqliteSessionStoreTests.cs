using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The suite of sessions over SQLite.</summary>
public sealed class SqliteSessionStoreTests : SessionStoreSuite, IDisposable
{
    private readonly SqliteStoreUnderTest _store = new();

    protected override ISessionStore Sessions => new SqliteSessionStore(_store.File);

    public void Dispose() => _store.Dispose();
}
