using CsCheck;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Tests.Metrics.Rollups;

/// <summary>One answer, whichever forms it was read from.</summary>
public sealed class FormsAgreeTests
{
    private const long Start = 1_700_006_400_000, Hours = 4;
    private const long End = Start + (Hours * HourWindow.HourMs);

    private static readonly Gen<MetricsQuery> Query =
        from ends in Gen.OneOf(
            Gen.Long[Start, End], Gen.Long[0, Hours * 60].Select(minute => Start + (minute * HourWindow.MinuteMs))).Array[2]
        from step in Any.Of(10, 60, 120, 300, 1_800, 3_600, 5_400, 7_200, 86_400)
        from names in Any.Of(null, new[] { "a", "c" })
        select new MetricsQuery(default, default, names, ends.Min(), ends.Max() + 1, step);

    private static readonly Gen<long[]> Marked = Gen.Long[0, Hours - 1].Select(hour => Start + (hour * HourWindow.HourMs)).Array[0, 2];

    [Fact]
    public void A_plan_over_roll_ups_gives_what_reports_alone_give()
    {
        var reports = Report.Within(Start, End, 120, Gen.OneOf(Gen.Double[-1e6, 1e6], Gen.Int[0, 10_000].Select(n => n / 100.0)));
        Gen.Select(reports, Query, Marked).Sample((all, query, marked) =>
        {
            var planned = Answer(all, query, QueryPlan.Of(query, Closed, marked));
            AssertSame(Answer(all, query, [new PlanSegment(MetricForm.Raw, query.FromMs, query.ToMs)]), planned);
        }, iter: 500);
    }

    [Fact]
    public void Counters_that_never_restart_have_the_same_mean_rate_whichever_form_serves_a_step()
    {
        var growth = Gen.Int[0, 100_000].Array[(int)(Hours * 360)];
        Gen.Select(growth, Query, Marked).Sample((grown, query, marked) =>
        {
            var total = 0L;
            // A report each ten seconds, each at its own moment of them.
            var all = grown.Select((one, i) => new Report(Start + (i * 10_000L) + (one % 7_000), ["a"], [total += one])).ToArray();
            var fromMs = Math.Max(query.FromMs, Start + HourWindow.HourMs);
            var rates = query with { AsRates = true, Names = ["a"], FromMs = fromMs, ToMs = Math.Max(query.ToMs, fromMs + 1) };
            var raw = Answer(all, rates, [new PlanSegment(MetricForm.Raw, Start, rates.ToMs)]);
            var planned = Answer(all, rates, QueryPlan.Of(rates, Closed, marked));
            var (expected, points) = (raw.Series.SelectMany(one => one.Points), planned.Series.SelectMany(one => one.Points));
            Assert.Equal(expected.Select(point => point.AtMs), points.Select(point => point.AtMs));
            foreach (var (one, other) in expected.Zip(points))
            {
                Assert.Equal(one.Mean, other.Mean, Math.Abs(one.Mean) * 1e-9);
                // Longer intervals: what they hide lies between.
                Assert.True(other.Min >= one.Min - 1e-6 && other.Max <= one.Max + 1e-6);
            }
        }, iter: 100);
    }

    [Fact]
    public void A_counter_that_restarts_and_passes_its_old_peak_within_the_hour_loses_nothing_while_minutes_are_kept()
    {
        // 1,000 at the end of the first hour; 1,500 half an hour later, a restart to 400, and 2,400 at the end: 500 + 400 + 2,000 grew.
        const long At = Start + HourWindow.HourMs;
        Report[] all =
        [
            new(At - 60_000, ["a"], [1_000]), new(At + 1_740_000, ["a"], [1_500]),
            new(At + 1_800_000, ["a"], [400]), new(At + 3_540_000, ["a"], [2_400]),
        ];
        var query = new MetricsQuery(default, default, null, At, At + HourWindow.HourMs, 3_600, AsRates: true);

        // 500 in 1,800 s, 400 in 60 s, 2,000 in 1,740 s, 2,900 in all 3,600 s.
        var kept = Answer(all, query, QueryPlan.Of(query, Closed, [])).Series.Single().Points.Single();
        Assert.Equal(500 / 1_800.0, kept.Min, 1e-9);
        Assert.Equal(400 / 60.0, kept.Max, 1e-9);
        Assert.Equal(2_900 / 3_600.0, kept.Mean, 1e-9);
        Assert.Equal(2_000 / 1_740.0, kept.Last, 1e-9);

        // An hour alone shows min 400, max and last 2,400: from zero to 2,400 is the least that fits, in one interval.
        var expired = Answer(all, query, QueryPlan.Of(query, Closed with { RawFromMs = End, MinutesFromMs = End }, []));
        var hour = expired.Series.Single().Points.Single();
        Assert.All([hour.Min, hour.Max, hour.Mean, hour.Last], rate => Assert.Equal(2_400 / 3_600.0, rate, 1e-9));
    }

    private static RollupProgress Closed => new(End, 0, 0, 0);

    private static MetricsAnswer Answer(Report[] reports, MetricsQuery query, IEnumerable<PlanSegment> plan)
    {
        var fold = new StepFold(query);
        foreach (var segment in plan)
        {
            if (segment.Form == MetricForm.Raw)
            {
                foreach (var report in reports.Where(report => report.AtMs >= segment.FromMs && report.AtMs < segment.ToMs))
                {
                    AddSet(fold, report.Set);
                    fold.AddRow(report.AtMs, report.Set.Id, report.Packed);
                }
                continue;
            }
            foreach (var hour in reports.GroupBy(report => HourWindow.HourOf(report.AtMs)))
            {
                var window = new HourWindow(hour.Key);
                foreach (var report in hour)
                {
                    if (!window.Knows(report.Set.Id)) window.AddSet(report.Set.Id, report.Set);
                    window.AddRow(report.AtMs, report.Set.Id, report.Packed);
                }
                var rollup = window.Finish()!;
                AddSet(fold, rollup.Names);
                fold.AddBlock(hour.Key, rollup.Names.Id, segment.Form == MetricForm.Hours ? rollup.Hour : rollup.Minutes,
                    segment.FromMs, segment.ToMs);
            }
        }
        return fold.Answer();
    }

    private static void AddSet(StepFold fold, NameSet set)
    {
        if (!fold.Knows(set.Id)) fold.AddSet(set.Id, NameSet.Split(set.NamesUtf8));
    }

    private static void AssertSame(MetricsAnswer expected, MetricsAnswer answer)
    {
        Assert.Equal(expected.Series.Select(series => series.Name), answer.Series.Select(series => series.Name));
        foreach (var (one, other) in expected.Series.Zip(answer.Series))
        {
            Assert.Equal(one.Points.Select(Exact), other.Points.Select(Exact));
            foreach (var (point, same) in one.Points.Zip(other.Points)) Assert.Equal(point.Mean, same.Mean, 1e-6);
        }
    }

    private static (long, double, double, double) Exact(MetricPoint point) => (point.AtMs, point.Min, point.Max, point.Last);
}
