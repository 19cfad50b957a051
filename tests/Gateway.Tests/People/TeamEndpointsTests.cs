using System.Net;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class TeamEndpointsTests(PeopleHost host)
{
    [Fact]
    public async Task A_team_shows_its_name_ones_role_and_how_much_of_the_plan_is_used()
    {
        var owner = await host.FounderAsync();
        await owner.PostAsync("/api/servers", new { name = "web-1" });

        var shown = await owner.GetAsync("/api/team");
        Assert.Equal((owner.Team.ToString(), $"Team {owner.Email}", "owner"), (shown["id"], shown["name"], shown["role"]));
        Assert.Equal("""{"servers":3,"used":1}""", shown.Json.GetProperty("plan").GetRawText());
        Assert.Equal(
            """{"kind":"directory","region":null,"origin":null,"uploads":"gateway","""
            + """ "why":"The vault lies in the platform's data folder.","bytes":0}""".TrimStart(),
            shown.Json.GetProperty("vault").GetRawText().Replace("\\u0027", "'", StringComparison.Ordinal));
        Assert.IsType<Done>(await host.Engine.AskAsync(new SetPlan(owner.Team, null, Author.OfOperator("test"))));
        Assert.Equal("""{"servers":null,"used":1}""", (await owner.GetAsync("/api/team")).Json.GetProperty("plan").GetRawText());
        var script = owner.With((await owner.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" } }))["key"]);
        Assert.Equal(JsonValueKind.Null, (await script.GetAsync("/api/team")).Json.GetProperty("role").ValueKind);
    }

    [Fact]
    public async Task An_admin_renames_the_team_and_a_member_does_not()
    {
        var owner = await host.FounderAsync();
        var admin = await host.MemberAsync(owner.Team, TeamRole.Admin);
        var member = await host.MemberAsync(owner.Team, TeamRole.Member);

        Assert.Equal("403 not-permitted", (await member.PatchAsync("/api/team", new { name = "Ours" })).Said);
        var renamed = await admin.PatchAsync("/api/team", new { name = "  Müller & Söhne " });
        Assert.Equal((HttpStatusCode.OK, "Müller & Söhne"), (renamed.Status, renamed["name"]));
        Assert.Equal("Müller & Söhne", (await owner.GetAsync("/api/team"))["name"]);
        Assert.Equal(["/name"], (await owner.PatchAsync("/api/team", new { name = " " })).Pointers);
        var script = owner.With((await owner.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read", "write" } }))["key"]);
        Assert.Equal("403 not-permitted", (await script.PatchAsync("/api/team", new { name = "Ours" })).Said);
    }
}
