using System.Net;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class InvitationEndpointsTests(PeopleHost host)
{
    [Fact]
    public async Task An_invitation_is_shown_once_listed_without_its_text_and_makes_a_member_of_its_role()
    {
        var owner = await host.FounderAsync();
        var made = await owner.PostAsync("/api/invitations", new { role = "viewer" });

        Assert.Equal((HttpStatusCode.Created, "viewer"), (made.Status, made["role"]));
        Assert.Matches("^hai_[A-Za-z0-9_-]{107}$", made["invitation"]);
        Assert.Equal($"/api/invitations/{made["id"]}", made.Location);
        var until = made.Json.GetProperty("expiresAt").GetDateTimeOffset() - TimeProvider.System.GetUtcNow();
        Assert.InRange(until.TotalHours, 23.9, 24);
        var list = await owner.GetAsync("/api/invitations");
        Assert.Equal([made["id"]], list.Ids);
        Assert.Equal(owner.Email, list.Json.GetProperty("items")[0].GetProperty("createdBy").GetString());
        Assert.DoesNotContain("hai_", list.Text, StringComparison.Ordinal);

        var joiner = await SetUpAsync(made["invitation"], NewEmail());
        Assert.Equal((HttpStatusCode.Created, owner.Team.ToString()), (joiner.Answer.Status, joiner.Answer["team"]));
        Assert.Equal("viewer", (await joiner.Browser.GetAsync("/api/team"))["role"]);
        Assert.Empty((await owner.GetAsync("/api/invitations")).Ids);
        Assert.Equal("410 invitation-spent", (await SetUpAsync(made["invitation"], NewEmail())).Answer.Said);
    }

    [Fact]
    public async Task A_withdrawn_invitation_is_spent()
    {
        var owner = await host.FounderAsync();
        var made = await owner.PostAsync("/api/invitations", new { role = "member" });

        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/invitations/{made["id"]}")).Status);
        Assert.Equal("404 not-found", (await owner.DeleteAsync($"/api/invitations/{made["id"]}")).Said);
        Assert.Equal("410 invitation-spent", (await SetUpAsync(made["invitation"], NewEmail())).Answer.Said);
    }

    [Fact]
    public async Task An_address_that_was_made_a_member_joins_and_no_other_address_does()
    {
        var owner = await host.FounderAsync();
        var email = NewEmail();
        var made = await owner.PostAsync("/api/members", new { email, role = "admin" });

        Assert.Equal((HttpStatusCode.Created, email), (made.Status, made["email"]));
        Assert.Equal("403 not-permitted", (await SetUpAsync(made["invitation"], NewEmail())).Answer.Said);
        var other = await host.FounderAsync();
        Assert.Equal("403 not-permitted", (await other.PostAsync("/api/teams", new { invitation = made["invitation"] })).Said);
        var joined = await SetUpAsync(made["invitation"], email.ToUpperInvariant());
        Assert.Equal(HttpStatusCode.Created, joined.Answer.Status);
        Assert.Equal("409 conflict", (await owner.PostAsync("/api/members", new { email, role = "member" })).Said);
    }

    [Fact]
    public async Task Who_is_signed_in_joins_another_team_and_then_names_one_in_each_call()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        var made = await ann.PostAsync("/api/invitations", new { role = "member", email = bob.Email });

        var joined = await bob.PostAsync("/api/teams", new { invitation = made["invitation"] });

        Assert.Equal((HttpStatusCode.Created, ann.Team.ToString(), "member"), (joined.Status, joined["id"], joined["role"]));
        Assert.Equal([bob.Team.ToString(), ann.Team.ToString()], (await bob.GetAsync("/api/teams")).Ids);
        Assert.Equal("400 malformed-request", (await bob.GetAsync("/api/servers")).Said);
        Assert.Equal(HttpStatusCode.OK, (await bob.GetAsync("/api/servers", ("X-Team", ann.Team.ToString()))).Status);
        // A lost answer: the same request ends where the first one did.
        Assert.Equal(HttpStatusCode.Created, (await bob.PostAsync("/api/teams", new { invitation = made["invitation"] })).Status);
        var again = await ann.PostAsync("/api/invitations", new { role = "member" });
        Assert.Equal("409 conflict", (await bob.PostAsync("/api/teams", new { invitation = again["invitation"] })).Said);
    }

    [Fact]
    public async Task Somebody_known_joins_by_set_up_with_the_own_password()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        var made = await ann.PostAsync("/api/members", new { email = bob.Email, role = "viewer" });

        Assert.Equal("401 credentials-rejected", (await SetUpAsync(made["invitation"], bob.Email, "four other words here")).Answer.Said);
        var joined = await SetUpAsync(made["invitation"], bob.Email);

        Assert.Equal(HttpStatusCode.Created, joined.Answer.Status);
        Assert.Equal(2, (await joined.Browser.GetAsync("/api/teams")).Ids.Count);
    }

    [Fact]
    public async Task An_invitation_of_somebody_who_was_removed_lets_nobody_in()
    {
        var owner = await host.FounderAsync();
        var admin = await host.MemberAsync(owner.Team, TeamRole.Admin);
        var id = (await admin.GetAsync("/api/session"))["user"];
        var kept = (await admin.PostAsync("/api/invitations", new { role = "admin" }))["invitation"];

        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/members/{id}")).Status);

        Assert.Equal("410 invitation-spent", (await admin.PostAsync("/api/teams", new { invitation = kept })).Said);
        Assert.Empty((await owner.GetAsync("/api/invitations")).Ids);
    }

    [Fact]
    public async Task Only_who_manages_members_sees_makes_and_withdraws_invitations()
    {
        var owner = await host.FounderAsync();
        var member = await host.MemberAsync(owner.Team, TeamRole.Member);
        var made = await owner.PostAsync("/api/invitations", new { role = "viewer" });
        Assert.Equal("403 not-permitted", (await member.GetAsync("/api/invitations")).Said);
        Assert.Equal("403 not-permitted", (await member.PostAsync("/api/invitations", new { role = "viewer" })).Said);
        Assert.Equal("403 not-permitted", (await member.PostAsync("/api/members", new { role = "viewer", email = NewEmail() })).Said);
        Assert.Equal("403 not-permitted", (await member.DeleteAsync($"/api/invitations/{made["id"]}")).Said);
        var key = owner.With((await owner.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read", "write" } }))["key"]);
        Assert.Equal("403 not-permitted", (await key.PostAsync("/api/invitations", new { role = "viewer" })).Said);
        Assert.Equal("403 not-permitted", (await key.PostAsync("/api/teams", new { invitation = made["invitation"] })).Said);
    }

    [Theory]
    [InlineData("/api/invitations", """{}""", "/role")]
    [InlineData("/api/invitations", """{"role": "king"}""", "/role")]
    [InlineData("/api/invitations", """{"role": "viewer", "email": "x"}""", "/email")]
    [InlineData("/api/members", """{"role": "viewer"}""", "/email")]
    [InlineData("/api/members", """{"role": "viewer", "email": 7}""", "/email")]
    [InlineData("/api/teams", """{}""", "/invitation")]
    public async Task A_fault_of_the_form_is_pointed_at(string path, string body, string pointer)
    {
        var ann = await host.FounderAsync();
        Assert.Equal([pointer], (await ann.SendAsync("POST", path, body, [])).Pointers);
    }

    [Fact]
    public async Task What_is_no_invitation_of_this_platform_is_rejected()
    {
        var ann = await host.FounderAsync();
        var text = (await ann.PostAsync("/api/invitations", new { role = "viewer" }))["invitation"];
        foreach (var other in new[] { "x", "hak_" + text[4..], text[..^1] + (text[^1] == 'A' ? 'Q' : 'A') })
        {
            Assert.Equal("401 credentials-rejected", (await ann.PostAsync("/api/teams", new { invitation = other })).Said);
        }
    }

    private static string NewEmail() => $"{PeopleHost.NewId<HostAtlas.Shared.Ids.UserId>()}@example.org";

    private async Task<(Browser Browser, Reply Answer)> SetUpAsync(string invitation, string email, string password = Browser.Password)
    {
        var browser = host.NewBrowser();
        browser.Email = email;
        return (browser, await browser.PostAsync("/api/setup", new { invitation, email, password }));
    }
}
