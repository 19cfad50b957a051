using CsCheck;
using HostAtlas.Agent.Backup.Repack;

namespace HostAtlas.Agent.Tests.Backup.Repack;

public sealed class RepackPlanTests
{
    private const long Step = 256 << 10;

    private static readonly RepackRules Now = new() { MostBytes = long.MaxValue, WasteShare = 0 };

    [Theory]
    // Ten packs, of which so many are a tenth alive: nothing happens below a fifth of waste, and at most a third is freed in one run.
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 3)]
    [InlineData(9, 3)]
    public void Packs_are_moved_once_a_fifth_of_all_is_dead_and_not_too_many_at_once(int mostlyDead, int victims)
    {
        var packs = Enumerable.Range(0, 10).Select(i => Pack(i, 64, i < mostlyDead ? 0.1 : 1)).ToList();
        Assert.Equal(victims, RepackPlan.Of(packs, 0, new RepackRules { MostBytes = long.MaxValue }).Victims.Count);
    }

    [Fact]
    public void A_run_that_brings_much_moves_little()
    {
        var packs = Enumerable.Range(0, 10).Select(i => Pack(i, 64, i < 3 ? 0.1 : 1)).ToList();
        Assert.Empty(RepackPlan.Of(packs, 2 * 64 * Step, Now).Victims);
        Assert.Single(RepackPlan.Of(packs, 0, Now with { MostBytes = 7 * Step }).Victims);
        Assert.Empty(RepackPlan.Of(packs, 0, Now with { MostBytes = 0 }).Victims);
    }

    [Fact]
    public void What_moves_frees_at_least_as_much_and_stays_within_every_bound() =>
        Gen.Select(Gen.Select(Gen.Int[1, 64], Gen.Double[0, 1], Gen.Bool).Array[0, 40], Gen.Long[0, 100 * Step], Gen.Long[0, 100 * Step])
            .Sample((drawn, budget, newBytes) =>
            {
                var packs = drawn.Select((one, i) => Pack(i, one.Item1, one.Item2) with { HoldsTrees = one.Item3 }).ToList();
                var plan = RepackPlan.Of(packs, newBytes, Now with { MostBytes = budget });
                Assert.Equal(plan.Victims.Count, plan.Victims.Distinct().Count());
                Assert.Subset(packs.ToHashSet(), plan.Victims.ToHashSet());
                Assert.All(plan.Victims, pack => Assert.True(pack.LiveShare < 0.5));
                Assert.True(plan.MovedBytes >= plan.Victims.Sum(pack => pack.LiveBytes), "All that is needed of them has room.");
                Assert.Equal(plan.Victims.Sum(pack => pack.SizeBytes) - plan.MovedBytes, plan.FreedBytes);
                if (plan.Victims.Count == 0) return;
                Assert.True(plan.FreedBytes >= plan.MovedBytes && plan.MovedBytes <= budget);
                // Neither a jump nor a chain that halved, as the platform has it.
                Assert.True(plan.MovedBytes + newBytes <= plan.NeededBytes / 5 && plan.FreedBytes <= plan.NeededBytes / 3);
            }, iter: 2_000);

    [Fact]
    public void Repacking_comes_to_an_end()
    {
        // What is left is small and needs a pack of its own: moving it again and again would gain nothing.
        Assert.Empty(RepackPlan.Of([Pack(0, 1, 0.01)], 0, Now).Victims);
        Assert.Empty(RepackPlan.Of([Pack(0, 1, 0.01), Pack(1, 1, 0.02) with { HoldsTrees = true }], 0, Now).Victims);
    }

    private static PackFigures Pack(int number, int steps, double live) => new(number, steps * Step, (long)(live * steps * Step), false);
}
