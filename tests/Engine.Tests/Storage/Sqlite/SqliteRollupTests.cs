using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Engine.Tests.Metrics.Rollups;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The roll-up suite over SQLite.</summary>
public sealed class SqliteRollupTests : RollupSuite
{
    protected override StoreUnderTest Make(TimeProvider time) => new SqliteStoreUnderTest(time);
}
