using CsCheck;
using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Tests.Metrics.Rollups;

public sealed class QueryPlanTests
{
    private const long Minute = HourWindow.MinuteMs, Hour = HourWindow.HourMs;
    private const long Day0 = 1_700_006_400_000; // a midnight
    private static readonly RollupProgress AllKept = new(Day0 + (24 * Hour), 0, 0, 0);

    private sealed record Case(long From, long To, int Step, bool AsRates, RollupProgress Progress, long[] Marked);

    private static readonly Gen<Case> Cases =
        from hours in Gen.Int[0, 40].Array[4]
        from marked in Gen.Int[-2, 42].Select(hour => hour * Hour).Array[0, 6]
        from ends in Gen.OneOf(Gen.Long[-3 * Hour, 45 * Hour], Gen.Long[-3, 45].Select(hour => hour * Hour),
            Gen.Long[-180, 2_700].Select(minute => minute * Minute)).Array[2]
        from step in Gen.OneOf(Any.Of(1, 10, 60, 90, 300, 1_800, 3_600, 5_400, 8_640, 86_400), Gen.Int[1, 100_000])
        from asRates in Gen.Bool
        let closed = hours.Max()
        select new Case(ends.Min(), ends.Max() + 1, step, asRates,
            new RollupProgress(closed * Hour, hours[0] * Hour, hours[1] * Hour, hours[2] * Hour), marked);

    [Fact]
    public void Every_instant_of_the_range_is_in_exactly_one_segment() => Cases.Sample(test =>
    {
        var at = test.From;
        foreach (var segment in Plan(test))
        {
            Assert.Equal(at, segment.FromMs);
            Assert.True(segment.ToMs > segment.FromMs);
            at = segment.ToMs;
        }
        Assert.Equal(test.To, at);
    }, iter: 5_000);

    [Fact]
    public void Each_minute_is_served_by_the_coarsest_form_that_fits_and_is_left() => Cases.Sample(test =>
    {
        var plan = Plan(test);
        for (var minute = HourWindow.Floor(test.From, Minute); minute < test.To; minute += Minute)
        {
            var (from, to) = (Math.Max(minute, test.From), Math.Min(minute + Minute, test.To));
            var segment = Assert.Single(plan, segment => segment.FromMs <= from && segment.ToMs > from);
            Assert.True(segment.ToMs >= to, "No minute is torn.");
            Assert.Equal(Expected(test, minute, to - from == Minute), segment.Form);
        }
    }, iter: 1_000);

    [Theory]
    [InlineData(10, MetricForm.Raw)]
    [InlineData(90, MetricForm.Raw)]
    [InlineData(60, MetricForm.Minutes)]
    [InlineData(1_800, MetricForm.Minutes)]
    [InlineData(3_600, MetricForm.Hours)]
    [InlineData(86_400, MetricForm.Hours)]
    public void A_whole_day_is_served_by_what_its_step_allows(int step, MetricForm form) =>
        Assert.Equal([new PlanSegment(form, Day0, Day0 + (24 * Hour))], QueryPlan.Of(Day0, Day0 + (24 * Hour), step, false, AllKept, []));

    [Fact]
    public void Edges_that_cut_an_hour_or_a_minute_are_served_by_the_finer_form() => Assert.Equal(
        [
            new PlanSegment(MetricForm.Raw, Day0 + (90 * Minute) + 500, Day0 + (91 * Minute)),
            new PlanSegment(MetricForm.Minutes, Day0 + (91 * Minute), Day0 + (2 * Hour)),
            new PlanSegment(MetricForm.Hours, Day0 + (2 * Hour), Day0 + (5 * Hour)),
            new PlanSegment(MetricForm.Minutes, Day0 + (5 * Hour), Day0 + (5 * Hour) + (7 * Minute)),
        ],
        QueryPlan.Of(Day0 + (90 * Minute) + 500, Day0 + (5 * Hour) + (7 * Minute), 3_600, false, AllKept, []));

