using System.Collections.Concurrent;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Storage.Postgres;
using HostAtlas.Engine.Tests.Storage.Sqlite;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Projections;

/// <summary>The suite over SQLite: a file a store.</summary>
public sealed class SqliteProjectionWriterTests : ProjectionWriterSuite, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentDictionary<IProjectionStore, (IAuditLog Log, IChangeLog Changes)> _logs = new();
    private DataFile _last = null!;
    private int _files;

    public void Dispose() => _folder.Dispose();

    protected override IProjectionStore NewStore()
    {
        var folder = _folder.File($"{Interlocked.Increment(ref _files)}");
        Directory.CreateDirectory(folder);
        var file = new DataFile(folder);
        file.Prepare();
        _last = file;
        var seals = SqliteStoreUnderTest.NewSeals(file);
        var store = new SqliteProjectionStore(file, seals, new AuditSeal(seals, Prepared.Roots));
        _logs[store] = (new SqliteAuditLog(file, new AuditSeal(seals, Prepared.Roots)), new SqliteChangeLog(file, seals));
        return store;
    }

    protected override IAuditLog LogsOf(IProjectionStore store) => _logs[store].Log;

    protected override IChangeLog ChangesOf(IProjectionStore store) => _logs[store].Changes;

    protected override void RefuseServers() =>
        Run("create trigger refused before insert on servers begin select raise(abort, 'refused'); end");

    protected override void TakeServers() => Run("drop trigger refused");

    private void Run(string sql)
    {
        using var connection = _last.OpenWriter();
        DataFile.Execute(connection, sql);
    }
}
