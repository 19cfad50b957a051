using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Sessions in PostgreSQL.</summary>
public sealed class PostgresSessionStore(PostgresDatabase database) : ISessionStore
{
    /// <inheritdoc />
    public Task AddAsync(SessionRow session, CancellationToken cancellation) => WriteAsync("""
        insert into sessions (id_hash, "user", created_at_ms, last_used_at_ms, expires_at_ms, sealed)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing
        """, cancellation,
        session.IdHash, session.User.Value, Ms(session.CreatedAt), Ms(session.LastUsedAt), Ms(session.ExpiresAt), session.Sealed);

    /// <inheritdoc />
    public Task<SessionRow?> FindAsync(byte[] idHash, DateTimeOffset now, CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Platform, async (connection, token) =>
        {
            await using var command = Command(connection, """
                select "user", created_at_ms, last_used_at_ms, expires_at_ms, sealed from sessions where id_hash = $1 and expires_at_ms > $2
                """, idHash, Ms(now));
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            return await reader.ReadAsync(token).ConfigureAwait(false)
                ? new SessionRow(idHash, reader.Id<UserId>(0), reader.Time(1)!.Value, reader.Time(2)!.Value, reader.Time(3)!.Value,
                    reader.GetFieldValue<byte[]>(4))
                : null;
        }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<SessionRow>> ListAsync(UserId user, DateTimeOffset now, CancellationToken cancellation) =>
        database.RunAsync<IReadOnlyList<SessionRow>>(PostgresRole.Platform, async (connection, token) =>
        {
            await using var command = Command(connection, """
                select id_hash, created_at_ms, last_used_at_ms, expires_at_ms, sealed from sessions
                where "user" = $1 and expires_at_ms > $2 order by created_at_ms desc, id_hash
                """, user.Value, Ms(now));
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var rows = new List<SessionRow>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                rows.Add(new SessionRow(reader.GetFieldValue<byte[]>(0), user, reader.Time(1)!.Value, reader.Time(2)!.Value,
                    reader.Time(3)!.Value, reader.GetFieldValue<byte[]>(4)));
            }
            return rows;
        }, cancellation);

    /// <inheritdoc />
    public async Task<bool> ReplaceAsync(byte[] expected, SessionRow anew, CancellationToken cancellation) => await WriteAsync(
        "update sessions set sealed = $3, last_used_at_ms = $4, expires_at_ms = $5 where id_hash = $1 and sealed = $2", cancellation,
        anew.IdHash, expected, anew.Sealed, Ms(anew.LastUsedAt), Ms(anew.ExpiresAt)).ConfigureAwait(false) == 1;

    /// <inheritdoc />
    public Task RemoveAsync(byte[] idHash, CancellationToken cancellation) =>
        WriteAsync("delete from sessions where id_hash = $1", cancellation, idHash);

    /// <inheritdoc />
    public Task<int> SweepAsync(DateTimeOffset now, CancellationToken cancellation) =>
        WriteAsync("delete from sessions where expires_at_ms <= $1", cancellation, Ms(now));

    private Task<int> WriteAsync(string sql, CancellationToken cancellation, params object[] parameters) =>
        database.RunAsync(PostgresRole.Platform, async (connection, token) =>
        {
            await using var command = Command(connection, sql, parameters);
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, cancellation);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
