using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

public sealed class ClockReadingTests
{
    // STA_PLL 0x0001, STA_UNSYNC 0x0040, STA_NANO 0x2000
    [Fact]
    public void A_clock_that_timesyncd_moves_tells_how_far_it_is_still_to_go() =>
        Assert.Equal(new ClockReading(true, -0.0015, 0.25, null), ClockReading.From(0x2001, -1_500_000, 250_000, 0));

    [Fact]
    public void Without_nanoseconds_the_offset_is_in_microseconds() =>
        Assert.Equal(new ClockReading(true, 0.0015, 0.25, 0.001), ClockReading.From(0x0001, 1_500, 250_000, 1_000));

    [Fact]
    public void A_clock_that_chrony_steers_has_an_estimate_and_no_offset() =>
        Assert.Equal(new ClockReading(true, null, 0.018, 0.000095), ClockReading.From(0x2000, 0, 18_000, 95));

    [Fact]
    public void The_flag_that_keeps_the_kernel_off_the_hardware_clock_does_not_count() =>
        Assert.True(ClockReading.From(0x0040, 0, 15_999_999, 10).Synchronised);

    [Theory]
    [InlineData(16_000_000)]
    [InlineData(20_000_000)]
    [InlineData(-1)]
    public void A_clock_that_nobody_keeps_tells_nothing_else(long maxError) =>
        Assert.Equal(new ClockReading(false, null, null, null), ClockReading.From(0x2041, 5, maxError, 16_000_000));
}
