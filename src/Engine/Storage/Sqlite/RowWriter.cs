using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The prepared statements of the metrics writer over one connection. Parameters are bound anew each time, never made anew.</summary>
internal sealed class RowWriter : IDisposable
{
    private const string InsertRow = "insert into metric_rows (team, server, at_ms, key, signature, set_id, vals) values ($team, $server, $at, $key, $signature, $set, $vals)";
    private const string ThisRow = "team = $team and server = $server and at_ms = $at and key = $key";

    private readonly SqliteConnection _connection;
    private readonly Statement _insert, _insertUnlessThere, _signature, _insertSet, _names;
    private readonly byte[] _team = new byte[ResourceId.SizeBytes], _server = new byte[ResourceId.SizeBytes];

    public RowWriter(SqliteConnection connection)
    {
        _connection = connection;
        _insert = new Statement(connection, InsertRow, "$team", "$server", "$at", "$key", "$signature", "$set", "$vals");
        _insertUnlessThere = new Statement(connection, InsertRow + " on conflict do nothing", "$team", "$server", "$at", "$key", "$signature", "$set", "$vals");
        _signature = new Statement(connection, $"select signature from metric_rows where {ThisRow}", "$team", "$server", "$at", "$key");
        _insertSet = new Statement(connection,
            "insert into metric_sets (team, server, set_id, count, names) values ($team, $server, $set, $count, $names) on conflict do nothing",
            "$team", "$server", "$set", "$count", "$names");
        _names = new Statement(connection, "select names from metric_sets where team = $team and server = $server", "$team", "$server");
    }

    /// <summary>Begins a transaction that takes the write lock at once, so that it cannot fail half-way for want of it.</summary>
    public SqliteTransaction Begin()
    {
        var transaction = _connection.BeginTransaction(deferred: false);
        foreach (var statement in new[] { _insert, _insertUnlessThere, _signature, _insertSet, _names }) statement.Command.Transaction = transaction;
        return transaction;
    }

    /// <summary>Inserts, or throws on a row that is there.</summary>
    public void Insert(IngestItem item, ReportRow row) => Bind(_insert, item, row).Command.ExecuteNonQuery();

    /// <summary>Inserts; false when the row is there.</summary>
    public bool InsertUnlessThere(IngestItem item, ReportRow row) => Bind(_insertUnlessThere, item, row).Command.ExecuteNonQuery() == 1;

    /// <summary>The signature that a stored row came with.</summary>
    public long SignatureOf(IngestItem item, ReportRow row)
    {
        Address(_signature, item);
        _signature[2] = row.AtMs;
        _signature[3] = item.Batch.Key;
        return (long)_signature.Command.ExecuteScalar()!;
    }

    /// <summary>Stores a name set.</summary>
    public void InsertSet(IngestItem item, NameSet set)
    {
        Address(_insertSet, item);
        _insertSet[2] = set.Id;
        _insertSet[3] = set.Count;
        _insertSet[4] = set.NamesUtf8;
        _insertSet.Command.ExecuteNonQuery();
    }

    /// <summary>The name sets that a server has.</summary>
    public List<byte[]> NamesOf(IngestItem item)
    {
        Address(_names, item);
        using var reader = _names.Command.ExecuteReader();
        var names = new List<byte[]>();
        while (reader.Read()) names.Add(reader.GetFieldValue<byte[]>(0));
        return names;
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _insert, _insertUnlessThere, _signature, _insertSet, _names }) statement.Command.Dispose();
        _connection.Dispose();
    }

    private Statement Bind(Statement statement, IngestItem item, ReportRow row)
    {
        Address(statement, item);
        statement[2] = row.AtMs;
        statement[3] = item.Batch.Key;
        statement[4] = item.Batch.SignatureKey;
        statement[5] = item.Batch.Sets[row.Set].Id;
        statement[6] = row.Values;
        return statement;
    }

    private void Address(Statement statement, IngestItem item)
    {
        item.Team.Write(_team);
        item.Server.Write(_server);
        statement[0] = _team;
        statement[1] = _server;
    }

    private sealed class Statement
    {
        private readonly SqliteParameter[] _parameters;

        public Statement(SqliteConnection connection, string sql, params string[] names)
        {
            Command = connection.CreateCommand();
            Command.CommandText = sql;
            _parameters = [.. names.Select(name => new SqliteParameter { ParameterName = name })];
            Command.Parameters.AddRange(_parameters);
        }

        public SqliteCommand Command { get; }

        public object this[int index]
        {
            set => _parameters[index].Value = value;
        }
    }
}
