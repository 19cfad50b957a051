using System.Net;
using System.Text;
using HostAtlas.Engine;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class SetupEndpointTests(PeopleHost host)
{
    [Fact]
    public async Task An_invitation_makes_an_owner_a_team_and_a_session()
    {
        var team = PeopleHost.NewId<TeamId>();
        var browser = host.NewBrowser();

        var answer = await SetUpAsync(browser, await host.InviteAsync(team), "founder1@example.org", team: "Ångström & Söhne");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(team.ToString(), answer["team"]);
        Assert.Matches("^hostatlas_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=7200$", answer.SetCookie);
        var session = await browser.GetAsync("/api/session");
        Assert.Equal((answer["user"], "founder1@example.org"), (session["user"], session["email"]));
        var own = Assert.Single(session.Json.GetProperty("teams").EnumerateArray());
        Assert.Equal((team.ToString(), "Ångström & Söhne", "owner"),
            (own.GetProperty("id").GetString(), own.GetProperty("name").GetString(), own.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Sent_again_when_all_of_it_was_done_the_invitation_is_spent_and_signing_in_is_the_way()
    {
        var invitation = await host.InviteAsync(PeopleHost.NewId<TeamId>());
        var first = await SetUpAsync(host.NewBrowser(), invitation, "again@example.org");
        var second = await SetUpAsync(host.NewBrowser(), invitation, " AGAIN@example.org ");

        Assert.Equal(HttpStatusCode.Created, first.Status);
        Assert.Equal("410 invitation-spent", second.Said);
        Assert.Contains("If it was you, sign in.", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_up_that_died_after_the_invitation_was_spent_goes_on_where_it_stopped()
    {
        var hasher = new PasswordHasher();
        var (team, user) = (PeopleHost.NewId<TeamId>(), PeopleHost.NewId<UserId>());
        var hash = await hasher.HashAsync(Encoding.UTF8.GetBytes(Browser.Password), default);
        await host.Engine.AskAsync(new RegisterUser(
            host.Keys.AddressOf("spent@example.org"), user, "spent@example.org", hash!, Author.OfOperator("test")));
        var invitation = await host.InviteAsync(team);
        Assert.True(TokenForm.TryRead<InvitationId>(TokenKind.Invitation, invitation, host.Keys.TokenKeys, out var claims));
        await host.Engine.AskAsync(
            new AcceptInvitation(team, claims.Subject, TokenHash.Of(
                invitation), user, "spent@example.org", "Half", Author.OfOperator("test")));

        var again = await SetUpAsync(host.NewBrowser(), invitation, "spent@example.org");
        Assert.Equal((HttpStatusCode.Created, user.ToString()), (again.Status, again["user"]));
    }

    [Fact]
    public async Task A_set_up_that_died_after_the_person_was_made_goes_on_with_the_same_password_only()
    {
        var hasher = new PasswordHasher();
        var user = PeopleHost.NewId<UserId>();
        var hash = await hasher.HashAsync(Encoding.UTF8.GetBytes(Browser.Password), default);
        await host.Engine.AskAsync(new RegisterUser(
            host.Keys.AddressOf("half@example.org"), user, "half@example.org", hash!, Author.OfOperator("test")));
        var invitation = await host.InviteAsync(PeopleHost.NewId<TeamId>());

        var wrong = await SetUpAsync(host.NewBrowser(), invitation, "half@example.org", "another password");
        Assert.Equal("401 credentials-rejected", wrong.Said);
        var right = await SetUpAsync(host.NewBrowser(), invitation, "half@example.org");
        Assert.Equal((HttpStatusCode.Created, user.ToString()), (right.Status, right["user"]));
    }

    [Fact]
    public async Task A_spent_invitation_tells_nobody_anything_else()
    {
        var owner = await host.FounderAsync();
        var invitation = await host.InviteAsync(PeopleHost.NewId<TeamId>());
        await SetUpAsync(host.NewBrowser(), invitation, "first@example.org");

        var unknown = await SetUpAsync(host.NewBrowser(), invitation, "nobody-yet@example.org");
        var known = await SetUpAsync(host.NewBrowser(), invitation, owner.Email);
        var guessed = await SetUpAsync(host.NewBrowser(), invitation, owner.Email, "a guessed password");
        var spender = await SetUpAsync(host.NewBrowser(), invitation, "first@example.org", "a guessed password");

        Assert.Equal("410 invitation-spent", unknown.Said);
        Assert.All([known, guessed, spender], answer => Assert.Equal((unknown.Status, unknown.Text), (answer.Status, answer.Text)));
        var reply = await host.Engine.AskAsync(new FindUser(host.Keys.AddressOf("nobody-yet@example.org")));
        Assert.IsType<Refused>(reply);
    }

    [Fact]
    public async Task One_invitation_raced_with_many_addresses_makes_one_person()
    {
        var invitation = await host.InviteAsync(PeopleHost.NewId<TeamId>());
        string[] emails = [.. Enumerable.Range(0, 6).Select(i => $"racer{i}@example.org")];
        var answers = await Task.WhenAll(emails.Select(email => SetUpAsync(host.NewBrowser(), invitation, email)));

        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(5, answers.Count(answer => answer.Said == "410 invitation-spent"));
        foreach (var (email, answer) in emails.Zip(answers))
        {
            var found = await host.Engine.AskAsync(new FindUser(host.Keys.AddressOf(email)));
            Assert.Equal(answer.Status == HttpStatusCode.Created, found is UserKnown);
        }
        // Who lost is as free as who never came: another invitation and another password.
        var loser = emails[Array.FindIndex(answers, answer => answer.Status != HttpStatusCode.Created)];
        var later = await SetUpAsync(
            host.NewBrowser(), await host.InviteAsync(PeopleHost.NewId<TeamId>()), loser, "another four words in a row");
        Assert.Equal(HttpStatusCode.Created, later.Status);
    }

    [Fact]
    public async Task An_old_invitation_is_spent_and_a_made_up_one_is_rejected()
    {
        var old = await SetUpAsync(
            host.NewBrowser(), await host.InviteAsync(PeopleHost.NewId<TeamId>(), validFor: TimeSpan.FromSeconds(-1)), "late@example.org");
        var madeUp = await SetUpAsync(host.NewBrowser(), "hai_" + new string('A', 107), "forger@example.org");

        Assert.Equal("410 invitation-spent", old.Said);
        Assert.Equal("401 credentials-rejected", madeUp.Said);
        Assert.Null(madeUp.SetCookie);
    }

    [Fact]
    public async Task An_invitation_into_a_team_gives_its_role_and_a_second_team_must_be_named()
    {
        var owner = await host.FounderAsync();
        var member = await host.FounderAsync();
        var joined = await SetUpAsync(member, await host.InviteAsync(owner.Team, TeamRole.Member), member.Email);
        Assert.Equal((HttpStatusCode.Created, owner.Team.ToString()), (joined.Status, joined["team"]));

        var teams = (await member.GetAsync("/api/teams")).Json.GetProperty("items").EnumerateArray()
            .ToDictionary(item => item.GetProperty("id").GetString()!, item => item.GetProperty("role").GetString());
        Assert.Equal(new Dictionary<string, string?> { [owner.Team.ToString()] = "member", [member.Team.ToString()] = "owner" }, teams);
        Assert.Equal("400 malformed-request", (await member.GetAsync("/api/servers")).Said);
        Assert.Equal(HttpStatusCode.OK, (await member.GetAsync("/api/servers", ("X-Team", owner.Team.ToString()))).Status);
        Assert.Equal("403 not-permitted", (await member.GetAsync("/api/keys", ("X-Team", owner.Team.ToString()))).Said);
        Assert.Equal(HttpStatusCode.OK, (await member.GetAsync("/api/keys", ("X-Team", member.Team.ToString()))).Status);
        Assert.Equal("400 malformed-request", (await member.GetAsync("/api/servers", ("X-Team", "mine"))).Said);
    }

    [Fact]
    public async Task Every_fault_of_the_form_is_pointed_at()
    {
        var form = new { team = new string('x', 101), email = "no address", password = "short" };
        var answer = await host.NewBrowser().PostAsync("/api/setup", form);

        Assert.Equal("422 invalid-content", answer.Said);
        Assert.Equal(["/email", "/invitation", "/password", "/team"], answer.Pointers.Order());
    }

    private static Task<Reply> SetUpAsync(
        Browser browser, string invitation, string email, string password = Browser.Password, string? team = null) =>
        browser.PostAsync("/api/setup", new { invitation, team, email, password });
}
