using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class MemberEndpointsTests(PeopleHost host)
{
    [Fact]
    public async Task The_members_are_listed_in_pages_by_whom_they_are_told_to()
    {
        var owner = await host.FounderAsync();
        var viewer = await host.MemberAsync(owner.Team, TeamRole.Viewer);

        var first = await viewer.GetAsync("/api/members?limit=1");
        var second = await viewer.GetAsync($"/api/members?limit=1&cursor={first["next"]}");

        var (one, other) = (Items(first).Single(), Items(second).Single());
        Assert.Equal((owner.Email, "owner"), (one.GetProperty("email").GetString(), one.GetProperty("role").GetString()));
        Assert.Equal((viewer.Email, "viewer"), (other.GetProperty("email").GetString(), other.GetProperty("role").GetString()));
        Assert.Equal((await viewer.GetAsync("/api/session"))["user"], other.GetProperty("id").GetString());
        Assert.True(other.GetProperty("joinedAt").GetDateTimeOffset() > TimeProvider.System.GetUtcNow().AddMinutes(-5));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, second.Json.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Another_role_counts_from_the_next_call_on()
    {
        var owner = await host.FounderAsync();
        var (member, id) = await MemberAsync(owner, TeamRole.Member);

        Assert.Equal(HttpStatusCode.Created, (await member.PostAsync("/api/servers", new { name = "one" })).Status);
        var changed = await owner.PatchAsync($"/api/members/{id}", new { role = "viewer" });
        Assert.Equal((HttpStatusCode.OK, id, member.Email, "viewer"), (changed.Status, changed["id"], changed["email"], changed["role"]));
        Assert.Equal("403 not-permitted", (await member.PostAsync("/api/servers", new { name = "two" })).Said);
        Assert.Equal("admin", (await owner.PatchAsync($"/api/members/{id}", new { role = "admin" }))["role"]);
        Assert.Equal(HttpStatusCode.OK, (await member.GetAsync("/api/keys")).Status);
    }

    [Fact]
    public async Task Who_was_removed_is_refused_from_the_next_call_on_and_the_team_is_no_longer_theirs()
    {
        var owner = await host.FounderAsync();
        var (member, id) = await MemberAsync(owner, TeamRole.Admin);

        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/members/{id}")).Status);

        Assert.Equal("404 not-found", (await member.GetAsync("/api/servers")).Said);
        Assert.Equal("404 not-found", (await member.GetAsync("/api/servers", ("X-Team", owner.Team.ToString()))).Said);
        Assert.Empty((await member.GetAsync("/api/teams")).Ids);
        Assert.Equal(HttpStatusCode.OK, (await member.SignInAsync()).Status);
        Assert.Equal("404 not-found", (await owner.DeleteAsync($"/api/members/{id}")).Said);
        Assert.Equal([owner.Email], Items(await owner.GetAsync("/api/members")).Select(one => one.GetProperty("email").GetString()));
    }

    [Fact]
    public async Task Everybody_may_leave_but_the_last_owner()
    {
        var owner = await host.FounderAsync();
        var (viewer, id) = await MemberAsync(owner, TeamRole.Viewer);
        var own = (await owner.GetAsync("/api/session"))["user"];

        Assert.Equal("403 not-permitted", (await viewer.DeleteAsync($"/api/members/{own}")).Said);
        Assert.Equal("409 conflict", (await owner.DeleteAsync($"/api/members/{own}")).Said);
        Assert.Equal("409 conflict", (await owner.PatchAsync($"/api/members/{own}", new { role = "admin" })).Said);
        Assert.Equal("403 not-permitted", (await viewer.PatchAsync($"/api/members/{id}", new { role = "viewer" })).Said);
        Assert.Equal(HttpStatusCode.NoContent, (await viewer.DeleteAsync($"/api/members/{id}")).Status);
        Assert.Empty((await viewer.GetAsync("/api/teams")).Ids);
    }

    [Fact]
    public async Task Of_two_owners_who_leave_at_once_one_stays()
    {
        var owner = await host.FounderAsync();
        var own = (await owner.GetAsync("/api/session"))["user"];
        var (second, id) = await MemberAsync(owner, TeamRole.Owner);

        var said = await Task.WhenAll(owner.DeleteAsync($"/api/members/{own}"), second.DeleteAsync($"/api/members/{id}"));

        Assert.Equal([204, 409], said.Select(reply => (int)reply.Status).Order());
    }

    [Fact]
    public async Task An_admin_neither_makes_nor_unmakes_an_owner()
    {
        var owner = await host.FounderAsync();
        var own = (await owner.GetAsync("/api/session"))["user"];
        var (admin, id) = await MemberAsync(owner, TeamRole.Admin);

        Assert.Equal("403 not-permitted", (await admin.PatchAsync($"/api/members/{id}", new { role = "owner" })).Said);
        Assert.Equal("403 not-permitted", (await admin.PatchAsync($"/api/members/{own}", new { role = "viewer" })).Said);
        Assert.Equal("403 not-permitted", (await admin.DeleteAsync($"/api/members/{own}")).Said);
        Assert.Equal("403 not-permitted", (await admin.PostAsync("/api/invitations", new { role = "owner" })).Said);
    }

    [Fact]
    public async Task A_removal_that_died_half_way_is_mended_when_the_teams_are_next_listed()
    {
        var owner = await host.FounderAsync();
        var (member, id) = await MemberAsync(owner, TeamRole.Member);
        var user = ResourceId.Parse<UserId>(id);
        // The team's step, and then the platform died.
        Assert.IsType<MemberShown>(await host.Engine.AskAsync(new RemoveMember(owner.Team, user, Author.OfOperator("test"))));
        var find = new FindUser(host.Keys.AddressOf(member.Email));
        Assert.Equal([owner.Team], Assert.IsType<UserKnown>(await host.Engine.AskAsync(find)).Teams);

        Assert.Equal("404 not-found", (await member.GetAsync("/api/servers")).Said);
        Assert.Empty((await member.GetAsync("/api/teams")).Ids);

        Assert.Empty(Assert.IsType<UserKnown>(await host.Engine.AskAsync(find)).Teams);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"role": "Owner"}""")]
    [InlineData("""{"role": 3}""")]
    public async Task A_role_that_is_none_is_pointed_at(string body)
    {
        var owner = await host.FounderAsync();
        var (_, id) = await MemberAsync(owner, TeamRole.Member);
        Assert.Equal(["/role"], (await owner.SendAsync("PATCH", $"/api/members/{id}", body, [])).Pointers);
    }

    private async Task<(Browser Member, string Id)> MemberAsync(Browser owner, TeamRole role)
    {
        var member = await host.MemberAsync(owner.Team, role);
        return (member, (await member.GetAsync("/api/session"))["user"]);
    }

    private static IEnumerable<System.Text.Json.JsonElement> Items(Reply reply) => reply.Json.GetProperty("items").EnumerateArray();
}
