using System.Net;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class AuditEndpointsTests(PeopleHost host)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_log_tells_who_did_what_from_where_newest_first()
    {
        var ann = await host.FounderAsync();
        var server = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var key = await ann.PostAsync("/api/keys", new { name = "ci", scopes = new[] { "read", "write" } });
        await ann.With(key["key"]).PostAsync("/api/servers", new { name = "by script" });
        var items = await ItemsAsync(ann, 8);

        Assert.Equal(["server.token-issued", "server.added", "key.added", "server.token-issued", "server.added", "member.joined",
            "team.founded", "invitation.issued"], items.Select(Action));
        Assert.Equal(Enumerable.Range(1, 8).Reverse(), items.Select(item => item.GetProperty("number").GetInt32()));
        var added = items[4];
        Assert.Equal(("server", server["id"], "web-1"), Subject(added));
        Assert.Equal("web-1", added.GetProperty("after").GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, added.GetProperty("before").ValueKind);
        var person = added.GetProperty("actor");
        Assert.Equal(("person", ann.Email, "127.0.0.1"), (Text(person, "kind"), Text(person, "name"), Text(person, "address")));
        var script = items[1].GetProperty("actor");
        Assert.Equal(("key", key["id"], "ci"), (Text(script, "kind"), Text(script, "id"), Text(script, "name")));
        Assert.Equal("operator", Text(items[7].GetProperty("actor"), "kind"));
        Assert.DoesNotContain("hak_", JsonSerializer.Serialize(items), StringComparison.Ordinal);
        Assert.DoesNotContain(ann.Cookie!, JsonSerializer.Serialize(items), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_cut_into_pages_and_found_by_time_action_and_actor()
    {
        var ann = await host.FounderAsync();
        for (var i = 0; i < 10; i++) await ann.PostAsync("/api/keys", new { name = $"key-{i}", scopes = new[] { "read" } });
        var all = await ItemsAsync(ann, 13);

        var numbers = new List<int>();
        for (string? next = ""; next is not null;)
        {
            var page = (await ann.GetAsync($"/api/audit?limit=4&cursor={next}")).Json;
            numbers.AddRange(Numbers(page));
            next = page.GetProperty("next").GetString();
        }
        Assert.Equal(Enumerable.Range(1, 13).Reverse(), numbers);
        var keys = (await ann.GetAsync("/api/audit?action=key.added&limit=10")).Json;
        Assert.Equal((10, JsonValueKind.Null), (Numbers(keys).Count(), keys.GetProperty("next").ValueKind));
        Assert.Equal([13, 12], Numbers((await ann.GetAsync("/api/audit?action=key.added&limit=2")).Json));
        Assert.Equal([2], Numbers((await ann.GetAsync("/api/audit?action=team.founded")).Json));
        Assert.Equal([1], Numbers((await ann.GetAsync("/api/audit?actor=operator")).Json));
        var me = Text(all[0].GetProperty("actor"), "id");
        Assert.Equal(12, Numbers((await ann.GetAsync($"/api/audit?actor={me}")).Json).Count());
        Assert.Empty(Numbers((await ann.GetAsync($"/api/audit?actor={PeopleHost.NewId<UserId>()}")).Json));
        var fifth = all[8].GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds();
        Assert.Equal(all.Count(item => item.GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds() < fifth),
            Numbers((await ann.GetAsync($"/api/audit?to={fifth}")).Json).Count());
        Assert.Equal(all.Count(item => item.GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds() >= fifth),
            Numbers((await ann.GetAsync($"/api/audit?from={fifth}")).Json).Count());
    }

    [Fact]
    public async Task An_entry_that_was_removed_in_the_database_is_shown_as_missing_once_whatever_the_pages()
    {
        var ann = await host.FounderAsync();
        for (var i = 0; i < 7; i++) await ann.PostAsync("/api/keys", new { name = $"key-{i}", scopes = new[] { "read" } });
        var before = await ItemsAsync(ann, 10);
        host.RemoveFromAuditLog(ann.Team, 1, 4, 5, 6, 9, 10);

        int[] missing = [10, 9, 6, 5, 4, 1];
        for (var limit = 1; limit <= 11; limit++)
        {
            var items = new List<JsonElement>();
            for (string? next = ""; next is not null;)
            {
                var page = (await ann.GetAsync($"/api/audit?limit={limit}&cursor={next}")).Json;
                items.AddRange(page.GetProperty("items").EnumerateArray());
                next = page.GetProperty("next").GetString();
            }
            Assert.Equal(Enumerable.Range(1, 10).Reverse(), items.Select(item => item.GetProperty("number").GetInt32()));
            Assert.Equal(missing, items.Where(item => Action(item) == AuditRules.EntryMissing)
                .Select(item => item.GetProperty("number").GetInt32()));
        }
        Assert.Equal(missing, Numbers((await ann.GetAsync("/api/audit?action=entry.missing")).Json));
        Assert.Equal([8, 7], Numbers((await ann.GetAsync("/api/audit?action=key.added&limit=2")).Json));
        // Nothing of what is missing is told of a time in which nothing that is left happened.
        var founded = before[9].GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds();
        Assert.Empty(Numbers((await ann.GetAsync($"/api/audit?to={founded}")).Json));
    }

    [Theory]
    [InlineData("limit=0", "/limit")]
    [InlineData("limit=201", "/limit")]
    [InlineData("cursor=nonsense", "/cursor")]
    [InlineData("cursor=AAAA", "/cursor")]
    [InlineData("cursor=%27%00=", "/cursor")]
    [InlineData("cursor=zzz", "/cursor")]
    [InlineData("from=-1", "/from")]
    [InlineData("from=1&from=2", "/from")]
    [InlineData("to=yesterday", "/to")]
    [InlineData("from=2&to=1", "/from")]
    [InlineData("action=server.exploded", "/action")]
    [InlineData("actor=somebody", "/actor")]
    [InlineData("actor=AAAAAAAA-0000-4000-8000-000000000000", "/actor")]
    public async Task A_query_that_means_nothing_is_refused_with_a_pointer(string query, string pointer)
    {
        var ann = await host.FounderAsync();
        var answer = await ann.GetAsync($"/api/audit?{query}");
        Assert.Equal("422 invalid-content", answer.Said);
        Assert.Equal([pointer], answer.Pointers);
    }

    [Fact]
    public async Task A_sign_in_names_the_session_that_it_began_and_a_token_its_server_and_an_export_who_has_it()
    {
        var ann = await host.FounderAsync();
        await ann.SignInAsync();
        var session = (await ann.GetAsync("/api/sessions")).Ids[0];
        await ann.PostAsync("/api/servers", new { name = "web-1" });
        await ann.GetAsync("/api/audit/export");
        await TestSupport.Poll.UntilAsync("the entries", TimeSpan.FromSeconds(60), async () =>
        {
            var items = (await ann.GetAsync("/api/audit")).Json.GetProperty("items").EnumerateArray().ToList();
            if (Text(items[0], "action") != "audit.exported") return false;
            var signIn = items.First(item => Text(item, "action") == "account.signed-in");
            Assert.Equal(session, Text(signIn.GetProperty("actor"), "session"));
            Assert.Equal("web-1", Text(items.First(item => Text(item, "action") == "server.token-issued").GetProperty("subject"), "name"));
            Assert.Equal(ann.Email, Text(items[0].GetProperty("actor"), "name"));
            return true;
        });
    }

    [Fact]
    public async Task Owners_and_admins_read_it_and_nobody_else_keys_least_of_all()
    {
        var ann = await host.FounderAsync();
        var key = await ann.PostAsync("/api/keys", new { name = "all", scopes = new[] { "read", "write", "servers:enroll" } });
        foreach (var path in new[] { "/api/audit", "/api/audit/export" })
        {
            Assert.Equal(HttpStatusCode.OK, (await ann.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.OK, (await (await host.MemberAsync(ann.Team, TeamRole.Admin)).GetAsync(path)).Status);
            Assert.Equal("403 not-permitted", (await (await host.MemberAsync(ann.Team, TeamRole.Member)).GetAsync(path)).Said);
            Assert.Equal("403 not-permitted", (await (await host.MemberAsync(ann.Team, TeamRole.Viewer)).GetAsync(path)).Said);
            Assert.Equal("403 not-permitted", (await ann.With(key["key"]).GetAsync(path)).Said);
            Assert.Equal("401 sign-in-required", (await host.NewBrowser().GetAsync(path)).Said);
            Assert.Equal("404 not-found", (await (await host.FounderAsync()).GetAsync(path, ("X-Team", ann.Team.ToString()))).Said);
        }
    }

    [Fact]
    public async Task An_export_is_whole_verifies_and_holds_nothing_of_another_team()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        await bob.PostAsync("/api/servers", new { name = "bobs-server" });
        for (var i = 0; i < 5; i++) await ann.PostAsync("/api/keys", new { name = $"key-{i}", scopes = new[] { "read" } });
        await Poll.UntilAsync("bob's server", Limit, async () => (await bob.GetAsync("/api/audit/export")).Text
            .Contains("bobs-server", StringComparison.Ordinal));
        await ItemsAsync(ann, 8);
        var answer = await ann.GetAsync("/api/audit/export");
        Assert.Equal(("application/jsonl", HttpStatusCode.OK), (answer.ContentType, answer.Status));
        Assert.DoesNotContain("bobs-server", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(bob.Email, answer.Text, StringComparison.Ordinal);

        var verifier = new AuditVerifier(host.Roots.Find);
        foreach (var line in answer.Text.TrimEnd('\n').Split('\n'))
            Assert.True(verifier.Take(Encoding.UTF8.GetBytes(line)), verifier.Fault?.Text);
        Assert.True(verifier.End());
        Assert.Equal((ann.Team, 8L), (verifier.Team!.Value, verifier.Entries));
    }

    [Fact]
    public async Task The_description_lists_every_action_there_is()
    {
        var description = (await host.NewBrowser().GetAsync("/openapi/v1.json")).Json;
        var listed = description.GetProperty("components").GetProperty("schemas").GetProperty("AuditAction").GetProperty("enum")
            .EnumerateArray().Select(action => action.GetString()!);
        Assert.Equal(AuditRules.Actions, listed);
    }

    [Fact]
    public async Task The_description_lists_every_member_that_an_entry_can_have_before_or_after()
    {
        var schemas = (await host.NewBrowser().GetAsync("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");
        var described = schemas.GetProperty("AuditValues").GetProperty("properties").EnumerateObject().Select(member => member.Name);
        var root = Repository.Vector("audit");
        var told = Directory.GetDirectories(root).SelectMany(room => Directory.GetFiles(room))
            .Select(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement)
            .SelectMany(entry => new[] { entry.GetProperty("before"), entry.GetProperty("after") })
            .Where(values => values.ValueKind == JsonValueKind.Object)
            .SelectMany(values => values.EnumerateObject().Select(member => member.Name)).Distinct();
        Assert.Equal(told.Order(), described.Order());
    }

    /// <summary>The whole log once it has this many entries.</summary>
    private static Task<List<JsonElement>> ItemsAsync(Browser browser, int entries) =>
        Poll.ForAsync($"{entries} entries", Limit, async () =>
        {
            var items = (await browser.GetAsync("/api/audit?limit=200")).Json.GetProperty("items").EnumerateArray().ToList();
            Assert.InRange(items.Count, 0, entries);
            return items.Count == entries ? items : null;
        });

    private static IEnumerable<int> Numbers(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("number").GetInt32());

    private static string Action(JsonElement item) => Text(item, "action")!;

    private static (string? Kind, string? Id, string? Name) Subject(JsonElement item)
    {
        var subject = item.GetProperty("subject");
        return (Text(subject, "kind"), Text(subject, "id"), Text(subject, "name"));
    }

    private static string? Text(JsonElement of, string member) => of.GetProperty(member).GetString();
}
