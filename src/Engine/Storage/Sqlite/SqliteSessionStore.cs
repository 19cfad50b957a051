using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Sessions in <c>data.db</c>. A connection a call: sign-ins are few, an idle one would keep nothing worth it.</summary>
public sealed class SqliteSessionStore(DataFile file) : ISessionStore
{
    /// <inheritdoc />
    public Task AddAsync(SessionRow session, CancellationToken cancellation) => WriteAsync(
        """
        insert into sessions (id_hash, user, created_at_ms, last_used_at_ms, expires_at_ms, sealed)
        values ($id, $user, $created, $used, $expires, $sealed)
        """,
        cancellation,
        ("$id", session.IdHash), ("$user", session.User.ToBytes()), ("$created", Ms(session.CreatedAt)), ("$used", Ms(session.LastUsedAt)),
        ("$expires", Ms(session.ExpiresAt)), ("$sealed", session.Sealed));

    /// <inheritdoc />
    public Task<SessionRow?> FindAsync(byte[] idHash, DateTimeOffset now, CancellationToken cancellation) => Task.Run(() =>
    {
        using var connection = file.OpenReader();
        using var command = Command(connection,
            "select user, created_at_ms, last_used_at_ms, expires_at_ms, sealed from sessions where id_hash = $id and expires_at_ms > $now",
            [("$id", idHash), ("$now", Ms(now))]);
        using var reader = command.ExecuteReader();
        if (!reader.Read() || !ResourceId.TryRead<UserId>(reader.GetFieldValue<byte[]>(0), out var user)) return null;
        return new SessionRow(idHash, user, Time(reader, 1), Time(reader, 2), Time(reader, 3), reader.GetFieldValue<byte[]>(4));
    }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<SessionRow>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<SessionRow>>(() =>
        {
            using var connection = file.OpenReader();
            using var command = Command(connection, """
                select id_hash, created_at_ms, last_used_at_ms, expires_at_ms, sealed from sessions
                where user = $user and expires_at_ms > $now order by created_at_ms desc, id_hash
                """, [("$user", user.ToBytes()), ("$now", Ms(now))]);
            using var reader = command.ExecuteReader();
            var rows = new List<SessionRow>();
            while (reader.Read())
            {
                rows.Add(new SessionRow(reader.GetFieldValue<byte[]>(0), user, Time(reader, 1), Time(reader, 2), Time(reader, 3),
                    reader.GetFieldValue<byte[]>(4)));
            }
            return rows;
        }, cancellation);

    /// <inheritdoc />
    public async Task<bool> ReplaceAsync(byte[] expected, SessionRow anew, CancellationToken cancellation) => await WriteAsync(
        """
        update sessions set sealed = $sealed, last_used_at_ms = $used, expires_at_ms = $expires where id_hash = $id and sealed = $expected
        """,
        cancellation, ("$id", anew.IdHash), ("$expected", expected), ("$sealed", anew.Sealed), ("$used", Ms(anew.LastUsedAt)),
        ("$expires", Ms(anew.ExpiresAt))).ConfigureAwait(false) == 1;

    /// <inheritdoc />
    public Task RemoveAsync(byte[] idHash, CancellationToken cancellation) =>
        WriteAsync("delete from sessions where id_hash = $id", cancellation, ("$id", idHash));

    /// <inheritdoc />
    public Task<int> SweepAsync(DateTimeOffset now, CancellationToken cancellation) =>
        WriteAsync("delete from sessions where expires_at_ms <= $now", cancellation, ("$now", Ms(now)));

    private Task<int> WriteAsync(string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters) =>
        Task.Run(() =>
        {
            using var connection = file.OpenWriter();
            using var command = Command(connection, sql, parameters);
            return command.ExecuteNonQuery();
        }, cancellation);

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static DateTimeOffset Time(SqliteDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
}
