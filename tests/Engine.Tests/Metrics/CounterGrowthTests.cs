using CsCheck;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Tests.Metrics;

public sealed class CounterGrowthTests
{
    // Steps of a counter: what it grows by, or a restart followed by what it grows by from zero.
    private static readonly Gen<(bool Restarts, int Growth)[]> Life =
        Gen.Select(Gen.Frequency((6, Gen.Const(false)), (1, Gen.Const(true))), Gen.Int[0, 1_000]).Array[1, 30];

    [Fact]
    public void Reports_give_all_growth_whatever_restarts_there_are() =>
        Gen.Select(Gen.Int[0, 5_000], Life).Sample((start, life) =>
        {
            var values = Values(start, life);
            var seen = values.Zip(values.Skip(1), CounterGrowth.Between).Sum();
            // A restart that is followed by more than there was before cannot be seen by anybody.
            Assert.True(seen <= life.Sum(one => one.Growth));
            if (Hidden(values, life) == 0) Assert.Equal(life.Sum(one => one.Growth), seen);
        }, iter: 2_000);

    [Fact]
    public void A_point_never_says_too_much_and_misses_at_most_its_greatest_value_for_each_restart() =>
        Gen.Select(Gen.Int[0, 5_000], Life).Sample((start, life) =>
        {
            var values = Values(start, life);
            var truth = values.Zip(values.Skip(1), CounterGrowth.Between).Sum();
            var falls = values.Zip(values.Skip(1), (before, now) => now < before).Count(fell => fell);
            var point = PointOf(values[1..]);
            var told = CounterGrowth.Over(values[0], point);
            Assert.InRange(told, 0, truth);
            Assert.True(truth - told <= falls * point.Max);
        }, iter: 5_000);

    [Fact]
    public void A_point_is_exact_without_a_restart_and_with_one_unless_the_old_peak_was_passed_again() =>
        Gen.Select(Gen.Int[0, 5_000], Life).Sample((start, life) =>
        {
            var values = Values(start, life);
            var falls = Enumerable.Range(1, values.Length - 1).Where(i => values[i] < values[i - 1]).ToArray();
            if (falls.Length > 1 || (falls.Length == 1 && falls[0] > 1 && values[falls[0] - 1] <= values[^1])) return;
            Assert.Equal(
                values.Zip(values.Skip(1), CounterGrowth.Between).Sum(), CounterGrowth.Over(values[0], PointOf(values[1..])), 1e-6);
        }, iter: 5_000);

    [Fact]
    public void Numbers_that_are_no_counters_give_finite_growth_that_is_not_negative() =>
        Gen.Select(Any.Finite, Any.Finite.Array[1, 5]).Sample((before, values) =>
        {
            Assert.InRange(CounterGrowth.Between(before, values[0]), 0, double.MaxValue);
            Assert.InRange(CounterGrowth.Over(before, PointOf(values)), 0, double.MaxValue);
        }, iter: 5_000);

    private static double[] Values(int start, (bool Restarts, int Growth)[] life)
    {
        var values = new double[life.Length + 1];
        values[0] = start;
        for (var i = 0; i < life.Length; i++) values[i + 1] = (life[i].Restarts ? 0 : values[i]) + life[i].Growth;
        return values;
    }

    private static int Hidden(double[] values, (bool Restarts, int Growth)[] life) =>
        Enumerable.Range(0, life.Length).Count(i => life[i].Restarts && values[i + 1] >= values[i] && values[i] > 0);

    private static RollupPoint PointOf(double[] values) => new(values.Min(), values.Max(), values[0], values[^1], values.Length);
}
