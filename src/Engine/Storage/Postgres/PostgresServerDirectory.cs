using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// The servers of a team, from the projection's table; the newest report's time is a seek into the index of the newest day, and of the days
/// before it for a server that has been silent since.
/// </summary>
public sealed class PostgresServerDirectory(PostgresDatabase database, ITeamSeals seals, TimeProvider time) : IServerDirectory
{
    private const string Columns = """
        select s.server, s.name, s.created_at_ms, s.silent_since_ms, s.first_report_ms,
               (select r.at_ms from metric_rows r where r.server = s.server order by r.at_ms desc limit 1)
        from servers s
        """;

    private const string First = Columns + " order by s.created_at_ms, s.server limit $1";

    private const string Next = Columns + """
         where (s.created_at_ms, s.server) > (select a.created_at_ms, a.server from servers a where a.server = $2)
         order by s.created_at_ms, s.server limit $1
        """;

    private const string One = Columns + " where s.server = $1";

    /// <inheritdoc />
    public Task<IReadOnlyList<ServerRow>> ListAsync(TeamId team, ServerId? after, int limit, CancellationToken cancellation) =>
        after is { } last ? ReadAsync(team, Next, cancellation, limit, last.Value) : ReadAsync(team, First, cancellation, limit);

    /// <inheritdoc />
    public async Task<ServerRow?> FindAsync(TeamId team, ServerId server, CancellationToken cancellation) =>
        (await ReadAsync(team, One, cancellation, server.Value).ConfigureAwait(false)).SingleOrDefault();

    private async Task<IReadOnlyList<ServerRow>> ReadAsync(
        TeamId team, string sql, CancellationToken cancellation, params object[] parameters)
    {
        var sealedRows = new List<Row>();
        await using (var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false))
        {
            await using var command = scope.Command(sql, parameters);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                sealedRows.Add(new Row(reader.Id<ServerId>(0), reader.GetFieldValue<byte[]>(1), reader.Time(2)!.Value, reader.Time(3),
                    reader.Time(4), reader.Time(5)));
            await reader.DisposeAsync().ConfigureAwait(false);
            for (var i = 0; i < sealedRows.Count; i++)
            {
                // Of a server whose reports have all expired the roll-up knows; and when that is gone too, that it fell silent.
                if (sealedRows[i] is { Newest: null, First: { } first } row)
                    sealedRows[i] = row with
                    {
                        Newest = await NewestRolledUpAsync(scope, team, row.Id, cancellation).ConfigureAwait(false) ?? row.Silent ?? first,
                    };
            }
        }
        try
        {
            return [.. sealedRows.Select(row => new ServerRow(row.Id, SealedName.Open(seals, team, row.Id, row.Name), row.Created,
                row.Silent, ServerRow.Seen(row.Newest, row.Silent, time.GetUtcNow())))];
        }
        catch (TeamKeyDestroyedException)
        {
            // The rows go with the projection's next look; until then the team is as good as gone.
            return [];
        }
    }

    private async Task<DateTimeOffset?> NewestRolledUpAsync(
        PostgresTeamScope scope, TeamId team, ServerId server, CancellationToken cancellation)
    {
        await using var command = scope.Command(
            "select hour_ms, set_id, block from metric_hours where server = $1 order by hour_ms desc limit 1", server.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false) || seals.Find(team) is not { } seal) return null;
        return DateTimeOffset.FromUnixTimeMilliseconds(SealedHour.NewestReportMs(
            seal, server, reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2)));
    }

    private sealed record Row(
        ServerId Id, byte[] Name, DateTimeOffset Created, DateTimeOffset? Silent, DateTimeOffset? First, DateTimeOffset? Newest);
}
