using CsCheck;
using HostAtlas.Gateway.Watch;

namespace HostAtlas.Gateway.Tests.Watch;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "0.98 KiB")]
    [InlineData(1024, "1.00 KiB")]
    [InlineData(13_312_000_000, "12.4 GiB")]
    [InlineData(1e15, "909 TiB")]
    public void Bytes_have_three_places_and_a_binary_unit(double bytes, string text) => Assert.Equal(text, Figures.Bytes(bytes));

    [Theory]
    [InlineData(-3, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3_661, "1 h 1 min")]
    [InlineData(273_600, "3 d 4 h")]
    public void A_span_shows_its_two_largest_units(int seconds, string text) =>
        Assert.Equal(text, Figures.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(-5, "····")]
    [InlineData(50, "██··")]
    [InlineData(100, "████")]
    [InlineData(200, "████")]
    [InlineData(53.125, "██▏·")]
    public void A_bar_is_filled_in_eighths_and_never_overflows(double percent, string bar) => Assert.Equal(bar, Figures.Bar(percent, 4));

    [Theory]
    [InlineData(7, "7 s")]
    [InlineData(3_661, "1 h")]
    [InlineData(273_600, "3 d")]
    public void A_coarse_span_shows_its_largest_unit(int seconds, string text) =>
        Assert.Equal(text, Figures.Coarse(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(14.9, "just now")]
    [InlineData(15, "15 s ago")]
    [InlineData(-60, "just now")]
    public void A_moment_ago_is_just_now(double seconds, string text) => Assert.Equal(text, Figures.Ago(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(9.994, "9.99")]
    [InlineData(9.996, "10.0")]
    [InlineData(99.96, "100")]
    [InlineData(1234, "1234")]
    public void A_number_has_three_places(double value, string text) => Assert.Equal(text, Figures.Short(value));

    [Fact]
    public void A_rate_and_a_share_keep_to_their_columns() =>
        Gen.Double[0, 1e16].Sample(value => Figures.Rate(value).Length <= 10 && Figures.Percent(value % 100).Length <= 7);

    [Fact]
    public void A_sparkline_shows_the_newest_points_scaled_to_the_top_and_leaves_gaps()
    {
        Assert.Equal("▁█", Figures.Spark([9, 9, 0, 9], 2));
        Assert.Equal("  ▁", Figures.Spark([0], 3));
        Assert.Equal("▁▄█", Figures.Spark([0, 49, 100], 3, 100));
        Assert.Equal("▁ █", Figures.Spark([0, null, 100], 3, 100));
        Assert.Equal("   ", Figures.Spark([], 3));
    }

    [Fact]
    public void A_sparkline_has_as_many_blocks_as_there_are_cells() =>
        Gen.Select(Gen.Double[0, 1e12].Nullable().Array[0, 60], Gen.Int[1, 40]).Sample(
            (points, cells) => Figures.Spark(points, cells).Length == cells);
}
