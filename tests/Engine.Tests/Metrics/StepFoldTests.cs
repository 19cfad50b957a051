using CsCheck;
using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Metrics;

public sealed class StepFoldTests
{
    private static readonly string[] AllNames = ["a", "b", "c", "d"];

    private static readonly Gen<string[]> Names = Gen.Shuffle(AllNames, 1, AllNames.Length);

    private static readonly Gen<(long At, string[] Names, double[] Values)> Report =
        from at in Gen.Long[-5_000, 40_000]
        from names in Names
        from values in Gen.Double[-1e6, 1e6].Array[names.Length]
        select (at, names, values);

    [Fact]
    public void It_gives_what_a_plain_grouping_of_all_samples_gives()
    {
        var cases = from reports in Report.Array[0, 40]
                    from step in Gen.Int[1, 7]
                    from wanted in Gen.OneOf(Gen.Const((string[]?)null), Gen.Shuffle(AllNames, 0, 3).Select(names => (string[]?)names))
                    select (Reports: reports.OrderBy(report => report.At).ToArray(), step, wanted);
        cases.Sample(test =>
        {
            var (reports, step, wanted) = test;
            var fold = new StepFold(new MetricsQuery(default(TeamId), default(ServerId), wanted, 0, 0, step));
            var sets = reports.Select(report => string.Join('\n', report.Names)).Distinct().ToList();
            for (var i = 0; i < sets.Count; i++) fold.AddSet(i, sets[i].Split('\n'));
            foreach (var report in reports)
                fold.AddRow(report.At, sets.IndexOf(string.Join('\n', report.Names)), PackedValues.Pack(report.Values));

            var expected = reports
                .SelectMany(report => report.Names.Zip(report.Values, (name, value) => (name, report.At, value)))
                .Where(sample => wanted is null || wanted.Contains(sample.name))
                .GroupBy(sample => sample.name).OrderBy(series => series.Key, StringComparer.Ordinal)
                .Select(series => (series.Key, Points: series
                    .GroupBy(sample => (long)Math.Floor(sample.At / (step * 1000.0)) * step * 1000)
                    .Select(point => (At: point.Key, Values: point.Select(sample => sample.value).ToArray())).ToArray()))
                .ToArray();
            var answer = fold.Answer();
            Assert.Equal(step, answer.StepSeconds);
            Assert.Equal(expected.Select(series => series.Key), answer.Series.Select(series => series.Name));
            foreach (var (series, (_, points)) in answer.Series.Zip(expected))
            {
                Assert.Equal(points.Select(point => point.At), series.Points.Select(point => point.AtMs));
                foreach (var (point, (_, values)) in series.Points.Zip(points))
                {
                    Assert.Equal((values.Min(), values.Max(), values[^1]), (point.Min, point.Max, point.Last));
                    Assert.InRange(point.Mean, point.Min, point.Max);
                    Assert.Equal(values.Average(), point.Mean, 1e-6);
                }
            }
        }, iter: 300);
    }

    [Fact]
    public void A_mean_of_the_largest_numbers_stays_between_them()
    {
        var fold = new StepFold(new MetricsQuery(default, default, null, 0, 0, 10));
        fold.AddSet(1, ["big"]);
        fold.AddRow(0, 1, PackedValues.Pack([double.MaxValue]));
        fold.AddRow(1, 1, PackedValues.Pack([double.MaxValue]));
        Assert.Equal(double.MaxValue, Assert.Single(fold.Answer().Series).Points[0].Mean);
    }

    [Fact]
    public void A_row_that_is_shorter_than_its_list_is_an_error_and_not_a_zero()
    {
        var fold = new StepFold(new MetricsQuery(default, default, null, 0, 0, 10));
        fold.AddSet(1, ["a", "b"]);
        Assert.Throws<FormatException>(() => fold.AddRow(0, 1, PackedValues.Pack([1])));
    }
}
