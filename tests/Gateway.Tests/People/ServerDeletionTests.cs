using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People;

/// <summary><c>PATCH</c> and <c>DELETE /api/servers/{id}</c>.</summary>
public sealed class ServerDeletionTests(PeopleOverTime people) : IClassFixture<PeopleOverTime>
{
    private static readonly Author Tester = Author.OfOperator("test");

    [Fact]
    public async Task A_deleted_server_answers_like_one_that_never_was_and_its_token_is_dead()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var id = ResourceId.Parse<ServerId>(made["id"]);
        await people.Host.ReportAsync(ann.Team, id, made["token"], "cpu", (people.Now.ToUnixTimeMilliseconds(), 1));

        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/servers/{id}")).Status);

        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(
            () => people.Host.ReportAsync(ann.Team, id, made["token"], "cpu", (people.Now.ToUnixTimeMilliseconds(), 1)));
        Assert.Empty((await ann.GetAsync("/api/servers")).Ids);
        var never = PeopleHost.NewId<ServerId>();
        foreach (var path in new[] { "", "/metrics", "/backups" })
        {
            var nothing = await ann.GetAsync($"/api/servers/{never}{path}");
            Assert.Equal(("404 not-found", nothing.Text), ((await ann.GetAsync($"/api/servers/{id}{path}")).Said,
                (await ann.GetAsync($"/api/servers/{id}{path}")).Text));
        }
        Assert.Equal("404 not-found", (await ann.PostAsync($"/api/servers/{id}/token", new { })).Said);
        Assert.Equal("404 not-found", (await ann.PatchAsync($"/api/servers/{id}", new { name = "x" })).Said);
        Assert.Equal("404 not-found", (await ann.DeleteAsync($"/api/servers/{id}")).Said);
    }

    [Fact]
    public async Task Its_place_in_the_plan_is_free_and_so_is_its_name_to_scripts()
    {
        var ann = await people.Host.FounderAsync();
        await people.Host.Engine.AskAsync(new SetPlan(ann.Team, 1, Tester));
        var script = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "servers:enroll" } }))["key"]);
        var made = await script.PostAsync("/api/servers", new { name = "web-1" });
        Assert.Equal("403 plan-limit-reached", (await script.PostAsync("/api/servers", new { name = "web-2" })).Said);

        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/servers/{made["id"]}")).Status);

        Assert.Equal(HttpStatusCode.Created, (await script.PostAsync("/api/servers", new { name = "web-1" })).Status);
    }

    [Fact]
    public async Task It_takes_a_sign_in_that_is_less_than_ten_minutes_old()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        people.Advance(TimeSpan.FromMinutes(10));

        var refused = await ann.DeleteAsync($"/api/servers/{made["id"]}");
        Assert.Equal("403 not-permitted", refused.Said);
        Assert.Contains("Sign in again", refused["detail"], StringComparison.Ordinal);
        Assert.Equal([made["id"]], (await ann.GetAsync("/api/servers")).Ids);

        // Another password is no sign-in: it asks for no second factor.
        const string New = "five other words in a row";
        var changed = await ann.PostAsync("/api/password", new { current = Browser.Password, @new = New });
        Assert.Equal(HttpStatusCode.NoContent, changed.Status);
        Assert.Equal("403 not-permitted", (await ann.DeleteAsync($"/api/servers/{made["id"]}")).Said);

        Assert.Equal(HttpStatusCode.OK, (await ann.SignInAsync(New)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/servers/{made["id"]}")).Status);
    }

    [Fact]
    public async Task While_the_chain_is_not_open_it_is_refused_and_nothing_of_it_is_done()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var id = ResourceId.Parse<ServerId>(made["id"]);
        Assert.IsType<Done>(await people.Host.Engine.AskAsync(
            new FreezeBackups(ann.Team, id, FreezeCause.Person, Author.OfOperator("test"))));

        Assert.Equal("409 conflict", (await ann.DeleteAsync($"/api/servers/{id}")).Said);

        await people.Host.ReportAsync(ann.Team, id, made["token"], "cpu", (people.Now.ToUnixTimeMilliseconds(), 1));
        Assert.IsType<Done>(await people.Host.Engine.AskAsync(new ResumeBackups(ann.Team, id, Author.OfOperator("test"))));
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/servers/{id}")).Status);
    }

    [Fact]
    public async Task A_deletion_that_died_half_way_leaves_the_server_listed_and_goes_on_when_it_is_sent_again()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var id = ResourceId.Parse<ServerId>(made["id"]);
        Assert.IsType<Done>(await people.Host.Engine.AskAsync(new CloseBackups(ann.Team, id, Tester)));
        Assert.IsType<Done>(await people.Host.Engine.AskAsync(new CloseDoor(ann.Team, id, Tester)));

        Assert.Equal([made["id"]], (await ann.GetAsync("/api/servers")).Ids);
        Assert.Equal("404 not-found", (await ann.PostAsync($"/api/servers/{id}/token", new { })).Said);
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/servers/{id}")).Status);
        Assert.Empty((await ann.GetAsync("/api/servers")).Ids);
    }

    [Fact]
    public async Task A_member_and_a_key_delete_nothing()
    {
        var ann = await people.Host.FounderAsync();
        var member = await people.Host.MemberAsync(ann.Team, TeamRole.Member);
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        var key = await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read", "write", "servers:enroll" } });

        Assert.Equal("403 not-permitted", (await member.DeleteAsync($"/api/servers/{made["id"]}")).Said);
        Assert.Equal("403 not-permitted", (await ann.With(key["key"]).DeleteAsync($"/api/servers/{made["id"]}")).Said);
    }

    [Fact]
    public async Task A_server_is_renamed_and_the_next_list_shows_it()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/servers", new { name = "web-1" });
        await ann.PostAsync("/api/servers", new { name = "web-2" });
        var path = $"/api/servers/{made["id"]}";

        var renamed = await ann.PatchAsync(path, new { name = " mail " });
        Assert.Equal(
            (HttpStatusCode.OK, made["id"], "mail", "pending"), (renamed.Status, renamed["id"], renamed["name"], renamed["status"]));
        Assert.Equal("mail", (await ann.GetAsync(path))["name"]);
        var key = await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "write" } });
        Assert.Equal("409 conflict", (await ann.With(key["key"]).PatchAsync(path, new { name = "WEB-2" })).Said);
        Assert.Equal(HttpStatusCode.OK, (await ann.PatchAsync(path, new { name = "web-2" })).Status);
        Assert.Equal(["/name"], (await ann.PatchAsync(path, new { name = "" })).Pointers);
        Assert.Equal(["/name"], (await ann.PatchAsync(path, new { })).Pointers);
    }
}
