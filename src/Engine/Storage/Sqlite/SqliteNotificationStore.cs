using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The notifications' tables in <c>data.db</c>. A connection a call: what people are told of is rare.</summary>
public sealed class SqliteNotificationStore(DataFile file, ITeamSeals seals) : INotificationStore
{
    /// <summary>Its texts that are run all the time: in constants, so that a test can ask for their plans.</summary>
    internal const string
        NewSql = "select team, server, room, number, content from notifications where told_at_ms is null order by at_ms limit $limit",
        // Of a group SQLite shows the row that has the least time.
        DueSql = """
            select d.team, d.server, d.room, d.number, n.content, d.channel, d.attempts, min(d.due_at_ms) as due
            from notification_deliveries d
            join notifications n on n.team = d.team and n.server = d.server and n.room = d.room and n.number = d.number
            where d.state = 0 and d.due_at_ms <= $now group by d.team, d.channel order by due limit $limit
            """;

    /// <inheritdoc />
    public Task<IReadOnlyList<NewHappening>> NewAsync(int limit, CancellationToken cancellation) =>
        ReadAsync(NewSql, row => new NewHappening(Key(row), Open(row)), cancellation, ("$limit", limit));

    /// <inheritdoc />
    public Task<IReadOnlyList<Delivery>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
        ReadAsync(DueSql, row => new Delivery(Key(row), Id<ChannelId>(row, 5), row.GetInt32(6), Open(row)), cancellation,
            ("$now", now.ToUnixTimeMilliseconds()), ("$limit", limit));

    /// <inheritdoc />
    public Task ShareOutAsync(
        HappeningKey key, IReadOnlyCollection<ChannelId> channels, DateTimeOffset now, CancellationToken cancellation) => WriteAsync(run =>
    {
        foreach (var channel in channels)
            run("""
                insert into notification_deliveries (team, server, room, number, channel, state, attempts, due_at_ms)
                values ($team, $server, $room, $number, $channel, 0, 0, $now) on conflict do nothing
                """, [.. Of(key), ("$channel", channel.ToBytes()), ("$now", now.ToUnixTimeMilliseconds())]);
        run("""
            update notifications set told_at_ms = $now where team = $team and server = $server and room = $room and number = $number
            """, [.. Of(key), ("$now", now.ToUnixTimeMilliseconds())]);
    }, cancellation);

    /// <inheritdoc />
    public Task MarkAsync(Delivery delivery, DeliveryMark mark, CancellationToken cancellation) => WriteAsync(run => run("""
        update notification_deliveries set state = $state, attempts = $attempts, due_at_ms = $due,
          last_at_ms = coalesce($at, last_at_ms), outcome = coalesce($outcome, outcome)
        where team = $team and server = $server and room = $room and number = $number and channel = $channel
        """,
        [
            .. Of(delivery.Key), ("$channel", delivery.Channel.ToBytes()), ("$state", (int)mark.State), ("$attempts", mark.Attempts),
            ("$due", mark.DueAt.ToUnixTimeMilliseconds()), ("$at", mark.At?.ToUnixTimeMilliseconds()), ("$outcome", mark.Outcome),
        ]), cancellation);

    /// <inheritdoc />
    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellation) => WriteAsync(run =>
    {
        run("""
            delete from notification_deliveries where (team, server, room, number) in
                (select team, server, room, number from notifications where at_ms < $before)
            """, [("$before", before.ToUnixTimeMilliseconds())]);
        run("delete from notifications where at_ms < $before", [("$before", before.ToUnixTimeMilliseconds())]);
    }, cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyDictionary<ChannelId, LastAttempt>> LastAsync(TeamId team, CancellationToken cancellation) => Task.Run(() =>
    {
        using var scope = TeamScope.Open(file, team);
        using var command = scope.Command("select channel, last_at_ms, outcome, state from my_notification_deliveries");
        using var reader = command.ExecuteReader();
        var rows = new List<AttemptRow>();
        while (reader.Read())
            rows.Add(new AttemptRow(Id<ChannelId>(reader, 0), reader.IsDBNull(1) ? null : reader.GetInt64(1),
                reader.IsDBNull(2) ? null : reader.GetString(2), (DeliveryState)reader.GetInt32(3)));
        return AttemptRow.Last(rows);
    }, cancellation);

    private Task<IReadOnlyList<T>> ReadAsync<T>(
        string sql, Func<SqliteDataReader, T> row, CancellationToken cancellation, params (string, object?)[] parameters) =>
        Task.Run<IReadOnlyList<T>>(() =>
        {
            using var connection = file.OpenReader();
            using var command = SqliteSealedValues.Command(connection, sql, parameters);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(row(reader));
            return rows;
        }, cancellation);

    private Task WriteAsync(Action<Action<string, (string, object?)[]>> write, CancellationToken cancellation) => Task.Run(() =>
    {
        using var connection = file.OpenWriter();
        using var transaction = connection.BeginTransaction(deferred: false);
        write((sql, parameters) =>
        {
            using var command = SqliteSealedValues.Command(connection, sql, parameters);
            command.ExecuteNonQuery();
        });
        transaction.Commit();
    }, cancellation);

    /// <summary>Adds a happening in the projection's transaction; one that is there stays as it is.</summary>
    internal static void Add(SqliteConnection connection, KeyedHappening row, byte[] content)
    {
        using var command = SqliteSealedValues.Command(connection, """
            insert into notifications (team, server, room, number, at_ms, content)
            values ($team, $server, $room, $number, $at, $content) on conflict do nothing
            """, [.. Of(row.Key), ("$at", row.Happening.At.ToUnixTimeMilliseconds()), ("$content", content)]);
        command.ExecuteNonQuery();
    }

    private static (string, object?)[] Of(HappeningKey key) =>
    [
        ("$team", key.Server.Team.ToBytes()), ("$server", key.Server.Server.ToBytes()), ("$room", (int)key.Room), ("$number", key.Number),
    ];

    private static HappeningKey Key(SqliteDataReader row) => new(
        new ServerKey(Id<TeamId>(row, 0), Id<ServerId>(row, 1)), (HappeningRoom)row.GetInt32(2), row.GetInt64(3));

    private Happening? Open(SqliteDataReader row) => SealedHappening.TryOpen(seals, Key(row), row.GetFieldValue<byte[]>(4));

    private static T Id<T>(SqliteDataReader row, int column) where T : struct, IResourceId<T> =>
        ResourceId.TryRead<T>(row.GetFieldValue<byte[]>(column), out var id) ? id
            : throw new InvalidDataException("data.db: a row of the tables of notifications has an id that is none.");
}
