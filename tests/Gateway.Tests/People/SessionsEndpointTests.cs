using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class SessionsEndpointTests(PeopleHost host)
{
    [Fact]
    public async Task A_person_sees_where_they_are_signed_in_and_which_session_asks()
    {
        var ann = await host.FounderAsync();
        var other = await AnotherAsync(ann, ("User-Agent", "Phone/1"));

        var list = await ann.GetAsync("/api/sessions");
        Assert.Equal(2, list.Ids.Count);
        var phone = list.Json.GetProperty("items")[0];
        Assert.Equal(("Phone/1", "127.0.0.1", false), (phone.GetProperty("userAgent").GetString(), phone.GetProperty("address").GetString(),
            phone.GetProperty("current").GetBoolean()));
        Assert.True(list.Json.GetProperty("items")[1].GetProperty("current").GetBoolean());
        var (used, ends) = (phone.GetProperty("lastUsedAt").GetDateTimeOffset(), phone.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.True(ends > used.AddSeconds(7190));
        Assert.DoesNotContain(ann.Cookie!, list.Text, StringComparison.Ordinal);
        Assert.Equal(list.Ids, (await other.GetAsync("/api/sessions")).Ids);
        var page = await ann.GetAsync("/api/sessions?limit=1");
        Assert.Equal(list.Ids[1], Assert.Single((await ann.GetAsync($"/api/sessions?limit=1&cursor={page["next"]}")).Ids));
    }

    [Fact]
    public async Task One_session_is_ended_by_its_id_and_anothers_id_is_not_there()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        var other = await AnotherAsync(ann);
        var bobs = Assert.Single((await bob.GetAsync("/api/sessions")).Ids);
        var id = (await ann.GetAsync("/api/sessions")).Ids[0];

        var missing = await ann.DeleteAsync($"/api/sessions/{Guid.Empty}");
        var anothers = await ann.DeleteAsync($"/api/sessions/{bobs}");
        Assert.Equal("404 not-found", anothers.Said);
        Assert.Equal((missing.Status, missing.Text), (anothers.Status, anothers.Text));
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/sessions/{id}")).Status);
        Assert.Equal("401 sign-in-required", (await other.GetAsync("/api/session")).Said);
        Assert.Equal("404 not-found", (await ann.DeleteAsync($"/api/sessions/{id}")).Said);
        Assert.Equal(HttpStatusCode.OK, (await bob.GetAsync("/api/session")).Status);

        var own = await ann.DeleteAsync($"/api/sessions/{Assert.Single((await ann.GetAsync("/api/sessions")).Ids)}");
        Assert.Equal("hostatlas_session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0", own.SetCookie);
        Assert.Null(ann.Cookie);
    }

    [Fact]
    public async Task All_sessions_but_this_one_are_ended()
    {
        var ann = await host.FounderAsync();
        var (one, two) = (await AnotherAsync(ann), await AnotherAsync(ann));

        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync("/api/sessions")).Status);
        Assert.Equal("401 sign-in-required", (await one.GetAsync("/api/session")).Said);
        Assert.Equal("401 sign-in-required", (await two.GetAsync("/api/session")).Said);
        Assert.Single((await ann.GetAsync("/api/sessions")).Ids);
    }

    [Fact]
    public async Task A_key_has_no_sessions()
    {
        var ann = await host.FounderAsync();
        var key = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read", "write" } }))["key"]);
        foreach (var path in new[] { "/api/sessions", "/api/sessions/" + Guid.Empty })
            Assert.Equal("403 not-permitted", (await key.DeleteAsync(path)).Said);
        Assert.Equal("403 not-permitted", (await key.GetAsync("/api/sessions")).Said);
    }

    [Fact]
    public async Task Signing_in_gives_a_new_id_and_ends_the_one_the_browser_had()
    {
        var ann = await host.FounderAsync();
        var before = ann.Cookie!;
        await ann.SignInAsync();

        Assert.NotEqual(before, ann.Cookie);
        ann.Cookie = before;
        Assert.Equal("401 sign-in-required", (await ann.GetAsync("/api/session")).Said);
    }

    [Fact]
    public async Task When_rights_change_the_session_gets_a_new_id_and_the_old_one_serves_requests_under_way()
    {
        var owner = await host.FounderAsync();
        var member = await host.MemberAsync(owner.Team, TeamRole.Viewer);
        var old = member.Cookie!;
        await member.GetAsync("/api/servers");
        Assert.Equal(old, member.Cookie);
        var user = Guid.Parse((await member.GetAsync("/api/session"))["user"]);
        var change = await host.Engine.AskAsync(
            new ChangeRole(owner.Team, UserId.Wrap(user), TeamRole.Admin, Author.OfOperator("test")));
        Assert.IsType<MemberShown>(change);

        var answer = await member.GetAsync("/api/servers");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.NotEqual(old, member.Cookie);
        var underWay = host.NewBrowser();
        underWay.Cookie = old;
        var late = await underWay.GetAsync("/api/servers");
        Assert.Equal((HttpStatusCode.OK, null), (late.Status, late.SetCookie));
        Assert.Single((await member.GetAsync("/api/sessions")).Ids);
        var now = member.Cookie;
        await member.GetAsync("/api/keys");
        Assert.Equal(now, member.Cookie);
    }

    [Fact]
    public async Task Joining_another_team_gives_the_session_a_new_id()
    {
        var (ann, team) = (await host.FounderAsync(), PeopleHost.NewId<TeamId>());
        var joined = await ann.PostAsync("/api/teams", new { invitation = await host.InviteAsync(team) });
        Assert.Equal(HttpStatusCode.Created, joined.Status);
        var before = ann.Cookie;
        await ann.GetAsync("/api/session");
        Assert.NotEqual(before, ann.Cookie);
    }

    private async Task<Browser> AnotherAsync(Browser person, params (string Name, string Value)[] headers)
    {
        var browser = host.NewBrowser();
        (browser.Email, browser.Team) = (person.Email, person.Team);
        var answer = await browser.PostAsync("/api/session", new { email = person.Email, password = Browser.Password }, headers);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return browser;
    }
}
