using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The servers of a team, from the projection's table; the newest report's time is one seek into the row index.</summary>
public sealed class SqliteServerDirectory(DataFile file, ITeamSeals seals, TimeProvider time) : IServerDirectory
{
    private const string Columns = """
        select s.server, s.name, s.created_at_ms, s.silent_since_ms,
               (select r.at_ms from my_metric_rows r where r.server = s.server order by r.at_ms desc limit 1)
        from my_servers s
        """;

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerRow>> ListAsync(TeamId team, ServerId? after, int limit, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<ServerRow>>(() => Read(team, Columns + """
             where $after is null
                or s.created_at_ms > (select a.created_at_ms from my_servers a where a.server = $after)
                or (s.created_at_ms = (select a.created_at_ms from my_servers a where a.server = $after) and s.server > $after)
             order by s.created_at_ms, s.server limit $limit
            """, [("$after", after?.ToBytes()), ("$limit", limit)]), cancellation);

    /// <inheritdoc />
    public Task<ServerRow?> FindAsync(TeamId team, ServerId server, CancellationToken cancellation) =>
        Task.Run(() => Read(team, Columns + " where s.server = $server", [("$server", server.ToBytes())]).SingleOrDefault(), cancellation);

    private List<ServerRow> Read(TeamId team, string sql, (string Name, object? Value)[] parameters)
    {
        using var scope = TeamScope.Open(file, team);
        using var command = scope.Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<ServerRow>();
        while (reader.Read()) rows.Add(Row(team, reader));
        return rows;
    }

    private ServerRow Row(TeamId team, SqliteDataReader reader)
    {
        ResourceId.TryRead<ServerId>(reader.GetFieldValue<byte[]>(0), out var id);
        var silent = Time(reader, 3);
        return new ServerRow(id, SealedName.Open(seals, team, id, reader.GetFieldValue<byte[]>(1)), Time(reader, 2)!.Value, silent,
            ServerRow.Seen(Time(reader, 4), silent, time.GetUtcNow()));
    }

    private static DateTimeOffset? Time(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
}
