using System.Buffers.Binary;
using System.Security.Cryptography;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The writer's statements over one connection, and what this connection knows to be stored. It lives as long as its connection:
/// after a fault both are thrown away, for the file behind the next one may be another (a copy that was put back).
/// </summary>
internal sealed class RowWriter : IBatchWriter<SealedItem>, IDisposable
{
    private const string InsertRow =
        "insert into metric_rows (team, server, at_ms, key, signature, set_id, vals) values (?, ?, ?, ?, ?, ?, ?)";

    private readonly SqliteConnection _connection;
    private readonly TimeSpan _namesCountFor;
    private readonly NameSetLedger _ledger = new();
    private readonly ServerNames _names = new();
    private readonly List<NativeStatement> _statements = [];
    private readonly NativeStatement _begin, _commit, _rollback;
    private readonly NativeStatement _insert, _insertUnlessThere, _signature, _insertRetry, _markSet, _sets, _markHour;

    /// <param name="connection">Its own from now on.</param>
    /// <param name="namesCountFor">How long a name counts against a server's limit after it was last used.</param>
    public RowWriter(SqliteConnection connection, TimeSpan namesCountFor)
    {
        (_connection, _namesCountFor) = (connection, namesCountFor);
        Lines = new LineWriter(connection);
        // Immediate: takes the write lock at once, so that the transaction cannot fail half-way for want of it.
        _begin = Prepare("begin immediate");
        _commit = Prepare("commit");
        _rollback = Prepare("rollback");
        _insert = Prepare(InsertRow);
        _insertUnlessThere = Prepare(InsertRow + " on conflict do nothing");
        _signature = Prepare(MetricsQueries.SignatureOf);
        _insertRetry = Prepare(
            "insert into metric_retries (team, server, at_ms, key, signature) values (?, ?, ?, ?, ?) on conflict do nothing");
        _markSet = Prepare("""
            insert into metric_sets (team, server, set_id, used_day, count, names) values (?, ?, ?, ?, ?, ?)
            on conflict do update set used_day = max(used_day, excluded.used_day)
            """);
        _sets = Prepare(MetricsQueries.SetsUsedSince);
        _markHour = Prepare("""
            insert into metric_marks (team, server, hour_ms, stamp) values (?, ?, ?, ?) on conflict do update set stamp = excluded.stamp
            """);
    }

    /// <summary>The statements for log lines, over the same connection.</summary>
    public LineWriter Lines { get; }

    /// <summary>The connection, for work between the transactions.</summary>
    public SqliteConnection Connection => _connection;

    /// <summary>Begins a transaction.</summary>
    public void Begin() => _begin.Run();

    /// <summary>Makes it durable.</summary>
    public void Commit()
    {
        _commit.Run();
        _ledger.Commit();
        _names.Commit();
    }

