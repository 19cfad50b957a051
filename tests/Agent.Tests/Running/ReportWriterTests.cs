using System.Text.Json;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Running;

public sealed class ReportWriterTests
{
    private static readonly SpoolLevel Empty = new(0, 0, 0, SpoolGap.None, 0, 0);

    [Fact]
    public void What_is_no_number_or_no_name_is_left_out()
    {
        var report = Write(new()
        {
            ["cpu.usage"] = 1.5,
            ["nan"] = double.NaN,
            ["infinite"] = double.NegativeInfinity,
            ["Wrong Name"] = 1
        }, Empty);
        Assert.Equal(["agent.spool.dropped_reports", "agent.spool.reports", "cpu.usage"], report.Values.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_gap_is_told_with_its_times()
    {
        var report = Write([], new SpoolLevel(5, 0, 0, new SpoolGap(12, 1_000_500, 2_000_900), 3, 1));
        Assert.Equal(12, report.Values["agent.spool.dropped_reports"]);
        Assert.Equal(1000, report.Values["agent.spool.gap_from_s"]);
        Assert.Equal(2000, report.Values["agent.spool.gap_to_s"]);
        Assert.Equal(3, report.Values["agent.spool.damaged_reports"]);
        Assert.Equal(1, report.Values["agent.spool.refused_reports"]);
        Assert.Equal(ReportWriter.Series.Order(StringComparer.Ordinal), report.Values.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void There_are_never_more_names_than_the_platform_takes() =>
        Assert.Equal(Limits.MetricNamesPerServer,
            Write(Enumerable.Range(0, 3000).ToDictionary(i => $"m{i}", i => (double)i), Empty).Values.Count);

    private static MetricsReport Write(Dictionary<string, double> values, SpoolLevel level) =>
        JsonSerializer.Deserialize(ReportWriter.Write(DateTimeOffset.UnixEpoch, values, level), WireJson.Default.MetricsReport)!;
}
