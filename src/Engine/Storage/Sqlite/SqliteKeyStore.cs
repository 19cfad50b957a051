using System.Data.Common;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The wrapped keys in <c>data.db</c>. Every writer here runs with secure_delete: SQLite then overwrites what it frees with zeros. The
/// write-ahead log, which holds earlier pages as they were, is cut to nothing when a key was destroyed.
/// </summary>
public sealed class SqliteKeyStore(DataFile file) : IKeyStore
{
    private const int CutAttempts = 3;
    private const string Columns = "team, number, root_id, wrapped, made_at_ms, destroyed_at_ms";

    /// <inheritdoc />
    public IReadOnlyList<WrappedKey> Load(TeamId team) =>
        Read($"select {Columns} from team_keys where team = $team order by number", ("$team", team.ToBytes()));

    /// <inheritdoc />
    public IReadOnlyList<WrappedKey> LoadPage(TeamId? after, int teams) => Read($"""
        select {Columns} from team_keys
        where team in (select distinct team from team_keys where team > $after order by team limit $teams) order by team, number
        """, ("$after", after?.ToBytes() ?? []), ("$teams", teams));

    /// <inheritdoc />
    public void Add(WrappedKey key)
    {
        using var connection = OpenWriter();
        using var command = Command(connection, """
            insert into team_keys (team, number, root_id, wrapped, made_at_ms) values ($team, $number, $root, $wrapped, $made)
            on conflict do nothing
            """);
        Run(command, key);
    }

    /// <inheritdoc />
    public void Put(IReadOnlyList<WrappedKey> keys)
    {
        using var connection = OpenWriter();
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = Command(connection, """
            insert into team_keys (team, number, root_id, wrapped, made_at_ms)
            select $team, $number, $root, $wrapped, $made
            where exists (select 1 from team_keys where team = $team and destroyed_at_ms is null)
            on conflict do update set root_id = excluded.root_id, wrapped = excluded.wrapped where destroyed_at_ms is null
            """);
        foreach (var key in keys) Run(command, key);
        transaction.Commit();
        // What a leaked root key could still unwrap lies in the log until that is cut; a reader that is in the way only puts it off.
        CutLog(connection, attempts: 1);
    }

    /// <inheritdoc />
    public KeyDestruction Destroy(TeamId team, int throughNumber, DateTimeOffset at)
    {
        using var connection = OpenWriter();
        // Zeros of the same length: SQLite writes them over the old bytes, in their place.
        using var command = Command(connection, """
            update team_keys set wrapped = zeroblob(length(wrapped)), destroyed_at_ms = $at
            where team = $team and number <= $number and destroyed_at_ms is null
            """);
        command.Parameters.AddWithValue("$team", team.ToBytes());
        command.Parameters.AddWithValue("$number", throughNumber);
        command.Parameters.AddWithValue("$at", at.ToUnixTimeMilliseconds());
        return new KeyDestruction(command.ExecuteNonQuery(), CutLog(connection, CutAttempts));
    }

    private SqliteConnection OpenWriter()
    {
        var connection = file.OpenWriter();
        DataFile.Execute(connection, "pragma secure_delete=on");
        return connection;
    }

    private static bool CutLog(SqliteConnection connection, int attempts)
    {
        using var command = Command(connection, "pragma wal_checkpoint(truncate)");
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            // Its first column tells whether a reader was in the way; each attempt waits for the connection's busy timeout.
            using var reader = command.ExecuteReader();
            if (reader.Read() && reader.GetInt64(0) == 0) return true;
        }
        return false;
    }

    private List<WrappedKey> Read(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var connection = file.OpenReader();
        using var command = Command(connection, sql);
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        using var reader = command.ExecuteReader();
        var keys = new List<WrappedKey>();
        while (reader.Read())
        {
            ResourceId.TryRead<TeamId>(reader.GetFieldValue<byte[]>(0), out var team);
            keys.Add(new WrappedKey(
                team, reader.GetInt32(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3), Time(reader, 4)!.Value, Time(reader, 5)));
        }
        return keys;
    }

    private static void Run(SqliteCommand command, WrappedKey key)
    {
        command.Parameters.Clear();
        command.Parameters.AddWithValue("$team", key.Team.ToBytes());
        command.Parameters.AddWithValue("$number", key.Number);
        command.Parameters.AddWithValue("$root", key.RootId);
        command.Parameters.AddWithValue("$wrapped", key.Wrapped);
        command.Parameters.AddWithValue("$made", key.MadeAt.ToUnixTimeMilliseconds());
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static DateTimeOffset? Time(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
}
