using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The notifications' tables in PostgreSQL.</summary>
public sealed class PostgresNotificationStore(PostgresDatabase database, ITeamSeals seals) : INotificationStore
{
    private const string Row = "team = $1 and server = $2 and room = $3 and number = $4";

    /// <inheritdoc />
    public async Task<IReadOnlyList<NewHappening>> NewAsync(int limit, CancellationToken cancellation)
    {
        var rows = await ReadAsync(
            "select team, server, room, number, content from notifications where told_at_ms is null order by at_ms limit $1",
            row => (Key: Key(row), Content: row.GetFieldValue<byte[]>(4)), cancellation, limit).ConfigureAwait(false);
        // Opened behind the reader: a seal may read its keys on a connection of its own.
        return [.. rows.Select(row => new NewHappening(row.Key, SealedHappening.TryOpen(seals, row.Key, row.Content)))];
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Delivery>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        var rows = await ReadAsync("""
            select d.team, d.server, d.room, d.number, n.content, d.channel, d.attempts from (
                select distinct on (team, channel) team, server, room, number, channel, attempts, due_at_ms
                from notification_deliveries where state = 0 and due_at_ms <= $1 order by team, channel, due_at_ms
            ) d join notifications n on n.team = d.team and n.server = d.server and n.room = d.room and n.number = d.number
            order by d.due_at_ms limit $2
            """, row => (Key: Key(row), Content: row.GetFieldValue<byte[]>(4), Channel: row.Id<ChannelId>(5), Attempts: row.GetInt32(6)),
            cancellation, Ms(now), limit).ConfigureAwait(false);
        return
        [
            .. rows.Select(row => new Delivery(
                row.Key, row.Channel, row.Attempts, SealedHappening.TryOpen(seals, row.Key, row.Content))),
        ];
    }

    /// <inheritdoc />
    public Task ShareOutAsync(
        HappeningKey key, IReadOnlyCollection<ChannelId> channels, DateTimeOffset now, CancellationToken cancellation) => RunAsync(
        cancellation,
        ("""
            insert into notification_deliveries (team, server, room, number, channel, state, attempts, due_at_ms)
            select $1, $2, $3, $4, w.channel, 0, 0, $6 from unnest($5) as w(channel) on conflict do nothing
            """, [.. Of(key), channels.Select(channel => channel.Value).ToArray(), Ms(now)]),
        ($"update notifications set told_at_ms = $5 where {Row}", [.. Of(key), Ms(now)]));

    /// <inheritdoc />
    public Task MarkAsync(Delivery delivery, DeliveryMark mark, CancellationToken cancellation) => RunAsync(cancellation, ($"""
        update notification_deliveries set state = $6, attempts = $7, due_at_ms = $8, last_at_ms = coalesce($9::bigint, last_at_ms),
          outcome = coalesce($10::text, outcome)
        where {Row} and channel = $5
        """,
        [
            .. Of(delivery.Key), delivery.Channel.Value, (int)mark.State, mark.Attempts, Ms(mark.DueAt),
            mark.At is { } at ? Ms(at) : DBNull.Value, (object?)mark.Outcome ?? DBNull.Value,
        ]));

    /// <inheritdoc />
    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellation) => RunAsync(
        cancellation,
        ("""
            delete from notification_deliveries d using notifications n
            where n.at_ms < $1 and n.team = d.team and n.server = d.server and n.room = d.room and n.number = d.number
            """, [Ms(before)]),
        ("delete from notifications where at_ms < $1", [Ms(before)]));

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<ChannelId, LastAttempt>> LastAsync(TeamId team, CancellationToken cancellation)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false);
        await using var command = scope.Command("select channel, last_at_ms, outcome, state from notification_deliveries");
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var rows = new List<AttemptRow>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(new AttemptRow(reader.Id<ChannelId>(0), reader.Ms(1), reader.IsDBNull(2) ? null : reader.GetString(2),
                (DeliveryState)reader.GetInt32(3)));
        return AttemptRow.Last(rows);
    }

    private Task<List<T>> ReadAsync<T>(
        string sql, Func<NpgsqlDataReader, T> row, CancellationToken cancellation, params object[] parameters) =>
        database.RunAsync(PostgresRole.Notifier, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var rows = new List<T>();
            while (await reader.ReadAsync(token).ConfigureAwait(false)) rows.Add(row(reader));
            return rows;
        }, cancellation);

    // A batch is one transaction; each of these may be done twice.
    private Task RunAsync(CancellationToken cancellation, params (string Sql, object[] Parameters)[] statements) =>
        database.RunAsync(PostgresRole.Notifier, async (connection, token) =>
        {
            await using var batch = connection.CreateBatch();
            foreach (var (sql, parameters) in statements)
            {
                var command = new NpgsqlBatchCommand(sql);
                foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
                batch.BatchCommands.Add(command);
            }
            return await batch.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, cancellation);

    private static object[] Of(HappeningKey key) =>
        [key.Server.Team.Value, key.Server.Server.Value, (int)key.Room, key.Number];

    private static HappeningKey Key(NpgsqlDataReader row) => new(
        new ServerKey(row.Id<TeamId>(0), row.Id<ServerId>(1)), (HappeningRoom)row.GetInt32(2), row.GetInt64(3));

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
