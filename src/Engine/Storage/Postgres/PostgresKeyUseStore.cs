using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Uses of API keys in PostgreSQL.</summary>
public sealed class PostgresKeyUseStore(PostgresDatabase database) : IKeyUseStore
{
    /// <inheritdoc />
    public Task WriteAsync(IReadOnlyCollection<KeyUse> uses, CancellationToken cancellation)
    {
        // In the order of the key: two nodes that write the same rows wait for each other in one direction only.
        var rows = uses.OrderBy(use => use.Team.Value).ThenBy(use => use.Key.Value).ToList();
        return database.RunAsync(PostgresRole.Platform, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("""
                insert into key_uses (team, key, last_used_at_ms) select * from unnest($1, $2, $3)
                on conflict (team, key) do update set last_used_at_ms = greatest(key_uses.last_used_at_ms, excluded.last_used_at_ms)
                """, connection);
            command.Parameters.AddWithValue(rows.Select(use => use.Team.Value).ToArray());
            command.Parameters.AddWithValue(rows.Select(use => use.Key.Value).ToArray());
            command.Parameters.AddWithValue(rows.Select(use => use.At.ToUnixTimeMilliseconds()).ToArray());
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<KeyId, DateTimeOffset>> ReadAsync(TeamId team, CancellationToken cancellation)
    {
        var uses = new Dictionary<KeyId, DateTimeOffset>();
        await using var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false);
        await using var command = scope.Command("select key, last_used_at_ms from key_uses");
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) uses[reader.Id<KeyId>(0)] = reader.Time(1)!.Value;
        return uses;
    }
}
