using Akka.Actor;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The edges of a day's partition, and what happens while one goes.</summary>
public sealed class MetricDaysTests : IDisposable
{
    private const int Today = 20_000;
    private static readonly long Midnight = MetricDays.Start(Today + 1);

    private readonly ManualTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(Midnight - 60_000));
    private readonly PostgresStoreUnderTest _store;
    private readonly ServerKey _server = new(EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());
    private long _keys;

    public MetricDaysTests() => _store = new PostgresStoreUnderTest(_time);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Reports_on_both_sides_of_midnight_lie_in_their_days_and_are_read_as_one_row()
    {
        long[] times = [Midnight - 1, Midnight, Midnight + 1, MetricDays.Start(Today), MetricDays.Start(Today) - 1];
        Assert.Equal([ItemFate.Stored], await WriteAsync(times));
        Assert.Equal(times.Order(), await ReadAsync(MetricDays.Start(Today) - 1, Midnight + 2));
        // From inclusive, to exclusive, also where the days meet.
        Assert.Equal([Midnight - 1], await ReadAsync(MetricDays.Start(Today) + 1, Midnight));
        Assert.Equal([Midnight, Midnight + 1], await ReadAsync(Midnight, MetricDays.Start(Today + 2)));
        Assert.Equal([Today - 1, Today, Today + 1], await DaysAsync());
        Assert.Equal([2L, 2L, 1L], [await CountAsync(Today), await CountAsync(Today + 1), await CountAsync(Today - 1)]);
    }

    [Fact]
    public async Task Tomorrow_is_there_before_midnight_for_a_clock_that_is_ten_minutes_ahead()
    {
        await new MetricDays(_store.Database).EnsureAheadAsync(_time.GetUtcNow(), CancellationToken.None);
        Assert.Equal(Enumerable.Range(Today - 1, 5), await DaysAsync());
        Assert.Equal([ItemFate.Stored], await WriteAsync(Midnight - 60_000 + 600_000));
        Assert.Equal(1L, await CountAsync(Today + 1));
        Assert.Equal(Enumerable.Range(Today - 1, 5), await DaysAsync());
        // A day that is made once more, by another process too, is no fault.
        await new MetricDays(_store.Database).EnsureAheadAsync(_time.GetUtcNow().AddMinutes(2), CancellationToken.None);
        Assert.Equal(Enumerable.Range(Today - 1, 6), await DaysAsync());
    }

    [Fact]
    public async Task A_day_gives_way_to_a_reader_goes_when_he_is_done_and_holds_no_writer_up()
    {
        await WriteAsync(MetricDays.Start(Today - 2), Midnight - 1);
        var oldest = DateTimeOffset.FromUnixTimeMilliseconds(MetricDays.Start(Today - 1));
        await using (var scope = await _store.Source.OpenAsync(_server.Team, CancellationToken.None))
        {
            var rows = 0;
            await scope.VisitRowsAsync(_server.Server, 0, long.MaxValue, (_, _, _) => rows++, CancellationToken.None);
            Assert.Equal(2, rows);
            var dropping = _store.Store.DeleteBeforeAsync(oldest, CancellationToken.None);
            Assert.Equal([ItemFate.Stored], await WriteAsync(Midnight - 2));
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, (await Assert.ThrowsAsync<PostgresException>(() => dropping)).SqlState);
            // The reader sees what it saw, all of it.
            rows = 0;
            await scope.VisitRowsAsync(_server.Server, 0, Midnight - 1, (_, _, _) => rows++, CancellationToken.None);
            Assert.Equal(1, rows);
        }
        Assert.Equal(1, await _store.Store.DeleteBeforeAsync(oldest, CancellationToken.None));
        Assert.Equal([Today], await DaysAsync());
        Assert.Equal([Midnight - 2, Midnight - 1], await ReadAsync(0, long.MaxValue));
        // The writer knew the day that went, and makes it again for whoever still comes.
        Assert.Equal([ItemFate.Stored], await WriteAsync(MetricDays.Start(Today - 2) + 7));
        Assert.Equal([Today - 2, Today], await DaysAsync());
    }

    [Fact]
    public async Task A_day_that_another_process_dropped_costs_one_attempt_and_is_made_again()
    {
        await WriteAsync(MetricDays.Start(Today - 2));
        await new PostgresRetention(_store.Database, new MetricDays(_store.Database))
            .DeleteBeforeAsync(DateTimeOffset.FromUnixTimeMilliseconds(MetricDays.Start(Today - 1)), CancellationToken.None);
        var away = await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(MetricDays.Start(Today - 2) + 1));
        Assert.False(away.MaybeKept);
        Assert.Equal([ItemFate.Stored], await WriteAsync(MetricDays.Start(Today - 2) + 1));
    }

    [Fact]
    public async Task Days_go_while_reports_are_written_and_read_and_nothing_that_is_kept_is_lost()
    {
        // Reports of today, while ten days behind it are dropped by two processes that find each other at it.
        for (var day = Today - 12; day < Today; day++) await WriteAsync(MetricDays.Start(day));
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var stored = new List<long>();
            for (var at = MetricDays.Start(Today) + 1; !done.IsCancellationRequested || stored.Count == 0; at++)
            {
                if (await TriedAsync(() => WriteAsync(at)) is [ItemFate.Stored]) stored.Add(at);
            }
            return stored;
        });
        var reading = Task.Run(async () =>
        {
            var most = 0;
            while (!done.IsCancellationRequested) most = Math.Max(most, (await ReadAsync(0, MetricDays.Start(Today))).Count);
            return most;
        });
        var oldest = DateTimeOffset.FromUnixTimeMilliseconds(MetricDays.Start(Today - 2));
        var retention = Enumerable.Range(0, 2)
            .Select(_ => new PostgresRetention(_store.Database, new MetricDays(_store.Database))).ToList();
        await Poll.UntilAsync("the days to be dropped", TimeSpan.FromSeconds(60), async () =>
        {
            await Task.WhenAll(retention.Select(pass => TriedAsync(() => pass.DeleteBeforeAsync(oldest, CancellationToken.None))));
            return (await DaysAsync())[0] == Today - 2;
        });
        await done.CancelAsync();
        Assert.InRange(await reading, 0, 12);
        Assert.Equal(await writing, await ReadAsync(MetricDays.Start(Today), long.MaxValue));
        Assert.Equal(2, (await ReadAsync(0, MetricDays.Start(Today))).Count);
    }

    [Fact]
    public async Task Roll_ups_go_in_steps_until_none_is_left_that_is_too_old()
    {
        await _store.Test.ExecuteAsync("""
            insert into hostatlas.metric_minutes
            select gen_random_uuid(), gen_random_uuid(), i * 3600000::bigint, 1, '\x00' from generate_series(0, 1700) i
            """, """
            insert into hostatlas.metric_hours
            select gen_random_uuid(), gen_random_uuid(), i / 4 * 3600000::bigint, 1, '\x00' from generate_series(0, 11999) i
            """, """
            insert into hostatlas.metric_sets
            select gen_random_uuid(), gen_random_uuid(), 1, 1, '\x00', i from generate_series(0, 2499) i
            """);
        var kept = new RollupProgress(long.MaxValue, long.MaxValue, 1_500 * HourWindow.HourMs, 2_900 * HourWindow.HourMs);
        await _store.Rollups.DeleteBeforeAsync(kept, CancellationToken.None);
        Assert.Equal(201L, await AskAsync("select count(*) from hostatlas.metric_minutes"));
        Assert.Equal(400L, await AskAsync("select count(*) from hostatlas.metric_hours"));
        // 1,500 hours are 62 days and a half; lists are kept for a day more.
        Assert.Equal(61, await AskAsync("select min(used_day) from hostatlas.metric_sets"));
    }

    private async Task<IReadOnlyList<ItemFate>> WriteAsync(params long[] times)
    {
        var key = Interlocked.Increment(ref _keys);
        var batch = Batches.Of(key, key, Batches.Names("cpu"), [1], times);
        return await _store.Store.WriteAsync(
            [Batches.Item(_server, batch, ActorRefs.Nobody, ActorRefs.Nobody, _time.GetUtcNow())], maybeKept: false);
    }

    private async Task<List<long>> ReadAsync(long from, long to)
    {
        await using var scope = await _store.Source.OpenAsync(_server.Team, CancellationToken.None);
        var times = new List<long>();
        await scope.VisitRowsAsync(_server.Server, from, to, (at, _, _) => times.Add(at), CancellationToken.None);
        return times;
    }

    private static async Task<T?> TriedAsync<T>(Func<Task<T>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (Exception fault) when (fault is StoreUnavailableException
            || fault is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected })
        {
            return default;
        }
    }

    private async Task<IReadOnlyList<int>> DaysAsync()
    {
        await using var connection = await _store.Database.Of(PostgresRole.Retention).OpenConnectionAsync();
        return await new MetricDays(_store.Database).ListAsync(connection, CancellationToken.None);
    }

    private async Task<object?> CountAsync(int day) =>
        await AskAsync($"select count(*) from hostatlas.metric_rows_{DateTimeOffset.UnixEpoch.AddDays(day):yyyyMMdd}");

    private async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_store.Test.SuperuserConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
