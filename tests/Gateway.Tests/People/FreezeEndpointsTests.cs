using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.People;

/// <summary><c>POST /api/servers/{id}/backups/freeze</c> and <c>…/resume</c>, and what people are shown of it.</summary>
public sealed class FreezeEndpointsTests(PeopleOverTime people) : IClassFixture<PeopleOverTime>
{
    private const string PathId = "4b227777d4dd1fc61c6f884f48641d02", ContentId = "ef2d127de37b942baad06145e54b0c61";

    [Fact]
    public async Task A_person_freezes_with_a_reason_and_resumes_with_a_reason_and_both_may_be_sent_again()
    {
        var (ann, server) = await ServerAsync();
        for (var i = 0; i < 2; i++)
        {
            var frozen = await ann.PostAsync($"{server}/freeze", new { reason = i == 0 ? " odd logins " : "again" });
            Assert.Equal((HttpStatusCode.OK, "frozen", "person", "odd logins"),
                (frozen.Status, frozen["state"], frozen["cause"], frozen["reason"]));
            Assert.Equal(("person", ann.Email), (Text(frozen.Json.GetProperty("by"), "kind"), Text(frozen.Json.GetProperty("by"), "name")));
            Assert.Equal(frozen["since"], frozen["unprotectedSince"]);
        }
        var shown = await ann.GetAsync(server);
        Assert.Equal(("frozen", "odd logins"), (shown["status"], Text(shown.Json.GetProperty("chain"), "reason")));
        for (var i = 0; i < 2; i++)
        {
            var open = await ann.PostAsync($"{server}/resume", new { reason = "It was me." });
            Assert.Equal((HttpStatusCode.OK, "open", JsonValueKind.Null),
                (open.Status, open["state"], open.Json.GetProperty("cause").ValueKind));
        }
        Assert.Equal(["reopened", "frozen"], KindsOf(await ann.GetAsync(server)));
    }

    [Fact]
    public async Task What_gave_cause_is_shown_and_what_is_accepted_stands_in_the_audit_log_with_the_reason()
    {
        var (ann, server) = await ServerAsync();
        var agent = new Agent(people, ann.Team, ResourceId.Parse<ServerId>(server.Split('/')[3]), _tokens[server]);
        var run = PeopleHost.NewId<SnapshotId>();
        Assert.IsType<RunProceeds>(await agent.AskAsync(new BeginPayload(run, null, null)));
        Assert.Equal(RefusalKind.BackupsFrozen, Assert.IsType<Refused>(
            await agent.AskAsync(new CommitPayload(run, null, 0, 0, Encoding.UTF8.GetBytes($$"""
                {"state": "frozen", "files": 40, "changedFiles": 20, "hitFiles": 1, "hitBytes": 7, "rules": {"random": 1},
                 "runRules": ["share"], "types": {"docx": 1}, "hits": [{"path": "{{PathId}}", "content": "{{ContentId}}",
                 "rules": ["random"], "bytes": 7, "heldBack": false, "clear": "/srv/books.docx"}]}
                """)))).Kind);
        var chain = (await ann.GetAsync(server)).Json.GetProperty("chain");
        Assert.Equal(("frozen", "hit-share", "server"),
            (Text(chain, "state"), Text(chain, "cause"), Text(chain.GetProperty("by"), "kind")));
        var evidence = chain.GetProperty("evidence");
        Assert.Equal((run.ToString(), 20, 1), (
            Text(evidence, "snapshot"), evidence.GetProperty("changedFiles").GetInt32(),
            evidence.GetProperty("rules").GetProperty("random").GetInt32()));
        Assert.Equal("/srv/books.docx", Text(evidence.GetProperty("hits")[0], "clear"));

        var resumed = await ann.PostAsync($"{server}/resume", new { reason = "Seen: an export of the books.", accept = "all" });
        Assert.Equal("open", resumed["state"]);
        var next = Assert.IsType<RunProceeds>(await agent.AskAsync(new BeginPayload(PeopleHost.NewId<SnapshotId>(), null, null)));
        Assert.Equal((true, HitPairs.Of([(PathId, ContentId)])), (next.NewEpoch, next.Accepted));
        var entry = await EntryAsync(ann, "backups.reopened");
        var after = entry.GetProperty("after");
        Assert.Equal(("Seen: an export of the books.", $"{PathId}:{ContentId}"), (
            Text(after, "reason"), after.GetProperty("accepted").GetProperty("pairs")[0].GetString()));
        Assert.Equal(run.ToString(), Text((await EntryAsync(ann, "backups.frozen")).GetProperty("after"), "run"));
    }

