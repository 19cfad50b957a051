using CsCheck;
using HostAtlas.Agent.Restore.Drills;

namespace HostAtlas.Agent.Tests.Restore.Drills;

public sealed class DrillSampleTests
{
    [Fact]
    public void A_sample_stays_within_its_budget_and_takes_all_that_fits() =>
        Gen.Select(Gen.Long[0, 2_000].Array[0, 60], Gen.Long[1, 10_000], Gen.Int).Sample((sizes, budget, seed) =>
        {
            var sample = Sample(sizes, budget, seed);
            var costs = sample.Files.Select(file => Math.Min(file.Entry.Size, sample.PartBytes)).ToList();
            Assert.True(costs.Sum() <= budget || costs.Count == 1);
            Assert.Equal(costs.Count, sample.Files.Distinct().Count());
            Assert.DoesNotContain(sample.Files, file => file.Entry.Size == 0);
            if (sizes.Where(size => size > 0).Sum(size => Math.Min(size, sample.PartBytes)) <= budget)
                Assert.Equal(sizes.Count(size => size > 0), costs.Count);
        }, iter: 300);

    [Fact]
    public void Every_byte_has_about_the_same_chance()
    {
        // One file of 900 among nine of 100: a sample of one tenth is of the large file about every other time.
        var sizes = Enumerable.Repeat(100L, 9).Append(900).ToArray();
        var hits = Enumerable.Range(0, 2_000).Count(seed => Sample(sizes, 100, seed).Files.Any(file => file.Entry.Size == 900));
        Assert.InRange(hits, 800, 2_000);
        Assert.True(hits < 2_000, "The small ones have their turn.");
    }

    [Fact]
    public void A_tree_of_tiny_files_does_not_become_a_sample_of_millions() =>
        Assert.Equal(DrillSample.FilesMost, Sample([.. Enumerable.Repeat(1L, 30_000)], 1 << 20, 1).Files.Count());

    private static DrillSample Sample(long[] sizes, long budget, int seed)
    {
        var sample = new DrillSample(budget, new Random(seed).NextDouble);
        foreach (var size in sizes)
            sample.Offer(new SampledFile(ReadOnlyMemory<byte>.Empty, TestNode.File("f", "").Entry with { Size = size }));
        return sample;
    }
}
