using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Roll-ups in PostgreSQL, by the role that sees every team's rows for this and nothing else.</summary>
internal sealed class PostgresRollupStore(PostgresDatabase database, MetricDays days) : IRollupStore
{
    private const int ServersAStep = 500, MarksAPage = 16;

    /// <summary>The boundaries.</summary>
    public const string ProgressSql = "select name, closed_through_ms from rollup_progress";

    /// <summary>Reads them.</summary>
    public static async Task<RollupProgress> ReadProgressAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var progress = ProgressRows.None;
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            progress = progress.With(reader.GetString(0), reader.GetInt64(1));
        return progress;
    }

    /// <inheritdoc />
    public Task<RollupProgress> ProgressAsync(CancellationToken cancellation) => database.RunAsync(
        PostgresRole.Rollup, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(ProgressSql, connection);
            return await ReadProgressAsync(command, token).ConfigureAwait(false);
        }, cancellation);

    /// <inheritdoc />
    public Task<RollupProgress> AdvanceAsync(RollupProgress to, CancellationToken cancellation) =>
        InTransactionAsync(async (connection, token) =>
        {
            // One at a time: each reads what the other wrote.
            await RunAsync(connection, "lock table rollup_progress in share row exclusive mode", token).ConfigureAwait(false);
            await using var read = new NpgsqlCommand(ProgressSql, connection);
            var now = await ReadProgressAsync(read, token).ConfigureAwait(false);
            await using var oldest = new NpgsqlCommand("select min(hour_ms) from metric_marks", connection);
            var next = now.Advance(to, await oldest.ExecuteScalarAsync(token).ConfigureAwait(false) as long?);
            foreach (var (name, ms) in ProgressRows.Of(next))
                await RunAsync(connection, """
                    insert into rollup_progress (name, closed_through_ms) values ($1, $2)
                    on conflict (name) do update set closed_through_ms = excluded.closed_through_ms
                    """, token, name, ms).ConfigureAwait(false);
            return next;
        }, cancellation);

    /// <inheritdoc />
    public Task<ServerKey?> MarkHourAsync(long hourMs, ServerKey after, CancellationToken cancellation) =>
        InTransactionAsync(async (connection, token) =>
        {
            await using var next = new NpgsqlCommand("""
                select s.team, s.server, exists (
                    select from metric_rows r where r.server = s.server and r.at_ms >= $3 and r.at_ms < $4)
                from (
                    select distinct team, server from metric_sets where (team, server) > ($1, $2) order by team, server limit $5
                ) s order by s.team, s.server
                """, connection);
            Add(next, after.Team.Value, after.Server.Value, hourMs, hourMs + HourWindow.HourMs, ServersAStep);
            var (servers, last) = (new List<ServerKey>(), default(ServerKey?));
            var read = 0;
            await using (var reader = await next.ExecuteReaderAsync(token).ConfigureAwait(false))
            {
                for (; await reader.ReadAsync(token).ConfigureAwait(false); read++)
                {
                    last = new ServerKey(reader.Id<TeamId>(0), reader.Id<ServerId>(1));
                    if (reader.GetBoolean(2)) servers.Add(last.Value);
                }
            }
            foreach (var server in servers)
                await RunAsync(connection, """
                    insert into metric_marks (team, server, hour_ms, stamp) values ($1, $2, $3, $4)
                    on conflict (team, server, hour_ms) do nothing
                    """, token, server.Team.Value, server.Server.Value, hourMs, LateHours.NewStamp()).ConfigureAwait(false);
            return read == ServersAStep ? last : null;
        }, cancellation);

    /// <inheritdoc />
    public Task<MarkPage> MarksAsync(HourMark? after, long closedThroughMs, CancellationToken cancellation) => database.RunAsync(
        PostgresRole.Rollup, async (connection, token) =>
        {
            var from = after ?? new HourMark(default, long.MinValue, 0);
            await using var command = new NpgsqlCommand("""
                select team, server, hour_ms, stamp from metric_marks
                where (team, server, hour_ms) > ($1, $2, $3) order by team, server, hour_ms limit $4
                """, connection);
            Add(command, from.Server.Team.Value, from.Server.Server.Value, from.HourMs, MarksAPage);
            var marks = new List<HourMark>();
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            while (await reader.ReadAsync(token).ConfigureAwait(false))
                marks.Add(new HourMark(
                    new ServerKey(reader.Id<TeamId>(0), reader.Id<ServerId>(1)), reader.GetInt64(2), reader.GetInt64(3)));
            HourMark? last = marks.Count == MarksAPage ? marks[^1] : null;
            // Hours that are not closed yet are marked when they are: until then a late report's mark only waits.
            return new MarkPage(marks.FindAll(mark => mark.HourMs < closedThroughMs), last);
        }, cancellation);

    /// <inheritdoc />
    public Task ReplaceAsync(IReadOnlyList<RolledHour> hours, CancellationToken cancellation) =>
        InTransactionAsync(async (connection, token) =>
        {
            foreach (var (mark, hour) in hours)
            {
                var (team, server) = (mark.Server.Team.Value, mark.Server.Server.Value);
                var taken = await RunAsync(
                    connection, "delete from metric_marks where team = $1 and server = $2 and hour_ms = $3 and stamp = $4", token,
                    team, server, mark.HourMs, mark.Stamp).ConfigureAwait(false);
                if (taken == 0 || hour is null) continue;
                var day = NameSetLedger.DayOf(mark.Server.Server, DateTimeOffset.FromUnixTimeMilliseconds(mark.HourMs));
                await RunAsync(connection, """
                    insert into metric_sets (team, server, set_id, count, names, used_day) values ($1, $2, $3, $4, $5, $6)
                    on conflict (team, server, set_id) do update set used_day = greatest(metric_sets.used_day, excluded.used_day)
                    """, token, team, server, hour.SetId, hour.NameCount, hour.SealedNames, day).ConfigureAwait(false);
                await RunAsync(connection, Upsert("metric_minutes"), token, team, server, mark.HourMs, hour.SetId, hour.Minutes)
                    .ConfigureAwait(false);
                await RunAsync(connection, Upsert("metric_hours"), token, team, server, mark.HourMs, hour.SetId, hour.Hour)
                    .ConfigureAwait(false);
            }
            return true;
        }, cancellation);

    /// <inheritdoc />
    public Task DeleteBeforeAsync(RollupProgress kept, CancellationToken cancellation) =>
        new PostgresRetention(database, days).DeleteRollupsAsync(kept, cancellation);

    private Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Rollup, async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token).ConfigureAwait(false);
            var result = await work(connection, token).ConfigureAwait(false);
            await transaction.CommitAsync(token).ConfigureAwait(false);
            return result;
        }, cancellation);

    private static async Task<int> RunAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        Add(command, parameters);
        return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static void Add(NpgsqlCommand command, params object[] parameters)
    {
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
    }

    private static string Upsert(string table) => $"""
        insert into {table} (team, server, hour_ms, set_id, block) values ($1, $2, $3, $4, $5)
        on conflict (team, server, hour_ms) do update set set_id = excluded.set_id, block = excluded.block
        """;
}
