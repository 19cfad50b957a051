using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The wrapped keys in <c>data.db</c>.</summary>
public sealed class SqliteKeyStore(DataFile file) : IKeyStore
{
    /// <inheritdoc />
    public IReadOnlyList<WrappedKey> Load(TeamId team)
    {
        using var connection = file.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText =
            "select number, root_id, wrapped, made_at_ms, destroyed_at_ms from team_keys where team = $team order by number";
        command.Parameters.AddWithValue("$team", team.ToBytes());
        using var reader = command.ExecuteReader();
        var keys = new List<WrappedKey>();
        while (reader.Read())
        {
            keys.Add(new WrappedKey(team, reader.GetInt32(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2),
                Time(reader, 3)!.Value, Time(reader, 4)));
        }
        return keys;
    }

    /// <inheritdoc />
    public void Add(WrappedKey key)
    {
        using var connection = file.OpenWriter();
        using var command = connection.CreateCommand();
        command.CommandText = """
            insert into team_keys (team, number, root_id, wrapped, made_at_ms) values ($team, $number, $root, $wrapped, $made)
            on conflict do nothing
            """;
        command.Parameters.AddWithValue("$team", key.Team.ToBytes());
        command.Parameters.AddWithValue("$number", key.Number);
        command.Parameters.AddWithValue("$root", key.RootId);
        command.Parameters.AddWithValue("$wrapped", key.Wrapped);
        command.Parameters.AddWithValue("$made", key.MadeAt.ToUnixTimeMilliseconds());
        command.ExecuteNonQuery();
    }

    private static DateTimeOffset? Time(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
}
