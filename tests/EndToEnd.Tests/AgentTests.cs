using System.Net;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// A real agent on this machine and a real platform, as a new user meets them. What the agent measures and where it listens does not depend
/// on the platform's store; what it hands over and what teams may have does.
/// </summary>
public sealed class AgentTests(ITestOutputHelper output)
{
    private static readonly string[] Expected = ["cpu.used_percent", "memory.used_bytes", "load.1m", "host.uptime_seconds"];
    private static readonly TimeSpan FirstFigures = TimeSpan.FromSeconds(15);

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatNoStoreDecides), MemberType = typeof(StoresOfThisRun))]
    public async Task An_enrolled_agent_shows_this_machines_figures_within_fifteen_seconds_and_listens_nowhere(PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("this-machine");
        await using var agent = new AgentProcess(platform);
        Succeeded(await agent.EnrolAsync(server.Token));
        Assert.All(Directory.EnumerateFiles(agent.State, "*", SearchOption.AllDirectories), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(agent.Config) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        agent.Start();

        var took = await Poll.UntilAsync($"the first figures. The agent said:\n{agent.LastWords}", FirstFigures,
            async () => (await NamesAsync(founder, server)).IsSupersetOf(Expected));
        var names = await NamesAsync(founder, server);
        output.WriteLine($"first figures after {took.TotalSeconds:0.0} s: {string.Join(", ", names.Order())}");
        Assert.Contains(names, name => name.StartsWith("disk.", StringComparison.Ordinal));
        Assert.Contains(names, name => name.StartsWith("network.", StringComparison.Ordinal));
        await UptimeIsThisMachines(founder, server);
        Assert.True(ProcessFigures.SocketCount(agent.Id) > 0, "The agent holds no connection: looking for listeners would prove nothing.");
        Assert.Empty(ProcessFigures.ListeningPorts(agent.Id));
        Assert.Contains(platform.Url.Port, ProcessFigures.ListeningPorts(platform.Id));
        // The agent writes down how it is doing once an interval, not with each report.
        await Poll.UntilAsync("a status that is well", FirstFigures, async () => (await agent.RunVerbAsync("status")).ExitCode == 0);
        Assert.Equal(0, await agent.StopAsync());
    }

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task What_an_agent_measured_while_the_platform_was_down_arrives_although_both_were_killed(
        PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("outage");
        await using var agent = new AgentProcess(platform);
        await agent.ConfigureAsync("""interval = "1s" """);
        Succeeded(await agent.EnrolAsync(server.Token));
        agent.Start();
        var start = TimeProvider.System.GetUtcNow();
        await Poll.UntilAsync("the first report", FirstFigures, async () => (await UptimesAsync(founder, server, start)).Count > 0);

        await platform.KillAsync();
        var down = TimeProvider.System.GetUtcNow();
        await Task.Delay(TimeSpan.FromSeconds(4));
        await agent.KillAsync();
        agent.Start();
        await Task.Delay(TimeSpan.FromSeconds(3));
        var up = TimeProvider.System.GetUtcNow();
        await platform.StartAgainAsync();

        // Three seconds were lost at most to the agent's own death; of the others in between there must be figures.
        var outage = 0;
        var took = await Poll.UntilAsync($"the spool's delivery. The agent said:\n{agent.LastWords}", TimeSpan.FromSeconds(60), async () =>
        {
            var points = await UptimesAsync(founder, server, down);
            outage = points.Count(point => point.AtMs < up.ToUnixTimeMilliseconds());
            return outage >= 3 && points.Any(point => point.AtMs > up.ToUnixTimeMilliseconds());
        });
        output.WriteLine($"{outage} reports of the outage arrived, {took.TotalSeconds:0.0} s after the platform was back");
        var rows = DiskFacts.MetricRows(platform);
        Assert.Equal(rows.Rows, rows.Distinct);
    }

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task The_free_plan_refuses_a_fourth_server_until_an_operator_raises_it_and_a_key_enrols_the_next(
        PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        for (var i = 1; i <= 3; i++) await founder.AddServerAsync($"web-{i}");
        var (status, body) = await founder.TryAddServerAsync("web-4");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("urn:hostatlas:problem:plan-limit-reached", body, StringComparison.Ordinal);
        await platform.OpsAsync("teams", "plan", founder.TeamId, "--servers", "5");
        await founder.AddServerAsync("web-4");

        await using var agent = new AgentProcess(platform);
        Succeeded(await agent.EnrolWithKeyAsync(await founder.AddKeyAsync("installer", "servers:enroll"), "web-5"));
        using var listed = await founder.GetAsync("/api/servers");
        Assert.Contains(listed.RootElement.GetProperty("items").EnumerateArray(), item => item.GetProperty("name").GetString() == "web-5");
        Assert.Equal(HttpStatusCode.Forbidden, (await founder.TryAddServerAsync("web-6")).Status);

        using var second = await Founder.FoundAsync(platform, (await platform.OpsAsync("teams", "invite")).Trim(), "Second");
        await second.AddServerAsync("theirs");
        Assert.NotEqual(founder.TeamId, second.TeamId);
    }

    private static async Task<HashSet<string>> NamesAsync(Founder founder, WatchedServer server)
    {
        var now = TimeProvider.System.GetUtcNow();
        return [.. (await founder.MetricsAsync(server, now.AddMinutes(-5), now.AddMinutes(1))).Keys];
    }

    private static async Task<IReadOnlyList<Point>> UptimesAsync(Founder founder, WatchedServer server, DateTimeOffset from) =>
        (await founder.MetricsAsync(server, from, TimeProvider.System.GetUtcNow().AddMinutes(1), "host.uptime_seconds"))
        .GetValueOrDefault("host.uptime_seconds", []);

    private static async Task UptimeIsThisMachines(Founder founder, WatchedServer server)
    {
        var shown = (await UptimesAsync(founder, server, TimeProvider.System.GetUtcNow().AddMinutes(-5)))[^1].Last;
        var real = double.Parse(
            (await File.ReadAllTextAsync("/proc/uptime")).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(shown, real - 60, real);
    }
}
