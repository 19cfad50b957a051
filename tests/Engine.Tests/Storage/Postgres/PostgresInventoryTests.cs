using HostAtlas.Engine.Tests.Inventory;
using HostAtlas.Engine.Tests.Metrics;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The suite over PostgreSQL.</summary>
public sealed class PostgresInventoryTests : InventorySuite
{
    protected override StoreUnderTest Make() => new PostgresStoreUnderTest();
}
