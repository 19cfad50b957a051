using HostAtlas.Engine.Tests.Inventory;
using HostAtlas.Engine.Tests.Metrics;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The suite over SQLite.</summary>
public sealed class SqliteInventoryTests : InventorySuite
{
    protected override StoreUnderTest Make() => new SqliteStoreUnderTest();
}
