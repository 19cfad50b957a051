using CsCheck;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

public sealed class CpuUsageTests
{
    private static readonly Gen<CpuTimes> Times = Gen.Select(Gen.ULong[0, 1_000_000].Array[8], Gen.Int[4, 8])
        .Select((c, told) => new CpuTimes(
            c[0], c[1], c[2], c[3], told > 4 ? c[4] : null, told > 5 ? c[5] : null, told > 6 ? c[6] : null, told > 7 ? c[7] : null));

    [Fact]
    public void Any_two_readings_give_shares_between_0_and_100_that_add_up_or_nothing() =>
        Gen.Select(Times, Times).Sample((before, after) =>
        {
            if (CpuUsage.Between(before, after) is not { } usage) return;
            double?[] modes =
            [
                usage.UserPercent, usage.NicePercent, usage.SystemPercent, usage.IdlePercent,
                usage.IoWaitPercent, usage.IrqPercent, usage.SoftIrqPercent, usage.StealPercent,
            ];
            Assert.All(modes.Append(usage.UsedPercent).OfType<double>(), share => Assert.InRange(share, 0, 100.0000001));
            Assert.Equal(100, modes.Sum() ?? 0, precision: 9);
            Assert.Equal(100 - usage.UsedPercent, usage.IdlePercent + (usage.IoWaitPercent ?? 0), precision: 9);
            Assert.Equal(before.Steal is null || after.Steal is null, usage.StealPercent is null);
        });

    [Fact]
    public void Each_mode_has_its_share()
    {
        // 1,000 ticks: 200 user, 50 nice, 100 system, 400 idle, 120 iowait, 10 irq, 40 softirq, 80 steal.
        var usage = CpuUsage.Between(
            new CpuTimes(1, 2, 3, 4, 5, 6, 7, 8), new CpuTimes(201, 52, 103, 404, 125, 16, 47, 88));
        Assert.Equal(new CpuUsage(48, 20, 5, 10, 40, 12, 1, 4, 8), usage);
    }

    [Fact]
    public void Work_that_went_back_gives_nothing() =>
        Assert.Null(CpuUsage.Between(new CpuTimes(10, 0, 0, 100, 0, 0, 0, 0), new CpuTimes(9, 0, 5, 200, 0, 0, 0, 0)));

    [Fact]
    public void Waiting_that_went_back_a_little_counts_as_none()
    {
        var usage = CpuUsage.Between(new CpuTimes(10, 0, 0, 100, 50, 0, 0, 0), new CpuTimes(20, 0, 0, 190, 49, 0, 0, 0));
        Assert.Equal(new CpuUsage(10, 10, 0, 0, 90, 0, 0, 0, 0), usage);
    }

    [Fact]
    public void A_mode_that_the_kernel_does_not_tell_has_no_share()
    {
        var usage = CpuUsage.Between(
            new CpuTimes(0, 0, 0, 0, null, null, null, null), new CpuTimes(10, 10, 20, 60, null, null, null, null));
        Assert.Equal(new CpuUsage(40, 10, 10, 20, 60, null, null, null, null), usage);
    }

    [Fact]
    public void Two_readings_within_one_tick_of_the_kernel_give_nothing() =>
        Assert.Null(CpuUsage.Between(new CpuTimes(1, 2, 3, 4, 5, 6, 7, 8), new CpuTimes(1, 2, 3, 4, 5, 6, 7, 8)));
}
