using System.Net;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class KeyEndpointsTests(PeopleHost host)
{
    [Fact]
    public async Task A_key_is_shown_once_listed_without_its_text_and_dead_once_revoked()
    {
        var ann = await host.FounderAsync();
        var made = await ann.PostAsync("/api/keys", new { name = "ci", scopes = new[] { "read", "read" } });

        Assert.Equal((HttpStatusCode.Created, "ci"), (made.Status, made["name"]));
        Assert.Matches("^hak_[A-Za-z0-9_-]{107}$", made["key"]);
        var list = await ann.GetAsync("/api/keys");
        Assert.Equal([made["id"]], list.Ids);
        Assert.DoesNotContain("hak_", list.Text, StringComparison.Ordinal);
        var script = ann.With(made["key"]);
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/servers")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/keys/{made["id"]}")).Status);
        Assert.Equal("401 credentials-rejected", (await script.GetAsync("/api/servers")).Said);
        Assert.Equal("404 not-found", (await ann.DeleteAsync($"/api/keys/{made["id"]}")).Said);
    }

    [Fact]
    public async Task Each_scope_opens_its_own_doors_and_no_scope_opens_those_of_people()
    {
        var ann = await host.FounderAsync();
        var server = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var doors = new Dictionary<string, int[]>
        {
            ["read"] = [200, 200, 403, 403, 403, 403, 403],
            ["write"] = [403, 403, 201, 403, 403, 403, 403],
            ["servers:enroll"] = [403, 403, 201, 403, 403, 403, 403],
        };
        foreach (var (scope, expected) in doors)
        {
            var script = ann.With((await ann.PostAsync("/api/keys", new { name = scope, scopes = new[] { scope } }))["key"]);
            var said = new List<Reply>
            {
                await script.GetAsync("/api/servers"),
                await script.GetAsync("/api/teams"),
                await script.PostAsync("/api/servers", new { name = $"made by {scope}" }),
                await script.PostAsync($"/api/servers/{server["id"]}/token", new { }),
                await script.GetAsync("/api/keys"),
                await script.PostAsync("/api/keys", new { name = "more", scopes = new[] { "read" } }),
                await script.GetAsync("/api/session"),
            };
            Assert.Equal(expected, said.Select(reply => (int)reply.Status));
            Assert.All(said.Where(reply => (int)reply.Status == 403), reply => Assert.Equal("not-permitted", reply.Slug));
            Assert.All(said, reply => Assert.Null(reply.SetCookie));
        }
    }

    [Fact]
    public async Task A_host_that_is_installed_again_by_a_key_does_not_become_a_second_server()
    {
        var ann = await host.FounderAsync();
        var script = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "servers:enroll" } }))["key"]);

        Assert.Equal(HttpStatusCode.Created, (await script.PostAsync("/api/servers", new { name = "web-1" })).Status);
        Assert.Equal("409 conflict", (await script.PostAsync("/api/servers", new { name = "web-1" })).Said);
    }

    [Fact]
    public async Task A_key_speaks_for_its_own_team_only()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        var script = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" } }))["key"]);

        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/servers", ("X-Team", ann.Team.ToString()))).Status);
        Assert.Equal("404 not-found", (await script.GetAsync("/api/servers", ("X-Team", bob.Team.ToString()))).Said);
        Assert.Equal("400 malformed-request", (await script.GetAsync("/api/servers", ("X-Team", "x"))).Said);
    }

    [Fact]
    public async Task Anything_that_is_no_key_of_this_platform_is_rejected()
    {
        var ann = await host.FounderAsync();
        var key = (await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" } }))["key"];
        var token = (await ann.PostAsync("/api/servers", new { name = "web-1" }))["token"];
        string[] others = ["", "x", token, key[..^1], key + "A", "hat_" + key[4..], Changed(key, 10), Changed(key, 60), Changed(key, 105)];
        foreach (var other in others)
        {
            Assert.Equal("401 credentials-rejected", (await ann.With(other).GetAsync("/api/servers")).Said);
        }
    }

    [Theory]
    [InlineData("""{"scopes": ["read"]}""", "/name")]
    [InlineData("""{"name": "k"}""", "/scopes")]
    [InlineData("""{"name": "k", "scopes": []}""", "/scopes")]
    [InlineData("""{"name": "k", "scopes": ["read", "admin"]}""", "/scopes/1")]
    [InlineData("""{"name": "k", "scopes": [null]}""", "/scopes/0")]
    public async Task A_fault_of_the_form_is_pointed_at(string body, string pointer)
    {
        var ann = await host.FounderAsync();
        Assert.Equal([pointer], (await ann.SendAsync("POST", "/api/keys", body, [])).Pointers);
    }

    [Fact]
    public async Task A_member_neither_sees_nor_makes_keys()
    {
        var owner = await host.FounderAsync();
        var member = await host.MemberAsync(owner.Team, TeamRole.Member);

        Assert.Equal("403 not-permitted", (await member.GetAsync("/api/keys")).Said);
        Assert.Equal("403 not-permitted", (await member.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" } })).Said);
        Assert.Equal("403 not-permitted", (await member.DeleteAsync($"/api/keys/{PeopleHost.NewId<KeyId>()}")).Said);
    }

    private static string Changed(string text, int at) => text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];
}