    [Fact]
    public async Task Canaries_that_changed_are_shown()
    {
        var (ann, server) = await ServerAsync();
        var agent = new Agent(people, ann.Team, ResourceId.Parse<ServerId>(server.Split('/')[3]), _tokens[server]);
        Assert.IsType<Refused>(await agent.AskAsync(
            new BeginPayload(PeopleHost.NewId<SnapshotId>(), null, null) { ChangedCanaries = [PathId] }));
        var chain = (await ann.GetAsync(server)).Json.GetProperty("chain");
        Assert.Equal(("canary", PathId), (Text(chain, "cause"), chain.GetProperty("changedCanaries")[0].GetString()));
    }

    [Fact]
    public async Task Pairs_are_accepted_by_name()
    {
        var (ann, server) = await ServerAsync();
        await ann.PostAsync($"{server}/freeze", new { reason = "a test" });
        var accept = new[] { new { path = PathId, content = ContentId }, new { path = ContentId, content = PathId } };
        Assert.Equal(HttpStatusCode.OK, (await ann.PostAsync($"{server}/resume", new { reason = "a test", accept })).Status);
        var agent = new Agent(people, ann.Team, ResourceId.Parse<ServerId>(server.Split('/')[3]), _tokens[server]);
        var begun = Assert.IsType<RunProceeds>(await agent.AskAsync(new BeginPayload(PeopleHost.NewId<SnapshotId>(), null, null)));
        Assert.Equal(2, begun.Accepted!.Count);
    }

