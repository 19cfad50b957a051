using CsCheck;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

public sealed class CpuUsageTests
{
    private static readonly Gen<CpuTimes> Times = Gen.ULong[0, 1_000_000].Array[8]
        .Select(c => new CpuTimes(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]));

    [Fact]
    public void Any_two_readings_give_shares_between_0_and_100_that_add_up_or_nothing() =>
        Gen.Select(Times, Times).Sample((before, after) =>
        {
            if (CpuUsage.Between(before, after) is not { } usage) return;
            Assert.All(
                new[] { usage.UsedPercent, usage.UserPercent, usage.SystemPercent, usage.IoWaitPercent, usage.StealPercent },
                share => Assert.InRange(share, 0, 100.0000001));
            Assert.Equal(usage.UsedPercent, usage.UserPercent + usage.SystemPercent + usage.StealPercent, precision: 9);
        });

    [Fact]
    public void Work_that_went_back_gives_nothing() =>
        Assert.Null(CpuUsage.Between(new CpuTimes(10, 0, 0, 100, 0, 0, 0, 0), new CpuTimes(9, 0, 5, 200, 0, 0, 0, 0)));

    [Fact]
    public void Waiting_that_went_back_a_little_counts_as_none()
    {
        var usage = CpuUsage.Between(new CpuTimes(10, 0, 0, 100, 50, 0, 0, 0), new CpuTimes(20, 0, 0, 190, 49, 0, 0, 0));
        Assert.Equal(new CpuUsage(10, 10, 0, 0, 0), usage);
    }

    [Fact]
    public void Two_readings_within_one_tick_of_the_kernel_give_nothing() =>
        Assert.Null(CpuUsage.Between(new CpuTimes(1, 2, 3, 4, 5, 6, 7, 8), new CpuTimes(1, 2, 3, 4, 5, 6, 7, 8)));
}
