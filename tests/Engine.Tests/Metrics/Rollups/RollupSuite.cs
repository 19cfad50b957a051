using Akka.Actor;
using CsCheck;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Metrics.Rollups;

/// <summary>Roll-ups, late reports, retention and what queries see of it, over whichever store: one suite, run against each.</summary>
public abstract class RollupSuite : IDisposable
{
    private const long Start = 1_700_006_400_000, Minute = HourWindow.MinuteMs, Hour = HourWindow.HourMs;
    private static readonly NameSet Cpu = Batches.Names("cpu");

    private readonly ManualTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(Start));
    private readonly StoreUnderTest _store;
    private long _keys;

    protected RollupSuite() => _store = Make(_time);

    /// <summary>Makes the store that this suite is run against, which tells the present hour by the given clock.</summary>
    protected abstract StoreUnderTest Make(TimeProvider time);

    public void Dispose()
    {
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_hour_is_closed_two_minutes_after_its_end_and_not_before()
    {
        var server = NewServer();
        await ReportAsync(server, Start, 1);
        await PassAsync(Start + Hour + (2 * Minute) - 1);
        Assert.Equal(Start, (await _store.Rollups.ProgressAsync(CancellationToken.None)).ClosedThroughMs);
        Assert.Equal(1, await PassAsync(Start + Hour + (2 * Minute)));
        Assert.Equal(Start + Hour, (await _store.Rollups.ProgressAsync(CancellationToken.None)).ClosedThroughMs);
        Assert.Equal(0, await PassAsync(Start + Hour + (3 * Minute)));
    }

    [Fact]
    public async Task Reports_on_time_mark_nothing_and_late_ones_their_hour_until_it_is_rolled_up_again()
    {
        var server = NewServer();
        await ReportAsync(server, Start + 10_000, 1);
        Assert.Empty(await MarkedAsync(server));
        await PassAsync(Start + (3 * Hour));
        Assert.Empty(await MarkedAsync(server));

        await ReportAsync(server, Start + 20_000, 5);
        await ReportAsync(server, Start + 30_000, 3);
        Assert.Equal([Start], await MarkedAsync(server));
        // Not rolled up yet and seen all the same.
        var expected = new MetricPoint(Start, 1, 5, 3, 3);
        Assert.Equal(expected, Assert.Single(await PointsAsync(server, 3_600)));
        Assert.Equal(1, await PassAsync(Start + (3 * Hour)));
        Assert.Empty(await MarkedAsync(server));
        Assert.Equal(expected, Assert.Single(await PointsAsync(server, 3_600)));
    }

    [Fact]
    public async Task What_has_expired_in_one_form_is_answered_by_the_next_without_a_seam()
    {
        var server = NewServer();
        for (var at = Start; at < Start + (4 * Hour); at += 10 * Minute)
        {
            await ReportAsync(server, at, at - Start);
            await ReportAsync(server, at + 10_000, at - Start + 1);
        }
        await PassAsync(Start + (5 * Hour));
        var (raw, minutes, hours) = (await PointsAsync(server, 10), await PointsAsync(server, 60), await PointsAsync(server, 3_600));
        Assert.Equal((48, 24, 4), (raw.Count, minutes.Count, hours.Count));

        // Reports of the first hour have gone, and with them nothing of what minutes and hours say.
        AssertDeleted(12, await RetainAsync(Start + (5 * Hour), rawHours: 3));
        Assert.Equal(minutes, await PointsAsync(server, 60));
        Assert.Equal(hours, await PointsAsync(server, 3_600));
        Assert.Equal([.. minutes.Where(point => point.AtMs < Start + Hour), .. raw.Where(point => point.AtMs >= Start + Hour)],
            await PointsAsync(server, 10));

        // Days later nothing but the points of the hours is left, then nothing.
        await PassAsync(Start + (72 * Hour));
        await RetainAsync(Start + (72 * Hour), rawHours: 1, minuteDays: 1);
        Assert.Equal(hours.Select(point => point.Mean), (await PointsAsync(server, 60)).Select(point => point.Mean));
        Assert.Equal(hours, await PointsAsync(server, 3_600));
        await RetainAsync(Start + (72 * Hour), rawHours: 1, minuteDays: 1, hourDays: 1);
        Assert.Empty(await PointsAsync(server, 3_600));
    }

    [Fact]
    public async Task Reports_are_not_given_up_before_they_are_rolled_up()
    {
        var server = NewServer();
        await ReportAsync(server, Start, 1);
        // The job has never run: however old, the report stays.
        AssertDeleted(0, await RetainAsync(Start + (100 * Hour), rawHours: 1));
        await PassAsync(Start + (2 * Hour));
        AssertDeleted(0, await RetainAsync(Start + (2 * Hour) + Minute, rawHours: 1));
        await ReportAsync(server, Start + Minute, 2);
        AssertDeleted(0, await RetainAsync(Start + (100 * Hour), rawHours: 1));
        await PassAsync(Start + (2 * Hour) + Minute);
        AssertDeleted(2, await RetainAsync(Start + (100 * Hour), rawHours: 1));
        Assert.Equal([1.0, 2.0], (await PointsAsync(server, 60)).Select(point => point.Last));
    }

    [Fact]
    public async Task A_report_that_comes_while_its_hour_is_rolled_up_is_not_lost()
    {
        var server = NewServer();
        await ReportAsync(server, Start, 1);
        Task Late() => ReportAsync(server, Start + Minute, 9);
        await PassAsync(Start + (2 * Hour), new Interrupted(_store.Source, Late));
        // The mark that the roll-up was made under is gone: it was thrown away, and the new mark stands.
        Assert.Equal([Start], await MarkedAsync(server));
        Assert.Equal(new MetricPoint(Start, 1, 9, 5, 9), Assert.Single(await PointsAsync(server, 3_600)));
        await PassAsync(Start + (2 * Hour));
        Assert.Empty(await MarkedAsync(server));
        Assert.Equal(new MetricPoint(Start, 1, 9, 5, 9), Assert.Single(await PointsAsync(server, 3_600)));
    }

    [Fact]
    public async Task Two_passes_at_once_do_no_harm()
    {
        var servers = Enumerable.Range(0, 40).Select(_ => NewServer()).ToArray();
        foreach (var server in servers) await ReportAsync(server, Start, 1);
        await PassAsync(Start + (2 * Hour));
        foreach (var server in servers) await ReportAsync(server, Start + Minute, 3);
        await Task.WhenAll(PassAsync(Start + (3 * Hour)), PassAsync(Start + (3 * Hour)), PassAsync(Start + (3 * Hour)));
        foreach (var server in servers)
        {
            Assert.Empty(await MarkedAsync(server));
            Assert.Equal(new MetricPoint(Start, 1, 3, 2, 3), Assert.Single(await PointsAsync(server, 3_600)));
        }
    }

    [Fact]
    public async Task A_report_for_an_hour_whose_reports_were_given_up_does_not_spoil_its_roll_up()
    {
        var server = NewServer();
        await ReportAsync(server, Start, 1);
        await PassAsync(Start + (4 * Hour));
        AssertDeleted(1, await RetainAsync(Start + (4 * Hour), rawHours: 1));
        await ReportAsync(server, Start + Minute, 9);
        await PassAsync(Start + (4 * Hour));
        Assert.Empty(await MarkedAsync(server));
        Assert.Equal(new MetricPoint(Start, 1, 1, 1, 1), Assert.Single(await PointsAsync(server, 3_600)));
        // An hour in which there was nothing takes what comes late.
        var other = NewServer();
        await ReportAsync(other, Start + Minute, 9);
        await PassAsync(Start + (4 * Hour));
        Assert.Equal(new MetricPoint(Start, 9, 9, 9, 9), Assert.Single(await PointsAsync(other, 3_600)));
    }

    [Fact]
    public async Task Names_that_differ_within_an_hour_are_all_in_its_roll_up()
    {
        var server = NewServer();
        await ReportAsync(server, Start, Batches.Names("cpu", "mem"), 1, 2);
        await ReportAsync(server, Start + Minute, Batches.Names("disk", "cpu"), 3, 4);
        await PassAsync(Start + (2 * Hour));
        var answer = await AnswerAsync(server, null, 3_600);
        Assert.Equal(["cpu", "disk", "mem"], answer.Series.Select(series => series.Name));
        Assert.Equal([(1.0, 4.0), (3.0, 3.0), (2.0, 2.0)], answer.Series.Select(series => (series.Points[0].Min, series.Points[0].Max)));
    }

    [Fact]
    public async Task A_counter_is_read_as_its_rate_over_reports_and_roll_ups_alike()
    {
        var server = NewServer();
        // Twenty a second for three hours, with a restart at the half of the second one.
        for (var at = Start; at < Start + (3 * Hour); at += 10_000)
            await ReportAsync(server, at, (at - (at >= Start + (90 * Minute) ? Start + (90 * Minute) : Start)) / 50.0);
        await PassAsync(Start + (2 * Hour) + (30 * Minute));
        // The first report has no rate; by roll-ups, the first minute has none, and the first hour that of its later minutes. The restart
        // swallowed the ten seconds before it.
        foreach (var (step, count) in new[] { (10, 1_079), (60, 179), (600, 18), (3_600, 3) })
        {
            var points = await PointsAsync(server, step, asRates: true);
            Assert.Equal(count, points.Count);
            Assert.All(points, point => Assert.InRange(point.Mean, 20 * (1 - (10.5 / step)), 20.0001));
            Assert.InRange(points.Count(point => point.Mean < 19.9999), 1, 1);
        }
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_with_passes_in_between_the_answers_are_those_of_all_reports()
    {
        var reports = Report.Within(Start, Start + (6 * Hour), 40, Gen.Int[0, 10_000].Select(n => n / 100.0));
        // After how many reports a pass runs, and at which time.
        var passes = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 8]).Array[0, 4];
        var cases = from all in reports from order in Gen.Shuffle(all) from runs in passes select (all, order, runs);
        cases.Sample(test =>
        {
            var server = NewServer();
            for (var i = 0; i <= test.order.Length; i++)
            {
                foreach (var (_, hour) in test.runs.Where(run => run.Item1 == i)) PassAsync(Start + (hour * Hour)).GetAwaiter().GetResult();
                if (i == test.order.Length) continue;
                var report = test.order[i];
                ReportAsync(server, report.AtMs, report.Set, report.Values).GetAwaiter().GetResult();
            }
            foreach (var step in new[] { 10, 60, 3_600, 5_400, 86_400 })
            {
                var fold = new StepFold(QueryOf(server, null, step, asRates: false));
                foreach (var report in test.all)
                {
                    if (!fold.Knows(report.Set.Id)) fold.AddSet(report.Set.Id, report.Names);
                    fold.AddRow(report.AtMs, report.Set.Id, report.Packed);
                }
                var (expected, answer) = (fold.Answer(), AnswerAsync(server, null, step).GetAwaiter().GetResult());
                Assert.Equal(expected.Series.SelectMany(Flat), answer.Series.SelectMany(Flat));
            }
        }, iter: 15, threads: 1);

        static IEnumerable<(string, long, double, double, double, double)> Flat(MetricSeries series) =>
            series.Points.Select(point => (series.Name, point.AtMs, point.Min, point.Max, Math.Round(point.Mean, 9), point.Last));
    }

    private static ServerKey NewServer() => new(EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());

    private Task ReportAsync(ServerKey server, long atMs, double value) => ReportAsync(server, atMs, Cpu, value);

    private Task ReportAsync(ServerKey server, long atMs, NameSet set, params double[] values)
    {
        var key = Interlocked.Increment(ref _keys);
        var batch = Batches.Of(key, key, set, values, atMs);
        return _store.Store.WriteAsync(
            [Batches.Item(server, batch, ActorRefs.Nobody, ActorRefs.Nobody, _time.GetUtcNow())], maybeKept: false);
    }

    private Task<int> PassAsync(long nowMs, IMetricsSource? source = null)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(nowMs);
        lock (_time)
        {
            if (now > _time.GetUtcNow()) _time.Advance(now - _time.GetUtcNow());
        }
        // Rolls up from the first hour on: what is older than the retention is not waited for.
        var options = Options with { RawRetention = TimeSpan.FromMilliseconds(nowMs - Start) };
        var pass = new RollupPass(_store.Rollups, source ?? _store.Source, _store.Seals, options, NullLogger<RollupPass>.Instance);
        return pass.RunAsync(now, CancellationToken.None);
    }

    private Task<int> RetainAsync(long nowMs, int rawHours, int minuteDays = 90, int hourDays = 730) => new RetentionService(
        _store.Store, _store.Rollups, _store.Lines,
        Options with
        {
            RawRetention = TimeSpan.FromHours(rawHours),
            MinuteRetention = TimeSpan.FromDays(minuteDays),
            HourRetention = TimeSpan.FromDays(hourDays),
        },
        _time, NullLogger<RetentionService>.Instance).RunAsync(DateTimeOffset.FromUnixTimeMilliseconds(nowMs), CancellationToken.None);

    // What is deleted by whole days goes later; what queries plan by is the same.
    private void AssertDeleted(int expected, int deleted) => Assert.Equal(_store.DeletesWholeDays ? 0 : expected, deleted);

    private static EngineOptions Options => new() { DataDirectory = "/nowhere", RootKey = new byte[32] };

    private async Task<IReadOnlyList<long>> MarkedAsync(ServerKey server)
    {
        await using var scope = await _store.Source.OpenAsync(server.Team, CancellationToken.None);
        return await scope.MarkedHoursAsync(server.Server, Start, Start + (200 * Hour), CancellationToken.None);
    }

    private async Task<IReadOnlyList<MetricPoint>> PointsAsync(ServerKey server, int step, bool asRates = false) =>
        [.. (await AnswerAsync(server, ["cpu"], step, asRates)).Series.SelectMany(series => series.Points)];

    private Task<MetricsAnswer> AnswerAsync(ServerKey server, string[]? names, int step, bool asRates = false) =>
        _store.Reader.QueryAsync(QueryOf(server, names, step, asRates), CancellationToken.None);

    private static MetricsQuery QueryOf(ServerKey server, string[]? names, int step, bool asRates) =>
        new(server.Team, server.Server, names, Start, Start + (100 * Hour), step, asRates);

    // A source in whose reading somebody else writes: after the reports were read and before the roll-up is put in place.
    private sealed class Interrupted(IMetricsSource inner, Func<Task> write) : IMetricsSource
    {
        public async Task<IMetricsScope> OpenAsync(TeamId team, CancellationToken cancellation)
        {
            var scope = await inner.OpenAsync(team, cancellation);
            // The view is fixed by its first read.
            await scope.ProgressAsync(cancellation);
            await write();
            return scope;
        }
    }
}
