using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// Uses of API keys in <c>data.db</c>. A connection a call: one batch every some seconds, and one read when keys are listed.
/// </summary>
public sealed class SqliteKeyUseStore(DataFile file) : IKeyUseStore
{
    /// <inheritdoc />
    public Task WriteAsync(IReadOnlyCollection<KeyUse> uses, CancellationToken cancellation) => Task.Run(() =>
    {
        using var connection = file.OpenWriter();
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.CommandText = """
            insert into key_uses (team, key, last_used_at_ms) values ($team, $key, $at)
            on conflict (team, key) do update set last_used_at_ms = max(last_used_at_ms, excluded.last_used_at_ms)
            """;
        foreach (var use in uses)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$team", use.Team.ToBytes());
            command.Parameters.AddWithValue("$key", use.Key.ToBytes());
            command.Parameters.AddWithValue("$at", use.At.ToUnixTimeMilliseconds());
            command.ExecuteNonQuery();
        }
        transaction.Commit();
    }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<KeyId, DateTimeOffset>> ReadAsync(TeamId team, CancellationToken cancellation) =>
        Task.Run<IReadOnlyDictionary<KeyId, DateTimeOffset>>(() =>
        {
            using var scope = TeamScope.Open(file, team);
            using var command = scope.Command("select key, last_used_at_ms from my_key_uses");
            using var reader = command.ExecuteReader();
            var uses = new Dictionary<KeyId, DateTimeOffset>();
            while (reader.Read())
            {
                if (ResourceId.TryRead<KeyId>(reader.GetFieldValue<byte[]>(0), out var key))
                    uses[key] = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1));
            }
            return uses;
        }, cancellation);
}
