using HostAtlas.Engine.Tests.Metrics;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The ingest suite over SQLite.</summary>
public sealed class SqliteMetricsIngestTests : MetricsIngestSuite
{
    protected override StoreUnderTest Make() => new SqliteStoreUnderTest();
}
