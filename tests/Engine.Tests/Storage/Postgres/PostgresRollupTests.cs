using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Engine.Tests.Metrics.Rollups;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The roll-up suite over PostgreSQL.</summary>
public sealed class PostgresRollupTests : RollupSuite
{
    protected override StoreUnderTest Make(TimeProvider time) => new PostgresStoreUnderTest(time);
}
