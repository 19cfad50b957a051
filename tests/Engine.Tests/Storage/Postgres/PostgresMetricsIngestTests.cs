using HostAtlas.Engine.Tests.Metrics;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The ingest suite over PostgreSQL.</summary>
public sealed class PostgresMetricsIngestTests : MetricsIngestSuite
{
    protected override StoreUnderTest Make() => new PostgresStoreUnderTest();
}
