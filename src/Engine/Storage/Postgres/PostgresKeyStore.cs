using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The wrapped keys in <c>team_keys</c>, which only the platform's own role can read.</summary>
public sealed class PostgresKeyStore(PostgresDatabase database) : IKeyStore
{
    private const string Columns = "team, number, root_id, wrapped, made_at_ms, destroyed_at_ms";

    /// <inheritdoc />
    public IReadOnlyList<WrappedKey> Load(TeamId team) =>
        Read($"select {Columns} from team_keys where team = $1 order by number", team.Value);

    /// <inheritdoc />
    public IReadOnlyList<WrappedKey> LoadPage(TeamId? after, int teams) => Read($"""
        select {Columns} from team_keys
        where team in (select distinct team from team_keys where team > $1 order by team limit $2) order by team, number
        """, after?.Value ?? Guid.Empty, teams);

    /// <inheritdoc />
    public void Add(WrappedKey key) => Run(connection =>
    {
        using var command = new NpgsqlCommand("""
            insert into team_keys (team, number, root_id, wrapped, made_at_ms) values ($1, $2, $3, $4, $5) on conflict do nothing
            """, connection);
        Bind(command.Parameters, key);
        return command.ExecuteNonQuery();
    });

    /// <inheritdoc />
    public void Put(IReadOnlyList<WrappedKey> keys) => Run(connection =>
    {
        // One batch is one transaction.
        using var batch = connection.CreateBatch();
        foreach (var key in keys)
        {
            var command = new NpgsqlBatchCommand("""
                insert into team_keys (team, number, root_id, wrapped, made_at_ms)
                select $1, $2, $3, $4, $5 where exists (select 1 from team_keys where team = $1 and destroyed_at_ms is null)
                on conflict (team, number) do update set root_id = excluded.root_id, wrapped = excluded.wrapped
                where team_keys.destroyed_at_ms is null
                """);
            Bind(command.Parameters, key);
            batch.BatchCommands.Add(command);
        }
        return batch.ExecuteNonQuery();
    });

    /// <summary>
    /// Destroys keys; see <see cref="IKeyStore.Destroy"/>. The table is written anew, so that none of its files holds the bytes. The
    /// server's write-ahead log and its archive hold them until they are recycled: that is the server's own business.
    /// </summary>
    public KeyDestruction Destroy(TeamId team, int throughNumber, DateTimeOffset at)
    {
        var keys = Run(connection =>
        {
            using var command = new NpgsqlCommand("""
                update team_keys set wrapped = decode(repeat('00', length(wrapped)), 'hex'), destroyed_at_ms = $3
                where team = $1 and number <= $2 and destroyed_at_ms is null
                """, connection);
            command.Parameters.AddWithValue(team.Value);
            command.Parameters.AddWithValue(throughNumber);
            command.Parameters.AddWithValue(at.ToUnixTimeMilliseconds());
            return command.ExecuteNonQuery();
        });
        return new KeyDestruction(keys, TryWriteAnew());
    }

    private bool TryWriteAnew()
    {
        try
        {
            // Only the owner may. The table is small: sixty bytes a team.
            using var connection = database.Of(PostgresRole.Owner).OpenConnection();
            using (var patience = new NpgsqlCommand("set lock_timeout = '2s'", connection)) patience.ExecuteNonQuery();
            using var vacuum = new NpgsqlCommand("vacuum (full) team_keys", connection);
            vacuum.ExecuteNonQuery();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private List<WrappedKey> Read(string sql, params object[] parameters) => Run(connection =>
    {
        using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        using var reader = command.ExecuteReader();
        var keys = new List<WrappedKey>();
        while (reader.Read())
        {
            keys.Add(new WrappedKey(reader.Id<TeamId>(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3),
                reader.Time(4)!.Value, reader.Time(5)));
        }
        return keys;
    });

    private static void Bind(NpgsqlParameterCollection parameters, WrappedKey key)
    {
        parameters.AddWithValue(key.Team.Value);
        parameters.AddWithValue(key.Number);
        parameters.AddWithValue(key.RootId);
        parameters.AddWithValue(key.Wrapped);
        parameters.AddWithValue(key.MadeAt.ToUnixTimeMilliseconds());
    }

    // All may be done twice, see PostgresDatabase.RunAsync.
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