    [Theory]
    [InlineData("freeze", """{}""", "/reason")]
    [InlineData("freeze", """{"reason": "  "}""", "/reason")]
    [InlineData("resume", """{"reason": null, "accept": "everything"}""", "/reason /accept")]
    [InlineData("resume", """{"reason": "x", "accept": [{"path": "4b227777d4dd1fc61c6f884f48641d02"}]}""", "/accept/0")]
    [InlineData("resume", """{"reason": "x", "accept": {}}""", "/accept")]
    public async Task What_cannot_be_taken_is_pointed_to(string verb, string body, string pointers)
    {
        var (ann, server) = await ServerAsync();
        var answer = await ann.SendAsync("POST", $"{server}/{verb}", body, []);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, pointers), (answer.Status, string.Join(' ', answer.Pointers)));
        Assert.Equal("open", (await ann.GetAsync(server))["status"]);
    }

    [Fact]
    public async Task A_reason_has_five_hundred_characters_at_most_and_no_control_characters()
    {
        var (ann, server) = await ServerAsync();
        foreach (var reason in new[] { new string('x', 501), "a\nb" })
            Assert.Equal(["/reason"], (await ann.PostAsync($"{server}/freeze", new { reason })).Pointers);
        Assert.Equal(HttpStatusCode.OK, (await ann.PostAsync($"{server}/freeze", new { reason = new string('x', 500) })).Status);
    }

    [Fact]
    public async Task Members_and_keys_with_write_freeze_and_only_owners_and_admins_resume_and_never_a_key()
    {
        var (ann, server) = await ServerAsync();
        var body = new { reason = "a test" };
        var scopes = new[] { "read", "write", "servers:enroll" };
        var key = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes }))["key"]);
        var reader = ann.With((await ann.PostAsync("/api/keys", new { name = "r", scopes = scopes[..1] }))["key"]);
        var viewer = await people.Host.MemberAsync(ann.Team, TeamRole.Viewer);
        var member = await people.Host.MemberAsync(ann.Team, TeamRole.Member);
        var admin = await people.Host.MemberAsync(ann.Team, TeamRole.Admin);
        foreach (var refused in new[] { reader, viewer })
            Assert.Equal("403 not-permitted", (await refused.PostAsync($"{server}/freeze", body)).Said);
        foreach (var allowed in new[] { key, member })
            Assert.Equal(HttpStatusCode.OK, (await allowed.PostAsync($"{server}/freeze", body)).Status);
        foreach (var refused in new[] { key, reader, viewer, member })
            Assert.Equal("403 not-permitted", (await refused.PostAsync($"{server}/resume", body)).Said);
        // A key is told what froze the chain, and no person's address.
        var by = (await reader.GetAsync(server)).Json.GetProperty("chain").GetProperty("by");
        Assert.Equal(("key", JsonValueKind.Null), (Text(by, "kind"), by.GetProperty("name").ValueKind));
        Assert.Equal(HttpStatusCode.OK, (await admin.PostAsync($"{server}/resume", body)).Status);
    }

    [Fact]
    public async Task To_resume_takes_a_sign_in_that_is_less_than_ten_minutes_old_and_to_freeze_does_not()
    {
        var (ann, server) = await ServerAsync();
        people.Advance(TimeSpan.FromMinutes(10));
        var body = new { reason = "a test" };
        Assert.Equal(HttpStatusCode.OK, (await ann.PostAsync($"{server}/freeze", body)).Status);
        var refused = await ann.PostAsync($"{server}/resume", body);
        Assert.Equal("403 not-permitted", refused.Said);
        Assert.Contains("Sign in again", refused["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await ann.SignInAsync()).Status);
        Assert.Equal(HttpStatusCode.OK, (await ann.PostAsync($"{server}/resume", body)).Status);
    }

    [Fact]
    public async Task Whoever_watches_the_team_hears_of_it()
    {
        var (ann, server) = await ServerAsync();
        using var events = await ann.ListenAsync();
        await events.NextAsync("ready");
        await ann.PostAsync($"{server}/freeze", new { reason = "a test" });
        // What the server's own making caused may still be on its way.
        var heard = await events.NextAsync();
        while (heard is { Name: not "backups.frozen" }) heard = await events.NextAsync();
        Assert.Equal(server.Split('/')[3], heard!.Subject);
    }

    private readonly Dictionary<string, string> _tokens = [];

    /// <summary>A founder and the path of a new server's backups.</summary>
    private async Task<(Browser Founder, string Path)> ServerAsync()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var path = $"/api/servers/{made["id"]}/backups";
        _tokens[path] = made["token"];
        return (ann, path);
    }

    private static async Task<JsonElement> EntryAsync(Browser ann, string action)
    {
        JsonElement entry = default;
        await Poll.UntilAsync($"{action} in the audit log", TimeSpan.FromSeconds(30), async () =>
        {
            var items = (await ann.GetAsync($"/api/audit?action={action}")).Json.GetProperty("items");
            if (items.GetArrayLength() > 0) entry = items[0];
            return items.GetArrayLength() > 0;
        });
        return entry;
    }

    private static IEnumerable<string> KindsOf(Reply shown) =>
        shown.Json.GetProperty("events").EnumerateArray().Select(item => Text(item, "kind"));

    private static string Text(JsonElement of, string member) => of.GetProperty(member).GetString()!;

    private sealed class Agent(PeopleOverTime people, TeamId team, ServerId server, string token)
    {
        public Task<IEngineReply> AskAsync(IBackupPayload payload) => people.Host.Engine.AskAsync(new AgentRequest(
            team, server, new Guid(RandomNumberGenerator.GetBytes(16)), TokenHash.Of(token), RandomNumberGenerator.GetBytes(32),
            people.Now.ToUnixTimeSeconds(), payload));
    }
}
