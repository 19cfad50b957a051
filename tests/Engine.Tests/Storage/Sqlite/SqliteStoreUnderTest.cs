using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary><c>data.db</c> in a folder of its own.</summary>
public sealed class SqliteStoreUnderTest : StoreUnderTest
{
    private readonly TempFolder _folder = new();
    private readonly TimeProvider _time;
    private ITeamSeals _seals;
    private SqliteMetricsStore _store;

    /// <param name="time">Tells the store which hour is the present one; the system's when null.</param>
    public SqliteStoreUnderTest(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        File = new DataFile(_folder.Path);
        File.Prepare();
        _seals = NewSeals(File);
        _store = new SqliteMetricsStore(File, _seals, _time);
        Source = new SqliteMetricsSource(File);
        Reader = new MetricsReader(Source, _seals);
    }

    /// <summary>The seals over a file's own keys, wrapped by a root key of tests.</summary>
    public static ITeamSeals NewSeals(DataFile file) =>
        new TeamSeals(new SqliteKeyStore(file), new RootKeys(new byte[32]), TimeProvider.System);

    public override ITeamSeals Seals => _seals;

    public DataFile File { get; }

    public override IMetricsStore Store => _store;

    public override IMetricsReader Reader { get; }

    public override IMetricsSource Source { get; }

    public override ILogStore Lines => new SqliteLogStore(_store, _seals);

    public override ILogSource LineSource => new SqliteLogSource(File);

    public override IInventoryStore Inventories => new SqliteInventoryStore(File, _seals);

    public override IRollupStore Rollups => new SqliteRollupStore(_store);

    public override void Restart()
    {
        _store.Dispose();
        File.Prepare();
        _seals = NewSeals(File);
        _store = new SqliteMetricsStore(File, _seals, _time);
    }

    public override void TakeAway() => System.IO.File.Move(File.Path, File.Path + ".away");

    public override void BringBack() => System.IO.File.Move(File.Path + ".away", File.Path);

    public override IDisposable HoldWriteLock()
    {
        var other = File.OpenWriter();
        DataFile.Execute(other, "begin immediate");
        return other;
    }

    public override void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
