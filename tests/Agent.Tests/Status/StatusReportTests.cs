using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Tests.Status;

public sealed class StatusReportTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly AgentToken Token = TestTokens.Parsed();

    private static readonly AgentStatus Well = new()
    {
        Version = "0.1.0",
        ProcessId = 1,
        StartedAt = Now.AddHours(-1),
        UpdatedAt = Now.AddSeconds(-2),
        Url = "https://x",
        Server = Token.Server,
        IntervalSeconds = 10,
        LastReportAt = Now.AddSeconds(-3),
        LastAcceptedAt = Now.AddSeconds(-3),
        Spool = new SpoolLevel(2, 4096, 1 << 20, new SpoolGap(7, 0, 60_000), 0, 0),
        ClockOffsetSeconds = -42,
    };

    [Fact]
    public void All_is_well_only_when_enrolled_running_and_accepted()
    {
        Assert.True(Judge(Well).Healthy);
        Assert.Equal("", Judge(Well).NextStep);
        Assert.False(StatusReport.Of(null, true, Well, null, null, Now).Healthy);
        Assert.False(StatusReport.Of(Token.Server, false, Well, null, null, Now).Healthy);
        Assert.False(Judge(null).Healthy);
        Assert.False(Judge(Well with { LastAcceptedAt = null }).Healthy);
        Assert.False(Judge(Well with { LastAcceptedAt = Now.AddMinutes(-1) }).Healthy);
        Assert.False(Judge(Well with { UpdatedAt = Now.AddMinutes(-1) }).Healthy);
    }

    [Fact]
    public void A_long_interval_is_given_its_time() =>
        Assert.True(Judge(Well with { IntervalSeconds = 3600, LastAcceptedAt = Now.AddHours(-2) }).Healthy);

    [Fact]
    public void A_fault_is_told_with_what_to_do_next()
    {
        var report = Judge(Well with
        {
            Fault = new UplinkFault("credentials-rejected", "The token is rejected", "Enrol again"),
            FaultSince = Now
        });
        Assert.False(report.Healthy);
        Assert.Equal(("The token is rejected.", "Enrol again."), (report.Summary, report.NextStep));
    }

    [Fact]
    public void Commands_that_cannot_be_fetched_are_told_and_those_that_are_not_wanted_too()
    {
        var fault = new UplinkFault("connection-refused", "Nobody listens", "Look at the platform");
        var report = Judge(Well with { Commands = new CommandsStatus(Now.AddMinutes(-5), fault, Now.AddMinutes(-4)) });
        Assert.True(report.Healthy);
        Assert.Contains("(240 s ago): Nobody listens. Look at the platform.", StatusText.Write(report, Now), StringComparison.Ordinal);

        var well = Judge(Well with { Commands = new CommandsStatus(Now.AddSeconds(-9), null, null) });
        Assert.True(well.Healthy);
        Assert.Contains("(9 s ago)", StatusText.Write(well, Now), StringComparison.Ordinal);
        Assert.Contains("by the configuration", StatusText.Write(Judge(Well), Now), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_shows_the_last_inventory_and_why_the_next_one_was_not_taken()
    {
        var note = new InventoryNote { AcceptedAt = Now.AddHours(-1), Fault = "The platform is busy" };
        var text = StatusText.Write(Judge(Well) with { Inventory = note }, Now);
        Assert.Contains("last inventory    2019-12-31 23:00:00Z (3600 s ago)", text, StringComparison.Ordinal);
        Assert.Contains("The platform is busy", text, StringComparison.Ordinal);
        Assert.DoesNotContain("inventory", StatusText.Write(Judge(Well), Now), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_shows_gap_clock_and_queue()
    {
        var text = StatusText.Write(Judge(Well), Now);
        Assert.Contains("7 reports from 1970-01-01 00:00:00Z to 1970-01-01 00:01:00Z", text, StringComparison.Ordinal);
        Assert.Contains("42 s ahead of the platform", text, StringComparison.Ordinal);
        Assert.Contains("2 reports; the spool has 4 KiB of 1 MiB", text, StringComparison.Ordinal);
        Assert.Contains(Token.Server.ToString(), text, StringComparison.Ordinal);
    }

    private static StatusReport Judge(AgentStatus? last) => StatusReport.Of(Token.Server, true, last, null, last?.Spool, Now);
}