    /// <summary>Undoes it; after a fault that SQLite has undone itself there is nothing to do.</summary>
    public void Rollback()
    {
        _ledger.Rollback();
        _names.Rollback();
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0) _rollback.Run();
    }

    /// <summary>Does work in a transaction of its own.</summary>
    public T InTransaction<T>(Func<T> work)
    {
        Begin();
        try
        {
            var result = work();
            Commit();
            return result;
        }
        catch
        {
            Rollback();
            throw;
        }
    }

    /// <summary>
    /// Marks the hours of an item's reports that ended before the present hour: they may be rolled up already, or be about to. A report on
    /// time costs one comparison.
    /// </summary>
    public void MarkLateHours(MetricsItem item, long presentHourMs)
    {
        HashSet<long>? marked = null;
        foreach (var row in item.Batch.Rows)
        {
            if (row.AtMs >= presentHourMs || !(marked ??= []).Add(HourWindow.HourOf(row.AtMs))) continue;
            Address(_markHour, item).Bind(3, HourWindow.HourOf(row.AtMs)).Bind(4, NewStamp()).Run();
        }
    }

    /// <summary>A mark's stamp: random, so that none is ever met twice.</summary>
    public static long NewStamp() => BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>Makes sure that a roll-up's name list is stored and kept as long as its hour.</summary>
    public void KeepSet(ServerKey server, SealedHour hour, long hourMs) => _markSet.BindServer(server).Bind(3, hour.SetId)
        .Bind(4, NameSetLedger.DayOf(server.Server, DateTimeOffset.FromUnixTimeMilliseconds(hourMs))).Bind(5, hour.NameCount)
        .Bind(6, hour.SealedNames).Run();

    /// <inheritdoc />
    public void Insert(SealedItem item)
    {
        var batch = item.Item.Batch;
        Address(_insert, item.Item).Bind(4, batch.Key).Bind(5, batch.SignatureKey);
        for (var i = 0; i < batch.Rows.Count; i++) BindRow(_insert, item, i).Run();
    }

    /// <inheritdoc />
    public bool InsertUnlessThere(SealedItem item, int row) =>
        BindRow(Address(_insertUnlessThere, item.Item).Bind(4, item.BatchKey).Bind(5, item.SignatureKey), item, row).Run() == 1;

    /// <inheritdoc />
    public long SignatureOf(SealedItem item, int row)
    {
        Address(_signature, item.Item).Bind(3, item.KeyOf(row).AtMs).Bind(4, item.BatchKey).Next();
        var signature = _signature.Integer(0);
        _signature.Reset();
        return signature;
    }

    /// <inheritdoc />
    public bool InsertRetry(SealedItem item, long atMs) =>
        Address(_insertRetry, item.Item).Bind(3, atMs).Bind(4, item.BatchKey).Bind(5, item.SignatureKey).Run() == 1;

    /// <summary>
    /// Makes sure that an item's name lists are stored and marked as used. False, and nothing is stored, when its server would have more
    /// names than <see cref="Limits.MetricNamesPerServer"/>.
    /// </summary>
    public bool Admit(SealedItem item)
    {
        var (server, sets) = (item.Item.Server, item.Item.Batch.Sets);
        var day = NameSetLedger.DayOf(server, item.Item.AdmittedAt);
        List<int>? unmarked = null;
        for (var i = 0; i < sets.Count; i++)
        {
            if (!_ledger.Knows(server, item.SetIds[i], day)) (unmarked ??= []).Add(i);
        }
        if (unmarked is null) return true;

        var known = _names.Of(server, day) ?? Load(item, day);
        if (!_names.TryAdd(server, known, unmarked.SelectMany(set => NameSet.Split(sets[set].NamesUtf8)))) return false;
        foreach (var set in unmarked)
        {
            Address(_markSet, item.Item).Bind(3, item.SetIds[set]).Bind(4, day).Bind(5, sets[set].Count).Bind(6, item.SealNames(set)).Run();
            _ledger.Stage(server, item.SetIds[set], day);
        }
        return true;
    }

    public void Dispose()
    {
        Lines.Dispose();
        foreach (var statement in _statements) statement.Dispose();
        _connection.Dispose();
    }

    /// <summary>Lists of the server were deleted: its names are counted anew.</summary>
    public void ForgetNames(ServerId server) => _names.Forget(server);

    private HashSet<string> Load(SealedItem item, int day)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        // Lists are kept as long as any roll-up needs them; what a server named a year ago does not count against it.
        var since = NameSetLedger.DayOf(item.Item.Server, item.Item.AdmittedAt - _namesCountFor) - 1;
        Address(_sets, item.Item).Bind(3, since);
        while (_sets.Next())
        {
            var place = SealedItem.SetPlace(item.Item.Server, _sets.Integer(0));
            names.UnionWith(NameSet.Split(item.Seal.Open(place, _sets.Bytes(1))));
        }
        return _names.Keep(item.Item.Server, day, names);
    }

    private static NativeStatement BindRow(NativeStatement insert, SealedItem item, int row)
    {
        var report = item.Item.Batch.Rows[row];
        return insert.Bind(3, report.AtMs).Bind(6, item.SetIds[report.Set]).Bind(7, item.Values[row]);
    }

    private NativeStatement Prepare(string sql)
    {
        var statement = new NativeStatement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }

    private static NativeStatement Address(NativeStatement statement, MetricsItem item) =>
        statement.BindServer(new ServerKey(item.Team, item.Server));
}
