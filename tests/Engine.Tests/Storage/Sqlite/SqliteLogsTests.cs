using HostAtlas.Engine.Tests.Logs;
using HostAtlas.Engine.Tests.Metrics;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The suite over SQLite.</summary>
public sealed class SqliteLogsTests : LogsSuite
{
    protected override StoreUnderTest Make() => new SqliteStoreUnderTest();
}
