using System.Net;
using System.Security.Cryptography;
using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Vault;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.Tests.People;

/// <summary>What people see of a server's backups.</summary>
[Collection(PeopleCollection.Name)]
public sealed class BackupsEndpointTests(PeopleHost host)
{
    [Fact]
    public async Task A_server_without_backups_has_an_empty_open_chain()
    {
        var ann = await host.FounderAsync();
        var server = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var shown = await ann.GetAsync($"/api/servers/{server["id"]}/backups");
        Assert.Equal(HttpStatusCode.OK, shown.Status);
        Assert.Equal(
            """{"status":"open","since":null,"chain":{"state":"open","since":null,"cause":null,"by":null,"reason":null,"""
                + """ "unprotectedSince":null,"pinned":null,"changedCanaries":[],"evidence":null,"heldBack":null},""".TrimStart()
                + """ "schedule":null,"lastSuccessAt":null,""".TrimStart()
                + """ "space":{"objects":0,"bytes":0,"liveBytes":0,"waitingBytes":0,"goingBytes":0},""".TrimStart()
                + """ "runs":[],"events":[],"eventsNext":null,"items":[],"next":null,"lastDrill":null}""".TrimStart(), shown.Text);
    }

    [Fact]
    public async Task Snapshots_open_runs_and_what_happened_are_shown_and_paged()
    {
        var ann = await host.FounderAsync();
        var server = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var agent = new Agent(host, ann.Team, ResourceId.Parse<ServerId>(server["id"]), server["token"]);
        SnapshotId? parent = null;
        for (var i = 0; i < 3; i++) parent = await agent.RunAsync(parent, "0 2 * * *");
        var open = PeopleHost.NewId<SnapshotId>();
        Assert.IsType<RunProceeds>(await agent.AskAsync(new BeginPayload(open, parent, "0 3 * * *")));

        var shown = (await ann.GetAsync($"/api/servers/{server["id"]}/backups?limit=2")).Json;
        Assert.Equal(("open", "0 3 * * *"), (shown.GetProperty("status").GetString(), shown.GetProperty("schedule").GetString()));
        Assert.Equal(open.ToString(), Assert.Single(shown.GetProperty("runs").EnumerateArray()).GetProperty("snapshot").GetString());
        Assert.Equal(
            ["schedule-changed", "committed"],
            shown.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("kind").GetString()));
        var events = (await ann.GetAsync(
            $"/api/servers/{server["id"]}/backups/events?limit=2&cursor={shown.GetProperty("eventsNext").GetString()}")).Json;
        Assert.Equal(
            ["committed", "committed"],
            events.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("kind").GetString()));
        Assert.Equal("A snapshot is in the chain.", events.GetProperty("items")[0].GetProperty("reason").GetString());
        var oldest = (await ann.GetAsync(
            $"/api/servers/{server["id"]}/backups/events?limit=2&cursor={events.GetProperty("next").GetString()}")).Json;
        Assert.Equal("schedule-changed", Assert.Single(oldest.GetProperty("items").EnumerateArray()).GetProperty("kind").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, oldest.GetProperty("next").ValueKind);
        var items = shown.GetProperty("items");
        Assert.Equal([3, 2], items.EnumerateArray().Select(item => item.GetProperty("generation").GetInt32()));
        Assert.Equal(items[0].GetProperty("at").GetString(), shown.GetProperty("lastSuccessAt").GetString());
        var rest = (await ann.GetAsync($"/api/servers/{server["id"]}/backups?limit=2&cursor={shown.GetProperty("next").GetString()}")).Json;
        Assert.Equal(1, Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("generation").GetInt32());
        Assert.Equal("422 invalid-content", (await ann.GetAsync($"/api/servers/{server["id"]}/backups?cursor=x")).Said);

        Assert.IsType<Done>(await agent.AskAsync(new DrillPayload(parent!.Value, DateTimeOffset.UnixEpoch, 118, 262_144_000, 2)));
        var drilled = (await ann.GetAsync($"/api/servers/{server["id"]}/backups")).Json;
        Assert.Equal("drill-failed", drilled.GetProperty("events")[0].GetProperty("kind").GetString());
        var drill = drilled.GetProperty("lastDrill");
        Assert.Equal((parent.ToString(), 118, 2), (drill.GetProperty("snapshot").GetString(), drill.GetProperty("files").GetInt32(),
            drill.GetProperty("failed").GetInt32()));
    }

    [Fact]
    public void Whatever_went_wrong_says_when_and_why()
    {
        var (at, since) = (DateTimeOffset.UnixEpoch.AddDays(1), DateTimeOffset.UnixEpoch.AddHours(18));
        foreach (var kind in Enum.GetValues<HappeningKind>())
        {
            var reason = Gateway.People.BackupNames.Reason(new BackupHappening(kind, null, at) { Since = since });
            Assert.InRange(reason.Length, 20, 200);
            Assert.EndsWith(".", reason, StringComparison.Ordinal);
        }
        Assert.Equal(
            "No run began by the schedule, at the latest expected at 1970-01-01 18:00 UTC. The host is off, or its agent does not run.",
            Gateway.People.BackupNames.Reason(new BackupHappening(HappeningKind.RunMissed, null, at) { Since = since }));
        Assert.Contains("last at 1970-01-01 18:00 UTC",
            Gateway.People.BackupNames.Reason(new BackupHappening(HappeningKind.RunSilent, null, at) { Since = since }),
            StringComparison.Ordinal);
    }

    private sealed class Agent(PeopleHost host, TeamId team, ServerId server, string token)
    {
        public Task<IEngineReply> AskAsync(IBackupPayload payload) => host.Engine.AskAsync(new AgentRequest(
            team, server, new Guid(RandomNumberGenerator.GetBytes(16)), TokenHash.Of(token), RandomNumberGenerator.GetBytes(32),
            TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), payload));

        public async Task<SnapshotId> RunAsync(SnapshotId? parent, string schedule)
        {
            var run = PeopleHost.NewId<SnapshotId>();
            var root = new AnnouncedObject(new ObjectName(ObjectKind.Snapshot, PeopleHost.NewId<ObjectId>()), 3, SHA256.HashData("abc"u8));
            Assert.IsType<RunProceeds>(await AskAsync(new BeginPayload(run, parent, schedule)));
            Assert.IsType<UploadsGranted>(await AskAsync(new UploadsPayload(run, [root], [])));
            Assert.Equal(PutOutcome.Stored, await host.Vault.PutAsync(
                new VaultKey(team, server, root.Name), new ObjectForm(3, root.Sha256), new MemoryStream("abc"u8.ToArray()),
                _ => Task.FromResult(true), default));
            Assert.IsType<SnapshotKept>(await AskAsync(new CommitPayload(run, root.Name, 1, 3, null)));
            return run;
        }
    }
}
