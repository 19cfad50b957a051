using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The changes of teams in <c>data.db</c>.</summary>
public sealed class SqliteChangeLog(DataFile file, ITeamSeals seals) : IChangeLog
{
    /// <summary>Its texts: in constants, so that a test can ask for their plans.</summary>
    internal const string LatestSql = "select number, at_ms from team_changes where team = $team order by number desc limit 1",
        ReadSql = "select number, at_ms, change from my_team_changes where number > $after order by number limit $limit";

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<TeamId, ChangePlace>> LatestAsync(
        IReadOnlyCollection<TeamId> teams, CancellationToken cancellation) => Task.Run<IReadOnlyDictionary<TeamId, ChangePlace>>(() =>
    {
        var latest = new Dictionary<TeamId, ChangePlace>(teams.Count);
        using var connection = file.OpenReader();
        using var command = SqliteSealedValues.Command(connection, LatestSql, ("$team", null));
        foreach (var team in teams)
        {
            command.Parameters[0].Value = team.ToBytes();
            using var reader = command.ExecuteReader();
            if (reader.Read()) latest[team] = new ChangePlace(reader.GetInt64(0), reader.GetInt64(1));
        }
        return latest;
    }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<KeptChange>> ReadAsync(TeamId team, long after, int limit, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<KeptChange>>(() =>
        {
            using var scope = TeamScope.Open(file, team);
            using var command = scope.Command(ReadSql, ("$after", after), ("$limit", limit));
            using var reader = command.ExecuteReader();
            var changes = new List<KeptChange>();
            while (reader.Read())
            {
                var place = new ChangePlace(reader.GetInt64(0), reader.GetInt64(1));
                changes.Add(new KeptChange(place, SealedChange.TryOpen(seals, team, place, reader.GetFieldValue<byte[]>(2))));
            }
            return changes;
        }, cancellation);
}
