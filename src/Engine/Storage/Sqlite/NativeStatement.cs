using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// A prepared statement without ADO.NET's command, reader and parameters around it: the writer runs one a report, and allocates nothing for
/// it. Parameters and columns count from 1 and 0, as SQLite counts them. Faults are <see cref="SqliteException"/>.
/// </summary>
internal sealed class NativeStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Prepares one statement over an open connection.</summary>
    public NativeStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>Binds an integer.</summary>
    public NativeStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    /// <summary>Binds bytes; SQLite takes a copy.</summary>
    public NativeStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    /// <summary>Binds text.</summary>
    public NativeStatement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(_statement, parameter, value));
        return this;
    }

    /// <summary>Binds a server's address, team and server, to the first two parameters.</summary>
    public NativeStatement BindServer(ServerKey server)
    {
        Span<byte> id = stackalloc byte[ResourceId.SizeBytes];
        server.Team.Write(id);
        Bind(1, id);
        server.Server.Write(id);
        return Bind(2, id);
    }

    /// <summary>Runs a statement that gives no rows; gives how many rows it changed (an upsert that does nothing: 0).</summary>
    public int Run()
    {
        var code = raw.sqlite3_step(_statement);
        raw.sqlite3_reset(_statement);
        if (code != raw.SQLITE_DONE) Check(code);
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Goes to the next row; after the last one the statement is ready to be bound and run again.</summary>
    public bool Next()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW) return true;
        raw.sqlite3_reset(_statement);
        if (code != raw.SQLITE_DONE) Check(code);
        return false;
    }

    /// <summary>Leaves the rows that are left.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    /// <summary>Whether the current row has no value there.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    /// <summary>An integer of the current row.</summary>
    public long Integer(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A server's address in two columns of the current row; <see cref="InvalidDataException"/> when it is none.</summary>
    public ServerKey Server(int column) =>
        ResourceId.TryRead<TeamId>(Bytes(column), out var team) & ResourceId.TryRead<ServerId>(Bytes(column + 1), out var server)
            ? new ServerKey(team, server)
            : throw new InvalidDataException("The database holds an id that is none.");

    /// <summary>Text of the current row.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    /// <summary>Bytes of the current row, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <inheritdoc />
    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(code, _database);
    }
}
