using HostAtlas.Engine.Tests.Logs;
using HostAtlas.Engine.Tests.Metrics;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite over PostgreSQL.</summary>
public sealed class PostgresLogsTests : LogsSuite
{
    protected override StoreUnderTest Make() => new PostgresStoreUnderTest();
}
