using System.Net;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;
using Microsoft.AspNetCore.Routing;

namespace HostAtlas.Gateway.Tests.People;

/// <summary>Nobody learns anything of a team that is not theirs, not even that it exists.</summary>
[Collection(PeopleCollection.Name)]
public sealed class IsolationTests(PeopleHost host)
{
    [Fact]
    public async Task Another_teams_id_answers_like_one_that_does_not_exist_on_every_route_with_an_id()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        var server = await bob.PostAsync("/api/servers", new { name = "bobs" });
        var key = await bob.PostAsync("/api/keys", new { name = "bobs", scopes = new[] { "read" } });
        var invitation = await bob.PostAsync("/api/invitations", new { role = "viewer" });
        var hook = """{"items": [{"kind": "webhook", "url": "https://192.0.2.1/hook", "events": ["*"]}]}""";
        var channel = (await bob.SendAsync("PUT", "/api/notifications", hook, [])).Ids[0];
        var member = (await (await host.MemberAsync(bob.Team, TeamRole.Viewer)).GetAsync("/api/session"))["user"];
        var second = new Browser(host.Address) { Email = bob.Email };
        await second.SignInAsync();
        var session = (await bob.GetAsync("/api/sessions")).Ids[0];
        // What ends a thing comes last, and what ends a part of it before: until then its own team must reach it.
        var routes = host.Routes.Where(route => route.RoutePattern.RawText!.Contains("{id}", StringComparison.Ordinal))
            .OrderBy(route => Method(route) == "DELETE" ? -route.RoutePattern.RawText!.Length : int.MinValue).ToList();
        Assert.True(routes.Count >= 14);

        foreach (var route in routes)
        {
            var (method, pattern) = (Method(route), route.RoutePattern.RawText!);
            var theirs = pattern.Split('/')[2] switch
            {
                "keys" => key["id"],
                "invitations" => invitation["id"],
                "members" => member,
                "notifications" => channel,
                "sessions" => session,
                _ => server["id"],
            };
            var foreign = await SendAsync(ann, method, pattern, theirs);
            string[] nothings = [PeopleHost.NewId<ServerId>().ToString(), "7", Guid.Empty.ToString()];
            foreach (var nothing in nothings)
            {
                var answer = await SendAsync(ann, method, pattern, nothing);
                Assert.Equal((HttpStatusCode.NotFound, foreign.Text), (answer.Status, answer.Text));
            }
            Assert.Equal("404 not-found", foreign.Said);
            // In upper case it is another address, at which nothing is, whoever's it would be.
            Assert.Equal("404 not-found", (await SendAsync(ann, method, pattern, theirs.ToUpperInvariant())).Said);
            // It was there all the while, untouched: its own team still reaches it.
            var own = await SendAsync(bob, method, pattern, theirs);
            Assert.True((int)own.Status is 200 or 201 or 204, $"{method} {pattern}: {own.Said} {own.Text}");
        }
    }

    [Fact]
    public async Task Another_team_in_X_Team_answers_like_one_that_does_not_exist_on_every_route()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        string[] ofTeams =
            ["/api/servers", "/api/keys", "/api/audit", "/api/team/", "/api/members", "/api/invitations", "/api/notifications"];
        var routes = host.Routes
            .Where(route => Array.Exists(ofTeams, of => $"{route.RoutePattern.RawText}/".StartsWith(of, StringComparison.Ordinal)))
            .ToList();
        Assert.True(routes.Count >= 22);

        foreach (var route in routes)
        {
            var id = PeopleHost.NewId<ServerId>().ToString();
            var pattern = route.RoutePattern.RawText!;
            var foreign = await SendAsync(ann, Method(route), pattern, id, ("X-Team", bob.Team.ToString()));
            var nothing = await SendAsync(ann, Method(route), pattern, id, ("X-Team", PeopleHost.NewId<TeamId>().ToString()));
            Assert.Equal("404 not-found", foreign.Said);
            Assert.Equal(nothing.Text, foreign.Text);
        }
    }

    [Fact]
    public async Task Another_teams_servers_stand_in_no_list_and_its_ids_are_no_cursors_to_them()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        var server = await bob.PostAsync("/api/servers", new { name = "bobs" });

        Assert.Equal([server["id"]], (await bob.GetAsync("/api/servers")).Ids);
        Assert.Empty((await ann.GetAsync("/api/servers")).Ids);
        Assert.Empty((await ann.GetAsync($"/api/servers?cursor={server["id"]}")).Ids);
    }

    [Fact]
    public async Task Every_route_that_changes_something_refuses_a_foreign_page()
    {
        var ann = await host.FounderAsync();
        var routes = host.Routes.Where(route => Method(route) is not ("GET" or "HEAD")).ToList();
        Assert.True(routes.Count >= 7);

        foreach (var route in routes)
        {
            var path = route.RoutePattern.RawText!.Replace("{id}", PeopleHost.NewId<ServerId>().ToString(), StringComparison.Ordinal);
            foreach (var headers in new (string, string)[][]
            {
                [], [("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.example")], [("Sec-Fetch-Site", "same-origin")],
            })
            {
                var answer = await ann.SendAsync(Method(route), path, "{}", headers, sameOrigin: false);
                Assert.Equal("403 cross-site-refused", answer.Said);
                Assert.Null(answer.SetCookie);
            }
        }
    }

    private static string Method(RouteEndpoint route) => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0];

    private static Task<Reply> SendAsync(
        Browser browser, string method, string pattern, string id, params (string Name, string Value)[] headers)
    {
        var body = method switch
        {
            "POST" or "PATCH" => """
              {"name": "x", "scopes": ["read"], "overlapSeconds": 0, "role": "member", "email": "x@example.org", "kind": "agent.ping",
               "reason": "x"}
              """,
            "PUT" => """{"last": 1, "daily": 1, "weekly": 1, "monthly": 1, "yearly": 1, "floorDays": 30}""",
            _ => null,
        };
        return browser.SendAsync(method, pattern.Replace("{id}", id, StringComparison.Ordinal), body, headers);
    }
}
