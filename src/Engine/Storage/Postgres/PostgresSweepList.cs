using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The list of sweeps in PostgreSQL.</summary>
public sealed class PostgresSweepList(PostgresDatabase database) : ISweepList
{
    /// <inheritdoc />
    public Task<IReadOnlyList<ServerKey>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => ReadAsync(
        "select team, server from backup_sweeps where due_at_ms <= $1 order by due_at_ms limit $2", cancellation,
        PostgresBackupStore.Ms(now), limit);

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerKey>> ServersAsync(ServerKey? after, int limit, CancellationToken cancellation) => ReadAsync(
        "select team, server from backup_sweeps where (team, server) > ($1, $2) order by team, server limit $3", cancellation,
        after?.Team.Value ?? Guid.Empty, after?.Server.Value ?? Guid.Empty, limit);

    /// <inheritdoc />
    public Task MoveAsync(ServerKey server, DateTimeOffset next, CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Backups, async (connection, token) =>
        {
            await using var command = Command(
                connection, "update backup_sweeps set due_at_ms = $3 where team = $1 and server = $2", server.Team.Value,
                server.Server.Value, PostgresBackupStore.Ms(next));
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, cancellation);

    private Task<IReadOnlyList<ServerKey>> ReadAsync(string sql, CancellationToken cancellation, params object[] parameters) =>
        database.RunAsync<IReadOnlyList<ServerKey>>(PostgresRole.Backups, async (connection, token) =>
        {
            await using var command = Command(connection, sql, parameters);
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var servers = new List<ServerKey>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
                servers.Add(new ServerKey(reader.Id<TeamId>(0), reader.Id<ServerId>(1)));
            return servers;
        }, cancellation);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }
}
