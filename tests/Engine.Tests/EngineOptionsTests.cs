namespace HostAtlas.Engine.Tests;

public sealed class EngineOptionsTests
{
    private static readonly EngineOptions Good = new() { DataDirectory = "data", RootKey = new byte[32] };

    [Fact]
    public void The_defaults_are_valid() => Good.Check();

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var bad = new EngineOptions
        {
            DataDirectory = "",
            RootKey = new byte[31],
            Window = TimeSpan.FromSeconds(4),
            RawRetention = TimeSpan.FromMinutes(59),
            SilentAfter = TimeSpan.FromSeconds(9),
            IngestQueue = 0,
            StoreGivesUpAfter = TimeSpan.FromMilliseconds(99),
        };
        Assert.Equal(7, Assert.Throws<InvalidOptionsException>(bad.Check).Faults.Count);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(300, true)]
    [InlineData(4.999, false)]
    [InlineData(300.001, false)]
    public void The_window_lies_between_5_and_300_seconds(double seconds, bool valid)
    {
        var fault = Record.Exception((Good with { Window = TimeSpan.FromSeconds(seconds) }).Check);
        Assert.Equal(valid, fault is null);
    }

    [Fact]
    public void The_root_key_is_in_no_text() =>
        Assert.DoesNotContain("1", (Good with { RootKey = [.. Enumerable.Repeat((byte)1, 32)] }).ToString(), StringComparison.Ordinal);
}
