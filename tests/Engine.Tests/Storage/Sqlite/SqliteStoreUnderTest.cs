using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary><c>data.db</c> in a folder of its own.</summary>
public sealed class SqliteStoreUnderTest : StoreUnderTest
{
    private readonly TempFolder _folder = new();
    private SqliteMetricsStore _store;

    public SqliteStoreUnderTest()
    {
        File = new DataFile(_folder.Path);
        File.Prepare();
        _store = new SqliteMetricsStore(File);
        Reader = new SqliteMetricsReader(File);
    }

    public DataFile File { get; }

    public override IMetricsStore Store => _store;

    public override IMetricsReader Reader { get; }

    public override void Restart()
    {
        _store.Dispose();
        File.Prepare();
        _store = new SqliteMetricsStore(File);
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
