using HostAtlas.Engine.Metrics;
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
    private IMetricsStore _store = null!;

    public PostgresStoreUnderTest()
    {
        _test = Prepared.NewAsync().GetAwaiter().GetResult();
        Database = new PostgresDatabase(_test.Connection);
        Restart();
        Reader = new MetricsReader(new PostgresMetricsSource(Database), Seals);
    }

    public ITeamSeals Seals { get; private set; } = null!;

    /// <summary>As the platform sees it.</summary>
    public PostgresDatabase Database { get; }

    /// <summary>As the superuser sees it.</summary>
    public PostgresDatabaseUnderTest Test => _test;

    public override IMetricsStore Store => _store;

    public override IMetricsReader Reader { get; }

    public override void Restart()
    {
        Seals = new TeamSeals(new PostgresKeyStore(Database), Prepared.Roots, TimeProvider.System);
        _store = new PostgresMetricsStore(Database, Seals, new MetricDays(Database));
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
