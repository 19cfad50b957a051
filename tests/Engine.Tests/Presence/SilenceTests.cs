using System.Security.Cryptography;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Presence;

/// <summary>The whole way: report, slice, door, journal, projection, directory.</summary>
public sealed class SilenceTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("one");
    private static readonly NameSet Names = new(7, 1, "cpu"u8.ToArray());

    private readonly ManualTime _time = new(Named.Noon);
    private long _batch;

    [Fact]
    public async Task A_server_that_stops_reporting_goes_silent_also_over_a_restart_and_returns_with_its_next_report()
    {
        static EngineOptions Soon(EngineOptions options) => options with { SilentAfter = TimeSpan.FromSeconds(10) };
        await using var engine = await EmbeddedEngine.StartAsync(_time, Soon);
        await engine.Client.AskAsync(
            new IssueInvitation(Team, Named.Id<InvitationId>("i"), Named.Hash("i"), TeamRole.Owner, Named.Noon.AddDays(1), Named.Ada));
        await engine.Client.AskAsync(
            new AcceptInvitation(Team, Named.Id<InvitationId>(
                "i"), Named.Hash("i"), Named.Id<UserId>("u"), "a@example.org", "Acme", Named.Ada));
        await engine.Client.AskAsync(new AddServer(Team, Server, "web", EnrolledByKey: false, Named.Ada));
        var token = TokenHash.Of(engine.NewToken(Team, Server));
        await engine.Client.AskAsync(new IssueToken(Team, Server, token, 0, Named.Ada));
        Assert.True(await engine.Get<ProjectionWaiter>().WaitForServerAsync(Team, Server));
        Assert.Equal("pending", await StatusAsync(engine));

        await ReportAsync(engine, token);
        await BecomesAsync(engine, "online");
        await FallsSilentAsync(engine);
        await ReportAsync(engine, token);
        await BecomesAsync(engine, "online");

        // It dies while the platform is down: the grace after the start is the only witness.
        await engine.StopAsync();
        _time.Advance(TimeSpan.FromHours(1));
        await engine.StartAgainAsync(Soon);
        Assert.Equal("online", await StatusAsync(engine));
        await FallsSilentAsync(engine);
    }

    private async Task ReportAsync(EmbeddedEngine engine, TokenHash token)
    {
        var signature = RandomNumberGenerator.GetBytes(32);
        var now = _time.GetUtcNow();
        var batch = new MetricBatch(++_batch, _batch, [Names], [new ReportRow(now.ToUnixTimeMilliseconds(), 0, PackedValues.Pack([1]))]);
        Assert.IsType<MetricsStored>(await engine.Client.AskAsync(
            new AgentRequest(Team, Server, Guid.Empty, token, signature, now.ToUnixTimeSeconds(), new MetricsPayload(batch))));
    }

    private static async Task<string> StatusAsync(EmbeddedEngine engine) =>
        (await engine.Get<IServerDirectory>().FindAsync(Team, Server, default))!.Status;

    // Time goes on while nothing is heard: what was told to the door and the slice last may carry a time from after the answer.
    private Task FallsSilentAsync(EmbeddedEngine engine) => Poll.UntilAsync("the silence", TimeSpan.FromSeconds(20), async () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return await StatusAsync(engine) == "silent";
    });

    private static Task BecomesAsync(EmbeddedEngine engine, string status) =>
        Poll.UntilAsync($"the status {status}", TimeSpan.FromSeconds(20), async () => await StatusAsync(engine) == status);
}
