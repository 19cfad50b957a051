using System.Net;
using System.Text;
using HostAtlas.Engine;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;
using Konscious.Security.Cryptography;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class PasswordEndpointsTests(PeopleHost host)
{
    private const string New = "five other words in a row";

    [Fact]
    public async Task Another_password_gives_this_session_a_new_id_and_ends_all_others()
    {
        var ann = await host.FounderAsync();
        var other = new Browser(host.Address) { Email = ann.Email };
        await other.SignInAsync();
        var before = ann.Cookie;

        var answer = await ann.PostAsync("/api/password", new { current = Browser.Password, @new = New });
        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Matches("^hostatlas_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=7200$", answer.SetCookie);
        Assert.NotEqual(before, ann.Cookie);
        Assert.Equal(HttpStatusCode.OK, (await ann.GetAsync("/api/session")).Status);
        Assert.Equal("401 sign-in-required", (await other.GetAsync("/api/session")).Said);
        Assert.Single((await ann.GetAsync("/api/sessions")).Ids);
        Assert.Equal("401 credentials-rejected", (await other.SignInAsync()).Said);
        Assert.Equal(HttpStatusCode.OK, (await other.SignInAsync(New)).Status);
    }

    [Fact]
    public async Task Without_the_password_of_now_or_with_a_bad_new_one_nothing_changes()
    {
        var ann = await host.FounderAsync();
        Assert.Equal("401 credentials-rejected", (await ann.PostAsync("/api/password", new { current = "a guess", @new = New })).Said);
        var bad = await ann.PostAsync("/api/password", new { current = Browser.Password, @new = "short" });
        Assert.Equal(["/new"], bad.Pointers);
        Assert.Equal(["/current", "/new"], (await ann.PostAsync("/api/password", new { })).Pointers);
        Assert.Equal("401 sign-in-required", (await host.NewBrowser().PostAsync("/api/password", new { })).Said);
        Assert.Equal(HttpStatusCode.OK, (await ann.SignInAsync()).Status);
    }

    [Fact]
    public async Task A_link_of_the_operator_sets_the_password_once_and_ends_all_sessions()
    {
        var ann = await host.FounderAsync();
        var token = await OperatorsTokenAsync(ann.Email);
        var stranger = host.NewBrowser();

        var weak = await stranger.PostAsync("/api/reset", new { token, password = "short" });
        Assert.Equal(["/password"], weak.Pointers);
        var set = await stranger.PostAsync("/api/reset", new { token, password = New });
        Assert.Equal((HttpStatusCode.NoContent, null), (set.Status, set.SetCookie));
        Assert.Equal("401 sign-in-required", (await ann.GetAsync("/api/session")).Said);
        Assert.Equal("401 credentials-rejected", (await stranger.PostAsync("/api/reset", new { token, password = New + "!" })).Said);
        Assert.Equal("401 credentials-rejected", (await ann.SignInAsync()).Said);
        Assert.Equal(HttpStatusCode.OK, (await ann.SignInAsync(New)).Status);
    }

    [Fact]
    public async Task A_newer_link_replaces_the_one_before_and_a_made_up_one_is_refused()
    {
        var ann = await host.FounderAsync();
        var (first, second) = (await OperatorsTokenAsync(ann.Email), await OperatorsTokenAsync(ann.Email));
        var dead = await ann.PostAsync("/api/reset", new { token = first, password = New });
        Assert.Equal("401 credentials-rejected", dead.Said);
        Assert.Contains("Ask an owner of your team", dead["detail"], StringComparison.Ordinal);
        var madeUp = await ann.PostAsync("/api/reset", new { token = "har_" + new string('A', 107), password = New });
        Assert.Equal("401 credentials-rejected", madeUp.Said);
        Assert.Equal("422 invalid-content", (await ann.PostAsync("/api/reset", new { password = New })).Said);
        Assert.Equal(HttpStatusCode.NoContent, (await ann.PostAsync("/api/reset", new { token = second, password = New })).Status);
    }

    [Fact]
    public async Task An_owner_makes_a_link_for_a_member_of_this_team_alone_and_nobody_else_does()
    {
        var owner = await host.FounderAsync();
        var (admin, member) = (await host.MemberAsync(owner.Team, TeamRole.Admin), await host.MemberAsync(owner.Team, TeamRole.Member));
        var (id, own) = ((await member.GetAsync("/api/session"))["user"], (await owner.GetAsync("/api/session"))["user"]);
        var path = $"/api/members/{id}/reset";

        Assert.Equal("403 not-permitted", (await admin.PostAsync(path, new { })).Said);
        Assert.Equal("403 not-permitted", (await member.PostAsync(path, new { })).Said);
        Assert.Equal("403 not-permitted", (await owner.PostAsync($"/api/members/{own}/reset", new { })).Said);
        Assert.Equal("404 not-found", (await (await host.FounderAsync()).PostAsync(path, new { })).Said);
        Assert.Equal("404 not-found", (await owner.PostAsync($"/api/members/{PeopleHost.NewId<UserId>()}/reset", new { })).Said);

        var made = await owner.PostAsync(path, new { });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.StartsWith($"{host.Address.GetLeftPart(UriPartial.Authority)}/reset#har_", made["link"], StringComparison.Ordinal);
        await member.PostAsync("/api/teams", new { invitation = await host.InviteAsync(PeopleHost.NewId<TeamId>()) });
        var token = made["link"].Split('#')[1];
        Assert.Equal("401 credentials-rejected", (await owner.PostAsync("/api/reset", new { token, password = New })).Said);
        Assert.Equal("403 not-permitted", (await owner.PostAsync(path, new { })).Said);
    }

    [Fact]
    public async Task A_password_that_was_hashed_with_other_parameters_is_hashed_anew_at_sign_in()
    {
        // "password of twelve" with 64 KiB and one pass, as an earlier version might have written it.
        var password = Encoding.UTF8.GetBytes("password of twelve");
        using var argon = new Argon2id(password) { Salt = new byte[16], MemorySize = 64, Iterations = 1, DegreeOfParallelism = 1 };
        var old = new PasswordHash(64, 1, 1, new byte[16], argon.GetBytes(32)).Write();
        var person = new Browser(host.Address) { Email = "of.long.ago@example.org" };
        var address = host.Keys.AddressOf(person.Email);
        await host.Engine.AskAsync(
            new RegisterUser(address, PeopleHost.NewId<UserId>(), person.Email, old, Author.OfOperator("test")));

        Assert.Equal(HttpStatusCode.OK, (await person.SignInAsync("password of twelve")).Status);
        var known = Assert.IsType<UserKnown>(await host.Engine.AskAsync(new FindUser(address)));
        Assert.True(PasswordHasher.IsOutdated(old));
        Assert.False(PasswordHasher.IsOutdated(known.PasswordHash));
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/api/session")).Status);
        Assert.Equal(HttpStatusCode.OK, (await person.SignInAsync("password of twelve")).Status);
    }

    private async Task<string> OperatorsTokenAsync(string email)
    {
        var (issued, _) = await host.Resets.IssueAsync(email, null, Author.OfOperator("test"), CancellationToken.None);
        return Assert.IsType<IssuedReset>(issued).Token;
    }
}
