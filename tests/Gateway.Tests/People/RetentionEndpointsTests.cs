using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Vault;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.People;

/// <summary><c>GET|PUT /api/servers/{id}/backups/retention</c> and <c>…/cancel</c>.</summary>
public sealed class RetentionEndpointsTests(PeopleOverTime people) : IClassFixture<PeopleOverTime>
{
    private const string Defaults = """
        {"last":10,"daily":30,"weekly":12,"monthly":12,"yearly":5,"floorDays":30,"nextFloorDays":null,"nextFloorFrom":null,
        """;

    [Fact]
    public async Task Nobody_chose_so_the_defaults_hold_and_what_is_chosen_holds_at_once()
    {
        var (ann, server, _) = await ServerAsync();
        var shown = await ann.GetAsync($"{server}/retention");
        Assert.Equal(
            Defaults.TrimEnd() + """
                "inherited":true,"stopped":null,"heldUntil":null,"waiting":{"snapshots":0,"objects":0,"bytes":0,"from":null},
                """.TrimEnd() + """
                "locked":{"objects":0,"bytes":0,"until":null}}
                """, shown.Text);
        for (var i = 0; i < 2; i++)
        {
            var chosen = await ann.SendAsync("PUT", $"{server}/retention", Body(last: 3, floorDays: 60), []);
            Assert.Equal((HttpStatusCode.OK, 3, 60), (chosen.Status, Number(chosen, "last"), Number(chosen, "floorDays")));
        }
        Assert.Equal(3, Number(await ann.GetAsync($"{server}/retention"), "last"));
        Assert.Equal("retention-chosen", (await ann.GetAsync(server)).Json.GetProperty("events")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_lower_floor_takes_an_owner_holds_a_week_later_and_a_higher_one_takes_it_back()
    {
        var (ann, server, _) = await ServerAsync();
        var admin = await people.Host.MemberAsync(ann.Team, TeamRole.Admin);
        Assert.Equal("403 not-permitted", (await admin.SendAsync("PUT", $"{server}/retention", Body(floorDays: 29), [])).Said);
        Assert.Equal(HttpStatusCode.OK, (await admin.SendAsync("PUT", $"{server}/retention", Body(last: 9), [])).Status);
        var asked = await ann.SendAsync("PUT", $"{server}/retention", Body(floorDays: 7), []);
        Assert.Equal((30, 7), (Number(asked, "floorDays"), Number(asked, "nextFloorDays")));
        people.Advance(TimeSpan.FromDays(7));
        Assert.Equal(HttpStatusCode.OK, (await ann.SignInAsync()).Status);
        var later = await ann.GetAsync($"{server}/retention");
        Assert.Equal((7, JsonValueKind.Null), (Number(later, "floorDays"), later.Json.GetProperty("nextFloorDays").ValueKind));
        Assert.Equal(30, Number(await ann.SendAsync("PUT", $"{server}/retention", Body(floorDays: 30), []), "floorDays"));
    }

    [Fact]
    public async Task Only_owners_and_admins_choose_with_a_fresh_sign_in_and_cancel_with_any_and_never_a_key()
    {
        var (ann, server, _) = await ServerAsync();
        var cancel = new { reason = "not yet" };
        var key = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read", "write" } }))["key"]);
        var member = await people.Host.MemberAsync(ann.Team, TeamRole.Member);
        foreach (var refused in new[] { key, member })
        {
            Assert.Equal(HttpStatusCode.OK, (await refused.GetAsync($"{server}/retention")).Status);
            Assert.Equal("403 not-permitted", (await refused.SendAsync("PUT", $"{server}/retention", Body(), [])).Said);
            Assert.Equal("403 not-permitted", (await refused.PostAsync($"{server}/retention/cancel", cancel)).Said);
        }
        people.Advance(TimeSpan.FromMinutes(10));
        Assert.Contains(
            "Sign in again", (await ann.SendAsync("PUT", $"{server}/retention", Body(), []))["detail"], StringComparison.Ordinal);
        var held = await ann.PostAsync($"{server}/retention/cancel", cancel);
        Assert.Equal((HttpStatusCode.OK, "held"), (held.Status, held["stopped"]));
    }

    [Fact]
    public async Task A_teams_default_is_taken_over_by_the_next_sweep_of_each_server_that_chose_nothing()
    {
        var (ann, server, agent) = await ServerAsync();
        var admin = await people.Host.MemberAsync(ann.Team, TeamRole.Admin);
        Assert.Equal((10, 30), (Number(await ann.GetAsync("/api/team/retention"), "last"), Number(
            await admin.GetAsync("/api/team/retention"), "floorDays")));
        Assert.Equal("403 not-permitted", (await admin.SendAsync("PUT", "/api/team/retention", Body(floorDays: 29), [])).Said);
        Assert.Equal(["/last", "/daily", "/weekly", "/monthly", "/yearly", "/floorDays"],
            (await ann.SendAsync("PUT", "/api/team/retention", Body(last: -1, others: 1001, floorDays: 3), [])).Pointers);
        for (var time = 0; time < 2; time++)
            Assert.Equal(2, Number(await ann.SendAsync("PUT", "/api/team/retention", Body(last: 2, floorDays: 14), []), "last"));
        await agent.RunAsync(null);
        Assert.Equal(10, Number(await ann.GetAsync($"{server}/retention"), "last"));
        await agent.SweepAsync();
        var taken = await ann.GetAsync($"{server}/retention");
        Assert.Equal((2, 30, 14, true), (Number(taken, "last"), Number(taken, "floorDays"), Number(taken, "nextFloorDays"),
            taken.Json.GetProperty("inherited").GetBoolean()));

        var own = await ann.SendAsync("PUT", $"{server}/retention", Body(last: 7, floorDays: 30), []);
        Assert.False(own.Json.GetProperty("inherited").GetBoolean());
        await agent.SweepAsync();
        Assert.Equal(7, Number(await ann.GetAsync($"{server}/retention"), "last"));
        var released = await ann.SendAsync("DELETE", $"{server}/retention", "{}", []);
        Assert.Equal((7, true), (Number(released, "last"), released.Json.GetProperty("inherited").GetBoolean()));
        await agent.SweepAsync();
        Assert.Equal(2, Number(await ann.GetAsync($"{server}/retention"), "last"));
        var entry = await Poll.ForAsync("the audit log", TimeSpan.FromMinutes(1), async () =>
        {
            var log = await ann.GetAsync("/api/audit?limit=50");
            var actions = log.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("action").GetString()).ToList();
            return actions.Contains("backups.retention-released") ? actions : null;
        });
        Assert.Single(entry, action => action == "team.retention-chosen");
        Assert.Contains("backups.retention-inherited", entry);
    }

    [Theory]
    [InlineData("""{}""", "/last /daily /weekly /monthly /yearly /floorDays")]
    [InlineData("""{"last": -1, "daily": 1001, "weekly": 0, "monthly": 1000, "yearly": 0, "floorDays": 6}""", "/last /daily /floorDays")]
    [InlineData("""{"last": 0, "daily": 0, "weekly": 0, "monthly": 0, "yearly": 0, "floorDays": 3661}""", "/floorDays")]
    public async Task What_cannot_be_taken_is_pointed_to(string body, string pointers)
    {
        var (ann, server, _) = await ServerAsync();
        var answer = await ann.SendAsync("PUT", $"{server}/retention", body, []);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, pointers), (answer.Status, string.Join(' ', answer.Pointers)));
        Assert.Equal(["/reason"], (await ann.PostAsync($"{server}/retention/cancel", new { reason = " " })).Pointers);
    }

    [Fact]
    public async Task What_is_about_to_go_is_shown_can_be_had_back_and_each_deletion_stands_in_the_audit_log_with_its_reason()
    {
        var (ann, server, agent) = await ServerAsync();
        await ann.SendAsync("PUT", $"{server}/retention", Body(last: 1, others: 0), []);
        var old = await agent.RunAsync(null);
        var kept = await agent.RunAsync(old);
        people.Advance(TimeSpan.FromDays(31));
        await agent.SweepAsync();
        await ann.SignInAsync();
        var shown = await ann.GetAsync(server);
        Assert.Equal([null, "beyond-counts"], shown.Json.GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("expiredBy").GetString()));
        Assert.Equal((6, 3), (Sum(shown, "bytes"), Sum(shown, "waitingBytes")));
        var waiting = (await ann.GetAsync($"{server}/retention")).Json.GetProperty("waiting");
        Assert.Equal((1, 1, 3L), (waiting.GetProperty("snapshots").GetInt32(), waiting.GetProperty("objects").GetInt32(),
            waiting.GetProperty("bytes").GetInt64()));

        var held = await ann.PostAsync($"{server}/retention/cancel", new { reason = "The books are needed." });
        Assert.Equal(("held", 0), (held["stopped"], held.Json.GetProperty("waiting").GetProperty("snapshots").GetInt32()));
        Assert.Equal("The books are needed.",
            (await EntryAsync(ann, "backups.deletion-cancelled")).GetProperty("reason").GetString());
        foreach (var days in (int[])[31, 8])
        {
            people.Advance(TimeSpan.FromDays(days));
            await agent.SweepAsync();
        }
        await ann.SignInAsync();
        Assert.Equal(kept.ToString(), Assert.Single((await ann.GetAsync(server)).Json.GetProperty("items").EnumerateArray())
            .GetProperty("snapshot").GetString());
        var expired = (await EntryAsync(ann, "backups.snapshots-expired")).GetProperty("snapshots")[0];
        Assert.Equal((old.ToString(), "beyond-counts"),
            (expired.GetProperty("snapshot").GetString(), expired.GetProperty("reason").GetString()));
        var deleted = await EntryAsync(ann, "backups.objects-deleted");
        Assert.Equal((1, "no-snapshot-needs-them"),
            (deleted.GetProperty("objects").GetInt32(), deleted.GetProperty("reason").GetString()));
    }

    private async Task<(Browser Founder, string Path, Agent Agent)> ServerAsync()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        return (ann, $"/api/servers/{made["id"]}/backups",
            new Agent(people, ann.Team, ResourceId.Parse<ServerId>(made["id"]), made["token"]));
    }

    private static string Body(int last = 10, int? others = null, int floorDays = 30) => $$"""
        {"last": {{last}}, "daily": {{others ?? 30}}, "weekly": {{others ?? 12}}, "monthly": {{others ?? 12}}, "yearly": {{others ?? 5}},
         "floorDays": {{floorDays}}}
        """;

    private static int Number(Reply reply, string member) => reply.Json.GetProperty(member).GetInt32();

    private static int Sum(Reply reply, string member) => reply.Json.GetProperty("space").GetProperty(member).GetInt32();

    private static async Task<JsonElement> EntryAsync(Browser ann, string action)
    {
        JsonElement entry = default;
        await Poll.UntilAsync($"{action} in the audit log", TimeSpan.FromSeconds(60), async () =>
        {
            var items = (await ann.GetAsync($"/api/audit?action={action}")).Json.GetProperty("items");
            if (items.GetArrayLength() > 0) entry = items[0].GetProperty("after");
            return items.GetArrayLength() > 0;
        });
        return entry;
    }

    private sealed class Agent(PeopleOverTime people, TeamId team, ServerId server, string token)
    {
        public Task<IEngineReply> AskAsync(IBackupPayload payload) => people.Host.Engine.AskAsync(new AgentRequest(
            team, server, new Guid(RandomNumberGenerator.GetBytes(16)), TokenHash.Of(token), RandomNumberGenerator.GetBytes(32),
            people.Now.ToUnixTimeSeconds(), payload));

        public async Task SweepAsync() =>
            Assert.Null((await new RetentionSweeper(people.Host.Engine, new TeamRetentionDefaults(people.Host.Engine)).SweepAsync(
                new(team, server), dryRun: false, Author.Platform, default)).Fault);

        public async Task<SnapshotId> RunAsync(SnapshotId? parent)
        {
            var run = PeopleHost.NewId<SnapshotId>();
            var root = new AnnouncedObject(new ObjectName(ObjectKind.Snapshot, PeopleHost.NewId<ObjectId>()), 3, SHA256.HashData("abc"u8));
            Assert.IsType<RunProceeds>(await AskAsync(new BeginPayload(run, parent, null)));
            Assert.IsType<UploadsGranted>(await AskAsync(new UploadsPayload(run, [root], [])));
            Assert.Equal(PutOutcome.Stored, await people.Host.Vault.PutAsync(
                new VaultKey(team, server, root.Name), new ObjectForm(3, root.Sha256), new MemoryStream("abc"u8.ToArray()),
                _ => Task.FromResult(true), default));
            Assert.IsType<SnapshotKept>(await AskAsync(new CommitPayload(run, root.Name, 1, 3, null)));
            return run;
        }
    }
}
