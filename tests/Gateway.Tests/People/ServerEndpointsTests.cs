using System.Net;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class ServerEndpointsTests(PeopleHost host)
{
    [Fact]
    public async Task A_new_server_is_answered_with_its_token_and_found_by_its_id()
    {
        var ann = await host.FounderAsync();

        var added = await ann.PostAsync("/api/servers", new { name = "  web-1 " });

        Assert.Equal((HttpStatusCode.Created, "web-1", $"/api/servers/{added["id"]}"), (added.Status, added["name"], added.Location));
        Assert.Matches("^hat_[A-Za-z0-9_-]{107}$", added["token"]);
        var found = await ann.GetAsync(added.Location!);
        Assert.Equal((HttpStatusCode.OK, "web-1", "pending"), (found.Status, found["name"], found["status"]));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, found.Json.GetProperty("lastSeenAt").ValueKind);
        Assert.True(found.Json.GetProperty("createdAt").GetDateTimeOffset().Offset == TimeSpan.Zero);
        Assert.DoesNotContain("hat_", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_team_reads_its_servers_page_by_page()
    {
        var ann = await host.FounderAsync();
        var added = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var server = await ann.PostAsync("/api/servers", new { name = $"web-{i}" });
            added.Add(server["id"]);
        }
        var (seen, cursor) = (new List<string>(), "");
        for (var page = 0; page < 3; page++)
        {
            var answer = await ann.GetAsync($"/api/servers?limit=1&cursor={cursor}");
            seen.Add(Assert.Single(answer.Ids));
            cursor = answer.Json.GetProperty("next").GetString();
        }

        Assert.Null(cursor);
        Assert.Equal(added.Order(), seen.Order());
        Assert.Equal(422, (int)(await ann.GetAsync("/api/servers?limit=201")).Status);
        Assert.Equal(422, (int)(await ann.GetAsync("/api/servers?cursor=7")).Status);
    }

    [Fact]
    public async Task The_fourth_server_of_a_free_plan_is_refused()
    {
        var ann = await host.FounderAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.Created, (await ann.PostAsync("/api/servers", new { name = "same" })).Status);
        }

        Assert.Equal("403 plan-limit-reached", (await ann.PostAsync("/api/servers", new { name = "one more" })).Said);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"name": ""}""")]
    [InlineData("""{"name": "   "}""")]
    [InlineData("""{"name": "a\u0000b"}""")]
    [InlineData("""{"name": 5}""")]
    public async Task A_name_that_is_none_is_pointed_at(string body)
    {
        var ann = await host.FounderAsync();
        var answer = await ann.SendAsync("POST", "/api/servers", body, []);

        Assert.Equal("422 invalid-content", answer.Said);
        Assert.Equal(["/name"], answer.Pointers);
    }

    [Fact]
    public async Task A_new_token_ends_the_one_before_at_once_or_after_the_overlap()
    {
        var ann = await host.FounderAsync();
        var added = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var server = ResourceId.Parse<ServerId>(added["id"]);

        var rotated = await ann.PostAsync($"/api/servers/{server}/token", new { overlapSeconds = 60 });
        Assert.Equal(HttpStatusCode.OK, rotated.Status);
        await host.ReportAsync(ann.Team, server, added["token"], "cpu", (Now(), 1));
        await host.ReportAsync(ann.Team, server, rotated["token"], "cpu", (Now(), 1));
        var last = await ann.PostAsync($"/api/servers/{server}/token", new { });
        await host.ReportAsync(ann.Team, server, last["token"], "cpu", (Now(), 1));

        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(
            () => host.ReportAsync(ann.Team, server, rotated["token"], "cpu", (Now(), 1)));
        foreach (var overlapSeconds in new[] { -1, 604_801 })
        {
            Assert.Equal(["/overlapSeconds"], (await ann.PostAsync($"/api/servers/{server}/token", new { overlapSeconds })).Pointers);
        }
    }

    [Fact]
    public async Task Metrics_are_read_back_step_by_step()
    {
        var ann = await host.FounderAsync();
        var added = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var server = ResourceId.Parse<ServerId>(added["id"]);
        var start = Now() / 60_000 * 60_000 - 300_000;
        var token = added["token"];
        await host.ReportAsync(ann.Team, server, token, "cpu.used_percent", (start + 1_000, 10), (start + 2_000, 30), (start + 61_000, 5));
        await host.ReportAsync(ann.Team, server, token, "disk.used_bytes{mount=\"/a,b\"}", (start + 1_000, 7.5));

        var path = $"/api/servers/{server}/metrics?from={start}&to={start + 180_000}&step=60";
        var cpu = await ann.GetAsync(path + "&names=cpu.used_percent,unheard.of");
        var all = await ann.GetAsync(path);

        var points = $"[[{start},10,30,20,30],[{start + 60_000},5,5,5,5]]";
        Assert.Equal($$"""{"step":60,"series":[{"name":"cpu.used_percent","points":{{points}}}]}""", cpu.Text);
        Assert.Equal(2, all.Json.GetProperty("series").GetArrayLength());
        Assert.Equal("online", (await ann.GetAsync($"/api/servers/{server}"))["status"]);
    }

    [Fact]
    public async Task The_server_is_looked_for_before_the_range_is_judged()
    {
        var ann = await host.FounderAsync();
        var added = await ann.PostAsync("/api/servers", new { name = "web-1" });

        Assert.Equal("422 invalid-content", (await ann.GetAsync($"/api/servers/{added["id"]}/metrics?step=0")).Said);
        Assert.Equal("404 not-found", (await ann.GetAsync($"/api/servers/{PeopleHost.NewId<ServerId>()}/metrics?step=0")).Said);
    }

    [Fact]
    public async Task A_viewer_reads_and_changes_nothing()
    {
        var owner = await host.FounderAsync();
        var viewer = await host.MemberAsync(owner.Team, TeamRole.Viewer);
        var added = await owner.PostAsync("/api/servers", new { name = "web-1" });

        Assert.Equal([added["id"]], (await viewer.GetAsync("/api/servers")).Ids);
        Assert.Equal("403 not-permitted", (await viewer.PostAsync("/api/servers", new { name = "web-2" })).Said);
        Assert.Equal("403 not-permitted", (await viewer.PostAsync($"/api/servers/{added["id"]}/token", new { })).Said);
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
