using CsCheck;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Tests.Metrics.Rollups;

public sealed class HourWindowTests
{
    private const long Hour = 1_699_999_200_000;

    [Fact]
    public void It_gives_what_a_plain_grouping_of_all_samples_gives() =>
        Report.Within(Hour, Hour + HourWindow.HourMs, 80, Gen.Double[-1e6, 1e6]).Sample(reports =>
        {
            if (Roll(reports) is not { } rollup)
            {
                Assert.Empty(reports);
                return;
            }
            var names = NameSet.Split(rollup.Names.NamesUtf8);
            Assert.Equal(reports.SelectMany(report => report.Names).Distinct().Order(), names.Order());
            Assert.Equal(NameSet.IdOf(rollup.Names.NamesUtf8), rollup.Names.Id);
            Check(new ColumnBlock(rollup.Minutes), 60, HourWindow.MinuteMs, names, reports);
            Check(new ColumnBlock(rollup.Hour), 1, HourWindow.HourMs, names, reports);
        }, iter: 300);

    [Fact]
    public void Whatever_finite_values_come_no_point_is_infinite_or_not_a_number() =>
        Report.Within(Hour, Hour + HourWindow.HourMs, 30, Any.Finite).Sample(reports =>
        {
            if (Roll(reports) is not { } rollup) return;
            var block = new ColumnBlock(rollup.Hour);
            Span<RollupPoint> point = stackalloc RollupPoint[1];
            for (var name = 0; name < block.Names; name++)
            {
                block.Read(name, point);
                Assert.True(double.IsFinite(point[0].Mean));
                Assert.InRange(point[0].Mean, point[0].Min, point[0].Max);
            }
        }, iter: 500);

    [Fact]
    public void A_list_that_holds_all_names_of_the_hour_is_taken_and_no_new_one_made()
    {
        Report[] reports = [new(Hour, ["b"], [1]), new(Hour + 1, ["c", "a", "b"], [1, 2, 3]), new(Hour + 2, ["a"], [4])];
        Assert.Equal(Batches.Names("c", "a", "b").Id, Roll(reports)!.Names.Id);
        reports = [new(Hour, ["b"], [1]), new(Hour + 1, ["c", "a"], [1, 2])];
        Assert.Equal(Batches.Names("a", "b", "c").Id, Roll(reports)!.Names.Id);
    }

    [Fact]
    public void A_mean_of_decimals_is_free_of_binary_noise()
    {
        Report[] reports = [.. Enumerable.Range(0, 10).Select(i => new Report(Hour + (i * 1_000L), ["a"], [0.1]))];
        var block = new ColumnBlock(Roll(reports)!.Minutes);
        var points = new RollupPoint[60];
        block.Read(0, points);
        Assert.Equal(new RollupPoint(0.1, 0.1, 0.1, 0.1, 10), points[0]);
    }

    [Fact]
    public void A_report_of_another_hour_or_shorter_than_its_list_is_an_error()
    {
        var window = new HourWindow(Hour);
        window.AddSet(1, Batches.Names("a", "b"));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.AddRow(Hour + HourWindow.HourMs, 1, PackedValues.Pack([1, 2])));
        Assert.Throws<ArgumentOutOfRangeException>(() => window.AddRow(Hour - 1, 1, PackedValues.Pack([1, 2])));
        Assert.Throws<FormatException>(() => window.AddRow(Hour, 1, PackedValues.Pack([1])));
    }

    private static HourRollup? Roll(Report[] reports)
    {
        var window = new HourWindow(Hour);
        foreach (var report in reports)
        {
            var set = report.Set;
            if (!window.Knows(set.Id)) window.AddSet(set.Id, set);
            window.AddRow(report.AtMs, set.Id, report.Packed);
        }
        return window.Finish();
    }

    private static void Check(ColumnBlock block, int slots, long slotMs, string[] names, Report[] reports)
    {
        Assert.Equal((slots, names.Length), (block.Slots, block.Names));
        var times = new long[slots];
        block.ReadTimes(times);
        var points = new RollupPoint[slots];
        for (var name = 0; name < names.Length; name++)
        {
            Assert.True(block.Read(name, points));
            for (var slot = 0; slot < slots; slot++)
            {
                var inSlot = reports.Where(report => (report.AtMs - Hour) / slotMs == slot).ToArray();
                Assert.Equal(inSlot.Length == 0 ? -1 : (inSlot[^1].AtMs - Hour) % slotMs, times[slot]);
                var values = inSlot.Where(report => report.Names.Contains(names[name]))
                    .Select(report => report.Values[Array.IndexOf(report.Names, names[name])]).ToArray();
                Assert.Equal(values.Length, points[slot].Count);
                if (values.Length == 0) continue;
                Assert.Equal((values.Min(), values.Max(), values[^1]), (points[slot].Min, points[slot].Max, points[slot].Last));
                Assert.Equal(values.Average(), points[slot].Mean, 1e-6);
                Assert.InRange(points[slot].Mean, points[slot].Min, points[slot].Max);
            }
        }
    }
}
