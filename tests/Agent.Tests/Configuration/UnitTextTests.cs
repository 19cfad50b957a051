using CsCheck;
using HostAtlas.Agent.Configuration;

namespace HostAtlas.Agent.Tests.Configuration;

public sealed class UnitTextTests
{
    [Fact]
    public void A_written_duration_is_read_back() => Gen.Long[0, 999_999_999].Sample(milliseconds =>
    {
        Assert.True(UnitText.TryParseDuration(UnitText.Write(TimeSpan.FromMilliseconds(milliseconds)), out var read));
        Assert.Equal(milliseconds, read.TotalMilliseconds);
    });

    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("250ms", 250)]
    [InlineData("2 d", 172_800_000)]
    public void A_duration_is_a_number_and_a_unit(string text, long milliseconds)
    {
        Assert.True(UnitText.TryParseDuration(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("1.5s")]
    [InlineData("-1s")]
    [InlineData("10S")]
    [InlineData("10s ago")]
    [InlineData("9999999999d")]
    public void Anything_else_is_no_duration(string text) => Assert.False(UnitText.TryParseDuration(text, out _));

    [Fact]
    public void A_size_counts_in_powers_of_two()
    {
        Assert.True(UnitText.TryParseSize("64MiB", out var bytes));
        Assert.Equal(67_108_864, bytes);
        Assert.False(UnitText.TryParseSize("64MB", out _));
        Assert.Equal("1.5 KiB", UnitText.WriteSize(1536));
        Assert.Equal("0 B", UnitText.WriteSize(0));
    }
}
