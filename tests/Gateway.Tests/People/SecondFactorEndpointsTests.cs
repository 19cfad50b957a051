using System.Net;
using System.Xml.Linq;
using HostAtlas.Engine;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;
using OtpNet;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class SecondFactorEndpointsTests(PeopleHost host)
{
    [Fact]
    public async Task It_is_set_up_in_two_steps_and_asked_for_at_sign_in_only_after_a_right_password()
    {
        var ann = await host.FounderAsync();
        var (secret, codes) = await SetUpAsync(ann);

        Assert.Equal(10, codes.Count);
        var wrongPassword = await ann.SignInAsync("a guessed password");
        Assert.Equal("401 credentials-rejected", wrongPassword.Said);
        Assert.False(wrongPassword.Json.TryGetProperty("secondFactor", out _));
        var noCode = await ann.SignInAsync();
        Assert.Equal(("401 credentials-rejected", "required"), (noCode.Said, noCode["secondFactor"]));
        Assert.Null(noCode.SetCookie);
        var wrong = await SignInAsync(ann, "000000");
        Assert.Equal(("401 credentials-rejected", "required"), (wrong.Said, wrong["secondFactor"]));
        var next = Next(secret);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(ann, next)).Status);
        Assert.Equal("401 credentials-rejected", (await SignInAsync(ann, next)).Said);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(ann, codes[0])).Status);
        Assert.Equal("401 credentials-rejected", (await SignInAsync(ann, codes[0])).Said);
        Assert.Equal("""{"enabled":true,"recoveryCodesLeft":9}""", (await ann.GetAsync("/api/second-factor")).Text);
    }

    [Fact]
    public async Task Turning_it_on_or_off_ends_the_other_sessions()
    {
        var ann = await host.FounderAsync();
        var other = new Browser(host.Address) { Email = ann.Email };
        await other.SignInAsync();
        var (_, codes) = await SetUpAsync(ann);
        Assert.Equal("401 sign-in-required", (await other.GetAsync("/api/session")).Said);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(other, codes[0])).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await EndAsync(ann, Browser.Password, codes[1])).Status);
        Assert.Equal("401 sign-in-required", (await other.GetAsync("/api/session")).Said);
        Assert.Equal(HttpStatusCode.OK, (await ann.SignInAsync()).Status);
    }

    [Fact]
    public async Task Every_step_needs_what_it_says()
    {
        var ann = await host.FounderAsync();
        Assert.Equal("401 credentials-rejected", (await ann.PostAsync("/api/second-factor", new { password = "a guess" })).Said);
        Assert.Equal("409 conflict", (await ann.PostAsync("/api/second-factor/confirm", new { code = "123456" })).Said);
        Assert.Equal(["/code"], (await ann.PostAsync("/api/second-factor/confirm", new { })).Pointers);
        Assert.Equal("409 conflict", (await EndAsync(ann, Browser.Password, "123456")).Said);
        var (secret, codes) = await SetUpAsync(ann);
        Assert.Equal("409 conflict", (await ann.PostAsync("/api/second-factor", new { password = Browser.Password })).Said);
        Assert.Equal("required", (await EndAsync(ann, Browser.Password, null))["secondFactor"]);
        Assert.False((await EndAsync(ann, "a guess", codes[0])).Json.TryGetProperty("secondFactor", out _));

        var renewed = await ann.PostAsync(
            "/api/second-factor/recovery-codes", new { password = Browser.Password, code = Next(secret) });
        var others = renewed.Json.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!).ToList();
        Assert.Empty(codes.Intersect(others));
        Assert.Equal("401 credentials-rejected", (await SignInAsync(ann, codes[2])).Said);
        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(ann, others[2])).Status);
    }

    [Fact]
    public async Task An_existing_person_opens_an_invitation_with_a_code()
    {
        var ann = await host.FounderAsync();
        var (_, codes) = await SetUpAsync(ann);
        var invitation = await host.InviteAsync(PeopleHost.NewId<TeamId>());
        var without = await ann.PostAsync("/api/setup", new { invitation, email = ann.Email, password = Browser.Password });
        Assert.Equal(("401 credentials-rejected", "required"), (without.Said, without["secondFactor"]));
        var with = await ann.PostAsync("/api/setup", new { invitation, email = ann.Email, password = Browser.Password, code = codes[0] });
        Assert.Equal(HttpStatusCode.Created, with.Status);
    }

    [Fact]
    public async Task A_link_keeps_it_and_asks_for_its_code()
    {
        var ann = await host.FounderAsync();
        var (_, codes) = await SetUpAsync(ann);
        var (issued, _) = await host.Resets.IssueAsync(ann.Email, null, Author.OfOperator("test"), CancellationToken.None);
        const string Wanted = "five other words in a row";
        var without = await ann.PostAsync("/api/reset", new { token = issued!.Token, password = Wanted });
        Assert.Equal(("401 credentials-rejected", "required"), (without.Said, without["secondFactor"]));
        var wrong = await ann.PostAsync("/api/reset", new { token = issued.Token, password = Wanted, code = "000000" });
        Assert.Equal(("401 credentials-rejected", "required"), (wrong.Said, wrong["secondFactor"]));
        Assert.Equal(HttpStatusCode.NoContent,
            (await ann.PostAsync("/api/reset", new { token = issued.Token, password = Wanted, code = codes[0] })).Status);
        Assert.Equal("required", (await ann.SignInAsync(Wanted))["secondFactor"]);
    }

    [Fact]
    public async Task Who_knows_the_password_and_guesses_codes_does_not_keep_the_person_out()
    {
        var ann = await host.FounderAsync();
        var (secret, codes) = await SetUpAsync(ann);
        var thief = new Browser(host.Address) { Email = ann.Email };
        Reply last;
        do last = await SignInAsync(thief, "000000");
        while (last.Status == HttpStatusCode.Unauthorized);
        Assert.Equal("429 rate-limited", last.Said);

        Assert.Equal(HttpStatusCode.OK, (await SignInAsync(ann, codes[0])).Status);
        for (var i = 0; i < 5; i++) Assert.Equal("401 credentials-rejected", (await SignInAsync(thief, "000000")).Said);
        Assert.Equal("429 rate-limited", (await SignInAsync(ann, Next(secret))).Said);
        var (issued, _) = await host.Resets.IssueAsync(ann.Email, null, Author.OfOperator("test"), CancellationToken.None);
        const string Wanted = "five other words in a row";
        Assert.Equal(HttpStatusCode.NoContent,
            (await ann.PostAsync("/api/reset", new { token = issued!.Token, password = Wanted, code = codes[1] })).Status);
        Assert.Equal(HttpStatusCode.OK,
            (await ann.PostAsync("/api/session", new { email = ann.Email, password = Wanted, code = Next(secret) })).Status);
    }

    private static async Task<(string Secret, IReadOnlyList<string> RecoveryCodes)> SetUpAsync(Browser person)
    {
        var begun = await person.PostAsync("/api/second-factor", new { password = Browser.Password });
        Assert.Equal(HttpStatusCode.OK, begun.Status);
        var secret = begun["secret"];
        Assert.Equal(
            $"otpauth://totp/HostAtlas:{Uri.EscapeDataString(person.Email)}"
                + $"?secret={secret}&issuer=HostAtlas&algorithm=SHA1&digits=6&period=30",
            begun["uri"]);
        var rows = begun.Json.GetProperty("qr").EnumerateArray().Select(row => row.GetString()!).ToList();
        Assert.All(rows, row => Assert.Equal(rows.Count, row.Length));
        Assert.Equal("svg", XDocument.Parse(begun["svg"]).Root!.Name.LocalName);
        var wrong = await person.PostAsync("/api/second-factor/confirm", new { code = "000000" });
        Assert.Equal("401 credentials-rejected", wrong.Said);
        var confirmed = await person.PostAsync("/api/second-factor/confirm", new { code = Code(secret, 0) });
        Assert.Equal(HttpStatusCode.OK, confirmed.Status);
        Assert.NotNull(confirmed.SetCookie);
        return (secret, [.. confirmed.Json.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)]);
    }

    private static Task<Reply> SignInAsync(Browser person, string code) =>
        person.PostAsync("/api/session", new { email = person.Email, password = Browser.Password, code });

    private static Task<Reply> EndAsync(Browser person, string password, string? code) => person.SendAsync(
        "DELETE", "/api/second-factor", System.Text.Json.JsonSerializer.Serialize(new { password, code }), []);

    // The code of the next step is accepted already; the present one was spent by confirming.
    private static string Next(string secret) => Code(secret, 30);

    private static string Code(string secret, int seconds) => new Totp(Base32Encoding.ToBytes(secret))
        .ComputeTotp(TimeProvider.System.GetUtcNow().AddSeconds(seconds).UtcDateTime);
}
