using System.Text;
using HostAtlas.Engine.Metrics;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The metrics writer's statements over one connection, and what this connection knows to be stored. It lives as long as its connection:
/// after a fault both are thrown away, for the file behind the next one may be another (a copy that was put back).
/// </summary>
internal sealed class RowWriter : IDisposable
{
    private const string InsertRow =
        "insert into metric_rows (team, server, at_ms, key, signature, set_id, vals) values (?, ?, ?, ?, ?, ?, ?)";

    private readonly SqliteConnection _connection;
    private readonly NameSetLedger _ledger = new();
    private readonly List<NativeStatement> _statements = [];
    private readonly NativeStatement _begin, _commit, _rollback;
    private readonly NativeStatement _insert, _insertUnlessThere, _signature, _insertRetry, _markSet, _markName, _names;

    public RowWriter(SqliteConnection connection)
    {
        _connection = connection;
        // Immediate: takes the write lock at once, so that the transaction cannot fail half-way for want of it.
        _begin = Prepare("begin immediate");
        _commit = Prepare("commit");
        _rollback = Prepare("rollback");
        _insert = Prepare(InsertRow);
        _insertUnlessThere = Prepare(InsertRow + " on conflict do nothing");
        _signature = Prepare("select signature from metric_rows where team = ? and server = ? and at_ms = ? and key = ?");
        _insertRetry = Prepare(
            "insert into metric_retries (team, server, at_ms, key, signature) values (?, ?, ?, ?, ?) on conflict do nothing");
        _markSet = Prepare("""
            insert into metric_sets (team, server, set_id, used_day, count, names) values (?, ?, ?, ?, ?, ?)
            on conflict do update set used_day = max(used_day, excluded.used_day)
            """);
        _markName = Prepare("""
            insert into metric_names (team, server, name, used_day) values (?, ?, ?, ?)
            on conflict do update set used_day = max(used_day, excluded.used_day)
            """);
        _names = Prepare("select name from metric_names where team = ? and server = ?");
    }

    /// <summary>The connection, for work between the transactions.</summary>
    public SqliteConnection Connection => _connection;

    /// <summary>Begins a transaction.</summary>
    public void Begin() => _begin.Run();

    /// <summary>Makes it durable.</summary>
    public void Commit()
    {
        _commit.Run();
        _ledger.Commit();
    }

    /// <summary>Undoes it; after a fault that SQLite has undone itself there is nothing to do.</summary>
    public void Rollback()
    {
        _ledger.Rollback();
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0) _rollback.Run();
    }

    /// <summary>Inserts an item's rows, or throws on one that is there.</summary>
    public void Insert(IngestItem item)
    {
        var rows = item.Batch.Rows;
        Address(_insert, item).Bind(4, item.Batch.Key).Bind(5, item.Batch.SignatureKey);
        for (var i = 0; i < rows.Count; i++)
            _insert.Bind(3, rows[i].AtMs).Bind(6, item.Batch.Sets[rows[i].Set].Id).Bind(7, rows[i].Values).Run();
    }

    /// <summary>Inserts a row; false when it is there.</summary>
    public bool InsertUnlessThere(IngestItem item, ReportRow row) => Address(_insertUnlessThere, item)
        .Bind(3, row.AtMs).Bind(4, item.Batch.Key).Bind(5, item.Batch.SignatureKey).Bind(6, item.Batch.Sets[row.Set].Id).Bind(7, row.Values)
        .Run() == 1;

    /// <summary>The signature that a stored row came with.</summary>
    public long SignatureOf(IngestItem item, ReportRow row)
    {
        Address(_signature, item).Bind(3, row.AtMs).Bind(4, item.Batch.Key).Next();
        var signature = _signature.Integer(0);
        _signature.Reset();
        return signature;
    }

    /// <summary>Takes note of a repeated send at one of its rows; false when this very request was noted before.</summary>
    public bool InsertRetry(IngestItem item, long atMs) =>
        Address(_insertRetry, item).Bind(3, atMs).Bind(4, item.Batch.Key).Bind(5, item.Batch.SignatureKey).Run() == 1;

    /// <summary>
    /// Makes sure that an item's name lists are stored and marked as used. False, and nothing is stored, when its server would have more
    /// names than <see cref="Limits.MetricNamesPerServer"/>.
    /// </summary>
    public bool Admit(IngestItem item)
    {
        var day = NameSetLedger.DayOf(item.Server, item.AdmittedAt);
        List<NameSet>? unmarked = null;
        for (var i = 0; i < item.Batch.Sets.Count; i++)
        {
            if (!_ledger.Knows(item.Server, item.Batch.Sets[i].Id, day)) (unmarked ??= []).Add(item.Batch.Sets[i]);
        }
        if (unmarked is null) return true;

        var names = unmarked.SelectMany(set => NameSet.Split(set.NamesUtf8)).ToHashSet(StringComparer.Ordinal);
        if (CountWith(item, names) > Limits.MetricNamesPerServer) return false;
        foreach (var name in names) Address(_markName, item).Bind(3, name).Bind(4, day).Run();
        foreach (var set in unmarked)
        {
            Address(_markSet, item).Bind(3, set.Id).Bind(4, day).Bind(5, set.Count).Bind(6, set.NamesUtf8).Run();
            _ledger.Stage(item.Server, set.Id, day);
        }
        return true;
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        _connection.Dispose();
    }

    private int CountWith(IngestItem item, HashSet<string> names)
    {
        Address(_names, item);
        var others = 0;
        while (_names.Next())
        {
            if (!names.Contains(_names.Text(0))) others++;
        }
        return others + names.Count;
    }

    private NativeStatement Prepare(string sql)
    {
        var statement = new NativeStatement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }

    private static NativeStatement Address(NativeStatement statement, IngestItem item)
    {
        Span<byte> id = stackalloc byte[ResourceId.SizeBytes];
        item.Team.Write(id);
        statement.Bind(1, id);
        item.Server.Write(id);
        return statement.Bind(2, id);
    }
}
