using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>A database of its own on the shared server.</summary>
public sealed class PostgresStoreUnderTest : StoreUnderTest
{
    private readonly PostgresDatabaseUnderTest _test;
    private readonly TimeProvider _time;
    private ITeamSeals _seals = null!;
    private IMetricsStore _store = null!;

    /// <param name="time">Tells the store which hour is the present one; the system's when null.</param>
    public PostgresStoreUnderTest(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _test = Prepared.NewAsync().GetAwaiter().GetResult();
        Database = new PostgresDatabase(_test.Connection);
        Restart();
        Source = new PostgresMetricsSource(Database);
        Reader = new MetricsReader(Source, Seals);
    }


    /// <summary>As the platform sees it.</summary>
    public PostgresDatabase Database { get; }

    /// <summary>As the superuser sees it.</summary>
    public PostgresDatabaseUnderTest Test => _test;

    public override IMetricsStore Store => _store;

    public override IMetricsReader Reader { get; }

    public override IMetricsSource Source { get; }

    public override ILogStore Lines => new PostgresLogStore(Database, _seals, new LogDays(Database));

    public override ILogSource LineSource => new PostgresLogSource(Database);

    public override IInventoryStore Inventories => new PostgresInventoryStore(Database, _seals);

    public override IRollupStore Rollups => new PostgresRollupStore(Database, new MetricDays(Database));

    public override ITeamSeals Seals => _seals;

    public override bool DeletesWholeDays => true;

    public override void Restart()
    {
        _seals = new TeamSeals(new PostgresKeyStore(Database), Prepared.Roots, TimeProvider.System);
        _store = new PostgresMetricsStore(Database, Seals, new MetricDays(Database), _time);
    }

    public override void TakeAway() => _test.TakeAwayAsync().GetAwaiter().GetResult();

    public override void BringBack() => _test.BringBackAsync().GetAwaiter().GetResult();

    public override IDisposable HoldWriteLock()
    {
        var other = new NpgsqlConnection(_test.SuperuserConnection);
        other.Open();
        using var command = new NpgsqlCommand("begin; lock table hostatlas.metric_rows in share mode", other);
        command.ExecuteNonQuery();
        return other;
    }

    public override void Dispose()
    {
        Database.Dispose();
        _test.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
