using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The servers of a team, from the projection's table; the newest report's time is one seek into the row index.</summary>
public sealed class SqliteServerDirectory(DataFile file, ITeamSeals seals, TimeProvider time) : IServerDirectory
{
    private const string Columns = """
        select s.server, s.name, s.created_at_ms, s.silent_since_ms, s.first_report_ms,
               (select r.at_ms from my_metric_rows r where r.server = s.server order by r.at_ms desc limit 1)
        from my_servers s
        """;

    /// <summary>A page of the list, and one server: in constants, so that a test can ask for their plans.</summary>
    internal const string PageSql = Columns + """
             where $after is null
                or s.created_at_ms > (select a.created_at_ms from my_servers a where a.server = $after)
                or (s.created_at_ms = (select a.created_at_ms from my_servers a where a.server = $after) and s.server > $after)
             order by s.created_at_ms, s.server limit $limit
            """, OneSql = Columns + " where s.server = $server";

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerRow>> ListAsync(TeamId team, ServerId? after, int limit, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<ServerRow>>(
            () => Read(team, PageSql, [("$after", after?.ToBytes()), ("$limit", limit)]), cancellation);

    /// <inheritdoc />
    public Task<ServerRow?> FindAsync(TeamId team, ServerId server, CancellationToken cancellation) =>
        Task.Run(() => Read(team, OneSql, [("$server", server.ToBytes())]).SingleOrDefault(), cancellation);

    private List<ServerRow> Read(TeamId team, string sql, (string Name, object? Value)[] parameters)
    {
        using var scope = TeamScope.Open(file, team);
        using var command = scope.Command(sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<ServerRow>();
        try
        {
            while (reader.Read()) rows.Add(Row(scope, team, reader));
        }
        catch (TeamKeyDestroyedException)
        {
            // The rows go with the projection's next look; until then the team is as good as gone.
            rows.Clear();
        }
        return rows;
    }

    private ServerRow Row(TeamScope scope, TeamId team, SqliteDataReader reader)
    {
        ResourceId.TryRead<ServerId>(reader.GetFieldValue<byte[]>(0), out var id);
        var silent = Time(reader, 3);
        // Of a server whose reports have all expired the roll-up knows; and when that is gone too, that it reported once and fell silent.
        var newest = Time(reader, 5);
        if (newest is null && Time(reader, 4) is { } first) newest = NewestRolledUp(scope, team, id) ?? silent ?? first;
        return new ServerRow(id, SealedName.Open(seals, team, id, reader.GetFieldValue<byte[]>(1)), Time(reader, 2)!.Value, silent,
            ServerRow.Seen(newest, silent, time.GetUtcNow()));
    }

    private DateTimeOffset? NewestRolledUp(TeamScope scope, TeamId team, ServerId server)
    {
        using var newest = scope.Statement(MetricsQueries.NewestHour);
        if (!newest.Bind(1, server.ToBytes()).Next() || seals.Find(team) is not { } seal) return null;
        return DateTimeOffset.FromUnixTimeMilliseconds(
            SealedHour.NewestReportMs(seal, server, newest.Integer(0), newest.Integer(1), newest.Bytes(2)));
    }

    private static DateTimeOffset? Time(SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));
}
