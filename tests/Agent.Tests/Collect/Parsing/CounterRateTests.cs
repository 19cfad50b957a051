using CsCheck;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

public sealed class CounterRateTests
{
    [Fact]
    public void A_rate_is_never_negative_and_absent_exactly_when_the_counter_went_back_or_no_time_passed() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Long[-10, 600_000]).Sample((before, after, milliseconds) =>
        {
            var rate = CounterRate.PerSecond(before, after, TimeSpan.FromMilliseconds(milliseconds));
            Assert.Equal(after >= before && milliseconds > 0, rate is not null);
            Assert.True(rate is null or >= 0);
        });

    [Theory]
    [InlineData(0UL, 1000UL, 10, 100.0)]
    [InlineData(5UL, 5UL, 10, 0.0)]
    [InlineData(18446744073709551614UL, 18446744073709551615UL, 1, 1.0)]
    public void Units_are_per_second(ulong before, ulong after, int seconds, double rate) =>
        Assert.Equal(rate, CounterRate.PerSecond(before, after, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_disk_busy_all_the_time_is_100_percent_busy_and_no_more() =>
        Assert.Equal(100, CounterRate.BusyPercent(0, 10_002, TimeSpan.FromSeconds(10)));

    [Fact]
    public void The_wrap_of_the_busy_counter_gives_nothing() =>
        Assert.Null(CounterRate.BusyPercent(uint.MaxValue - 10, 5, TimeSpan.FromSeconds(10)));
}
