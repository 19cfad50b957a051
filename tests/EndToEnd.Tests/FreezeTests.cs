using System.Net;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// A freeze against whoever holds the server's real token: nothing enters the chain, whatever is sent, also after the platform was killed;
/// what is there is given back; people are told; a person ends it.
/// </summary>
public sealed class FreezeTests
{
    private const string PathId = "4b227777d4dd1fc61c6f884f48641d02", ContentId = "ef2d127de37b942baad06145e54b0c61";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatOneStoreShows), MemberType = typeof(StoresOfThisRun))]
    public async Task A_frozen_chain_takes_nothing_from_the_real_token_over_a_kill_and_goes_on_when_a_person_says_so(PlatformStore store)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var platform = await PlatformProcess.StartAsync(store, environment: receiver.Configuration);
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("kept");
        var chain = $"/api/servers/{server.Id}/backups";
        using var agent = new HandMadeAgent(platform, server);
        var secret = await founder.TellAsync(receiver.Url);
        for (var i = 0; i < 3; i++) await agent.BackUpAsync();
        var good = agent.Head!;

        // The run that the attack is in: its objects are announced, its tickets are out.
        var (run, late) = (HandMadeAgent.NewId(), HandMadeAgent.NewObject());
        await agent.ExpectAsync(HttpStatusCode.OK, "begin", new { snapshot = run, parent = good });
        var ticket = await agent.TicketAsync(run, late);
        await agent.ExpectAsync(HttpStatusCode.Locked, "commit", new
        {
            snapshot = run,
            snapshotObject = (string?)null,
            objects = 0,
            bytes = 0,
            gate = Attack,
        });
        await NothingIsTakenAsync(agent, run, good, ticket, late);
        // Whoever was told has not answered yet, or was not even told: nothing is delivered when the platform dies.
        await platform.KillAsync();
        receiver.Release();
        await platform.StartAgainAsync();
        await NothingIsTakenAsync(agent, run, good, ticket, late);

        using (var frozen = await founder.GetAsync(chain))
        {
            var shown = frozen.RootElement.GetProperty("chain");
            Assert.Equal(("frozen", "hit-share", good), (
                shown.GetProperty("state").GetString(), shown.GetProperty("cause").GetString(), shown.GetProperty("pinned").GetString()));
            Assert.Equal(PathId, shown.GetProperty("evidence").GetProperty("hits")[0].GetProperty("path").GetString());
        }
        Assert.Contains("hit-share", await platform.OpsAsync("backups", "show", founder.TeamId, server.Id), StringComparison.Ordinal);

        await TypesToldAsync(receiver, secret, "backup.frozen");

        using (await founder.PostAsync($"{chain}/resume", """{"reason": "The host was made anew.", "accept": "all"}"""))
        {
            // The run that was open when the chain froze never commits.
            await agent.ExpectAsync(HttpStatusCode.Conflict, "uploads", new { snapshot = run, objects = new[] { late.Announced } });
        }
        var begun = await agent.BackUpAsync();
        Assert.Equal(("new", ContentId), (
            begun.GetProperty("epoch").GetString(), begun.GetProperty("accepted")[0].GetProperty("content").GetString()));
        Assert.Equal(4, (await agent.ExpectAsync(HttpStatusCode.OK, "list", new { })).GetProperty("items").GetArrayLength());
        await TypesToldAsync(receiver, secret, "backup.frozen", "backup.reopened");
    }

    // Told at least once over a kill: each message as often as it takes, always under one id, and each time with a good signature.
    private static async Task TypesToldAsync(WebhookReceiver receiver, string secret, params string[] types)
    {
        await Poll.UntilAsync("all messages", Patience, () => Task.FromResult(receiver.Received.Any(message => message.Type == types[^1])));
        Assert.Equal(types, receiver.Received.DistinctBy(message => message.Id).Select(message => message.Type));
        Assert.All(receiver.Received, message => Assert.True(message.IsSignedWith(secret), message.Type));
    }

    private static object Attack => new
    {
        state = "frozen",
        files = 100,
        changedFiles = 50,
        hitFiles = 50,
        hitBytes = 50_000,
        rules = new { random = 50 },
        runRules = new[] { "share" },
        hits = new[] { new { path = PathId, content = ContentId, rules = new[] { "random" }, bytes = 1_000, heldBack = false } },
        hitsOmitted = 49,
    };

    private static async Task NothingIsTakenAsync(HandMadeAgent agent, string run, string good, string ticket, HandMadeObject late)
    {
        await agent.ExpectAsync(HttpStatusCode.Locked, "begin", new { snapshot = HandMadeAgent.NewId(), parent = good });
        await agent.ExpectAsync(HttpStatusCode.Locked, "uploads", new { snapshot = run, objects = new[] { late.Announced } });
        await agent.ExpectAsync(
            HttpStatusCode.Locked, "commit", new { snapshot = run, snapshotObject = late.Name, objects = 1, bytes = late.Bytes.Length });
        Assert.Equal(HttpStatusCode.Locked, await agent.PutAsync(ticket, late));
        Assert.False(File.Exists(agent.PathOf(late)), "The ticket let the object in.");
        // What was there before comes back.
        var items = (await agent.ExpectAsync(HttpStatusCode.OK, "list", new { })).GetProperty("items");
        Assert.Equal((3, good), (items.GetArrayLength(), items[0].GetProperty("snapshot").GetString()));
        var root = items[0].GetProperty("snapshotObject").GetString()!;
        Assert.True(File.Exists(agent.PathOf(agent.Kept[root])));
        Assert.Equal(agent.Kept[root].Bytes, await agent.DownloadAsync(root));
    }
}
