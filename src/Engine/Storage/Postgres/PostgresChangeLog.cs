using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The changes of teams in PostgreSQL.</summary>
public sealed class PostgresChangeLog(PostgresDatabase database, ITeamSeals seals) : IChangeLog
{
    /// <inheritdoc />
    public Task<IReadOnlyDictionary<TeamId, ChangePlace>> LatestAsync(
        IReadOnlyCollection<TeamId> teams, CancellationToken cancellation) =>
        database.RunAsync<IReadOnlyDictionary<TeamId, ChangePlace>>(PostgresRole.Platform, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("""
                select w.team, c.number, c.at_ms from unnest($1) as w(team) cross join lateral
                    (select number, at_ms from team_changes where team = w.team order by number desc limit 1) c
                """, connection);
            command.Parameters.AddWithValue(teams.Select(team => team.Value).ToArray());
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var latest = new Dictionary<TeamId, ChangePlace>(teams.Count);
            while (await reader.ReadAsync(token).ConfigureAwait(false))
                latest[reader.Id<TeamId>(0)] = new ChangePlace(reader.GetInt64(1), reader.GetInt64(2));
            return latest;
        }, cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyList<KeptChange>> ReadAsync(TeamId team, long after, int limit, CancellationToken cancellation)
    {
        var rows = new List<(ChangePlace Place, byte[] Sealed)>();
        await using (var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false))
        {
            await using var command = scope.Command(
                "select number, at_ms, change from team_changes where number > $1 order by number limit $2", after, limit);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                rows.Add((new ChangePlace(reader.GetInt64(0), reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2)));
        }
        return [.. rows.Select(row => new KeptChange(row.Place, SealedChange.TryOpen(seals, team, row.Place, row.Sealed)))];
    }
}
