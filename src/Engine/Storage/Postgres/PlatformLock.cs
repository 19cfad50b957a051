using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// One embedded platform a database: an advisory lock of the database on a connection of its own that lives as long as the process. Two
/// embedded platforms would each think themselves the only writer of every entity's journal. It is the pendant of the lock on the data
/// folder, for platforms on two machines. (A cluster of many nodes elects its writers itself; its nodes will take this lock in shared mode,
/// which an embedded platform keeps out and is kept out by.)
/// </summary>
internal sealed class PlatformLock : IDisposable
{
    // The server hears of a killed process at once, of a machine that lost its power by these.
    private const string Options = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
        + "-c idle_session_timeout=0 -c statement_timeout=10s -c search_path=pg_catalog";

    // A server notices a killed process' end within moments, not at once.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3), Pause = TimeSpan.FromMilliseconds(200);

    private const string HolderSql = """
        from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
          and (l.classid::bigint << 32 | l.objid::bigint) = 4801700117
        """;

    private readonly PostgresDatabase _database;
    private readonly TimeProvider _time;
    private NpgsqlConnection? _connection;
    private int _process;
    private DateTime _since;

    private PlatformLock(PostgresDatabase database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Takes the lock or throws <see cref="StoreStartException"/>; waits only as long as a killed process' end may take.</summary>
    public static PlatformLock Take(PostgresDatabase database, TimeProvider time)
    {
        var taken = new PlatformLock(database, time);
        var holder = taken.TakeAsync(CancellationToken.None).GetAwaiter().GetResult();
        return holder is null
            ? taken
            : throw new StoreStartException(
                $"Another platform runs on the database {database.Name} ({holder}). Stop it, or name another database.");
    }

    /// <summary>
    /// Whether the lock is still held; when its connection was lost, takes it anew over another one. False when somebody else has it
    /// meanwhile. Throws what a connection throws while the server is away.
    /// </summary>
    public async Task<bool> HoldAsync(CancellationToken cancellation)
    {
        if (_connection is not { } held) return await TakeAsync(cancellation).ConfigureAwait(false) is null;
        try
        {
            await using var alive = new NpgsqlCommand("select 1", held);
            await alive.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception lost) when (PostgresFaults.IsTheStores(lost) && !cancellation.IsCancellationRequested)
        {
            await held.DisposeAsync().ConfigureAwait(false);
            _connection = null;
            return await TakeAsync(cancellation).ConfigureAwait(false) is null;
        }
    }

    /// <summary>Gives the database free.</summary>
    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    // Null when it is taken, otherwise who has it.
    private async Task<string?> TakeAsync(CancellationToken cancellation)
    {
        var connection = _database.NewLoginConnection(Options);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            var began = _time.GetTimestamp();
            while (!await TryAsync(connection, cancellation).ConfigureAwait(false))
            {
                if (_time.GetElapsedTime(began) > Patience)
                {
                    var holder = await HolderAsync(connection, cancellation).ConfigureAwait(false);
                    await connection.DisposeAsync().ConfigureAwait(false);
                    return holder;
                }
                await EndOwnAsync(connection, cancellation).ConfigureAwait(false);
                await Task.Delay(Pause, _time, cancellation).ConfigureAwait(false);
            }
            await NoteAsync(connection, cancellation).ConfigureAwait(false);
            _connection = connection;
            return null;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> TryAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(4801700117)", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private async Task NoteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        (_process, _since) = (reader.GetInt32(0), reader.GetDateTime(1));
    }

    // A connection that the network cut lives on for a while at the server's end, with the lock. It must not keep out its own platform.
    private async Task EndOwnAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"select pg_terminate_backend(a.pid) {HolderSql} and a.pid = $1 and a.backend_start = $2", connection);
        command.Parameters.AddWithValue(_process);
        command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.TimestampTz, DateTime.SpecifyKind(_since, DateTimeKind.Utc));
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<string> HolderAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select coalesce('from ' || host(a.client_addr), 'on the server''s machine') || ', since '
                || to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' {HolderSql}
            """, connection);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as string ?? "it has just ended";
    }
}