    [Fact]
    public void Marked_hours_and_those_not_closed_are_read_from_reports() => Assert.Equal(
        [
            new PlanSegment(MetricForm.Hours, Day0, Day0 + (3 * Hour)),
            new PlanSegment(MetricForm.Raw, Day0 + (3 * Hour), Day0 + (4 * Hour)),
            new PlanSegment(MetricForm.Hours, Day0 + (4 * Hour), Day0 + (24 * Hour)),
            new PlanSegment(MetricForm.Raw, Day0 + (24 * Hour), Day0 + (25 * Hour)),
        ],
        QueryPlan.Of(Day0, Day0 + (25 * Hour), 3_600, false, AllKept, [Day0 + (3 * Hour)]));

    [Fact]
    public void A_range_of_all_time_is_planned_at_once()
    {
        var progress = new RollupProgress(Day0, Day0 - Hour, Day0 - Hour, Day0 - (17_520 * Hour));
        var plan = QueryPlan.Of(0, 253_402_300_799_999, int.MaxValue, false, progress, []);
        Assert.Equal([MetricForm.Hours, MetricForm.Raw], plan.Select(segment => segment.Form));
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(86_400)]
    public void Rates_are_served_by_hours_only_where_minutes_have_expired(int step)
    {
        // Reports from 20:00 on, minutes from 10:00 on, hours of everything.
        var progress = new RollupProgress(Day0 + (24 * Hour), Day0 + (20 * Hour), Day0 + (10 * Hour), 0);
        Assert.Equal(
            [
                new PlanSegment(MetricForm.Hours, Day0, Day0 + (10 * Hour)),
                new PlanSegment(MetricForm.Minutes, Day0 + (10 * Hour), Day0 + (24 * Hour)),
            ],
            QueryPlan.Of(Day0, Day0 + (24 * Hour), step, true, progress, []));
    }

    [Fact]
    public void Rates_in_steps_of_no_whole_minutes_read_reports_only_of_the_hours_that_a_step_cuts()
    {
        // Steps of a day and a second have one edge in this day; all hours but the one it lies in are within a step.
        const int Step = 86_401;
        var plan = QueryPlan.Of(Day0, Day0 + (24 * Hour), Step, true, AllKept, []);
        var cut = HourWindow.HourOf(HourWindow.Floor(Day0 + (24 * Hour) - 1, Step * 1000L));
        Assert.Equal(
            [
                new PlanSegment(MetricForm.Minutes, Day0, cut),
                new PlanSegment(MetricForm.Raw, cut, cut + Hour),
                new PlanSegment(MetricForm.Minutes, cut + Hour, Day0 + (24 * Hour)),
            ],
            plan);
    }

    private static IReadOnlyList<PlanSegment> Plan(Case test) =>
        QueryPlan.Of(test.From, test.To, test.Step, test.AsRates, test.Progress, test.Marked);

    // The rule told again minute by minute.
    private static MetricForm Expected(Case test, long minute, bool isWholeMinute)
    {
        var (hour, progress, stepMs) = (HourWindow.HourOf(minute), test.Progress, test.Step * 1000L);
        if (minute < Math.Min(Math.Min(progress.RawFromMs, progress.MinutesFromMs), progress.HoursFromMs)) return MetricForm.Hours;
        if (minute >= progress.ClosedThroughMs) return MetricForm.Raw;
        var (hasRaw, hasMinutes, hasHour) =
            (minute >= progress.RawFromMs, minute >= progress.MinutesFromMs, minute >= progress.HoursFromMs);
        if (hasRaw && test.Marked.Contains(hour)) return MetricForm.Raw;
        var isWholeHour = test.From <= hour && test.To >= hour + Hour;
        var isHourOfOneStep = isWholeHour && HourWindow.Floor(hour, stepMs) == HourWindow.Floor(hour + Hour - 1, stepMs);
        if (test.AsRates && isHourOfOneStep && hasMinutes) return MetricForm.Minutes;
        if (hasHour && isHourOfOneStep) return MetricForm.Hours;
        if (hasMinutes && stepMs % Minute == 0 && (isWholeMinute || !hasRaw)) return MetricForm.Minutes;
        return hasRaw ? MetricForm.Raw : hasMinutes ? MetricForm.Minutes : MetricForm.Hours;
    }
}
