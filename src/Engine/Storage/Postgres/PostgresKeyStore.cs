using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The wrapped keys in <c>team_keys</c>, which only the platform's own role can read.</summary>
public sealed class PostgresKeyStore(PostgresDatabase database) : IKeyStore
{
    /// <inheritdoc />
    public IReadOnlyList<WrappedKey> Load(TeamId team) => Run(connection =>
    {
        using var command = new NpgsqlCommand(
            "select number, root_id, wrapped, made_at_ms, destroyed_at_ms from team_keys where team = $1 order by number", connection);
        command.Parameters.AddWithValue(team.Value);
        using var reader = command.ExecuteReader();
        var keys = new List<WrappedKey>();
        while (reader.Read())
        {
            keys.Add(new WrappedKey(team, reader.GetInt32(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2),
                reader.Time(3)!.Value, reader.Time(4)));
        }
        return keys;
    });

    /// <inheritdoc />
    public void Add(WrappedKey key) => Run(connection =>
    {
        using var command = new NpgsqlCommand("""
            insert into team_keys (team, number, root_id, wrapped, made_at_ms) values ($1, $2, $3, $4, $5) on conflict do nothing
            """, connection);
        command.Parameters.AddWithValue(key.Team.Value);
        command.Parameters.AddWithValue(key.Number);
        command.Parameters.AddWithValue(key.RootId);
        command.Parameters.AddWithValue(key.Wrapped);
        command.Parameters.AddWithValue(key.MadeAt.ToUnixTimeMilliseconds());
        return command.ExecuteNonQuery();
    });

    // Both may be done twice, see PostgresDatabase.RunAsync.
    private T Run<T>(Func<NpgsqlConnection, T> work)
    {
        for (var first = true; ; first = false)
        {
            try
            {
                using var connection = database.Of(PostgresRole.Platform).OpenConnection();
                return work(connection);
            }
            catch (NpgsqlException closed) when (first && PostgresFaults.IsClosedConnection(closed))
            {
            }
        }
    }
}
