using System.Net;
using HostAtlas.Gateway.Tests.People.Support;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class SessionEndpointsTests(PeopleHost host)
{
    [Fact]
    public async Task Sign_in_gives_a_new_session_and_ends_the_one_before()
    {
        var ann = await host.FounderAsync();
        var before = ann.Cookie;

        var signedIn = await ann.SignInAsync();

        Assert.Equal(HttpStatusCode.OK, signedIn.Status);
        Assert.Equal(ann.Email, signedIn["email"]);
        Assert.Equal("owner", signedIn.Json.GetProperty("teams")[0].GetProperty("role").GetString());
        Assert.Matches("^hostatlas_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=7200$", signedIn.SetCookie);
        Assert.NotEqual(before, ann.Cookie);
        Assert.Equal(HttpStatusCode.OK, (await ann.GetAsync("/api/session")).Status);
        ann.Cookie = before;
        Assert.Equal("401 sign-in-required", (await ann.GetAsync("/api/session")).Said);
    }

    [Fact]
    public async Task Use_renews_the_cookie_with_the_same_value()
    {
        var ann = await host.FounderAsync();
        foreach (var path in new[] { "/api/session", "/api/teams", "/api/servers", $"/api/servers/{Guid.Empty}" })
        {
            var used = await ann.GetAsync(path);
            Assert.Equal($"hostatlas_session={ann.Cookie}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=7200", used.SetCookie);
        }
    }

    [Fact]
    public async Task Sign_out_ends_the_session_and_takes_the_cookie_back()
    {
        var ann = await host.FounderAsync();
        var value = ann.Cookie;

        var signedOut = await ann.DeleteAsync("/api/session");

        Assert.Equal((HttpStatusCode.NoContent, ""), (signedOut.Status, signedOut.Text));
        Assert.Equal("hostatlas_session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0", signedOut.SetCookie);
        ann.Cookie = value;
        Assert.Equal("401 sign-in-required", (await ann.GetAsync("/api/session")).Said);
        Assert.Equal("401 sign-in-required", (await ann.DeleteAsync("/api/session")).Said);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_are_one_answer()
    {
        var ann = await host.FounderAsync();
        var wrong = await ann.SignInAsync("four words in a column");
        var unknown = await new Browser(host.Address) { Email = "who@example.org" }.SignInAsync();

        Assert.Equal("401 credentials-rejected", wrong.Said);
        Assert.Equal((wrong.Status, wrong.Text, wrong.SetCookie), (unknown.Status, unknown.Text, unknown.SetCookie));
    }

    [Fact]
    public async Task After_ten_wrong_passwords_an_account_waits_whether_or_not_it_exists()
    {
        var ann = await host.FounderAsync();
        var nobody = new Browser(host.Address) { Email = $"nobody.of.{ann.Email}" };
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await ann.SignInAsync("a guessed password")).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.SignInAsync("a guessed password")).Status);
        }
        var annWaits = await ann.SignInAsync();
        var nobodyWaits = await nobody.SignInAsync();

        Assert.Equal("429 rate-limited", annWaits.Said);
        // How long is left may differ by the second that lay between.
        Assert.Equal((annWaits.Status, WithoutSeconds(annWaits)), (nobodyWaits.Status, WithoutSeconds(nobodyWaits)));
        Assert.InRange(int.Parse(annWaits.RetryAfter!, System.Globalization.CultureInfo.InvariantCulture), 1, 30);
    }

    [Fact]
    public async Task Without_a_session_people_are_asked_to_sign_in()
    {
        var stranger = host.NewBrowser();
        foreach (var cookie in new[] { null, new string('A', 43), "short" })
        {
            stranger.Cookie = cookie;
            foreach (var path in new[] { "/api/session", "/api/teams", "/api/servers", "/api/keys" })
            {
                var answer = await stranger.GetAsync(path);
                Assert.Equal("401 sign-in-required", answer.Said);
                Assert.Null(answer.SetCookie);
            }
        }
    }

    [Fact]
    public async Task A_cookie_beside_an_authorization_header_counts_for_nothing()
    {
        var ann = await host.FounderAsync();
        var answer = await ann.GetAsync("/api/servers", ("Authorization", "Bearer hak_wrong"));

        Assert.Equal("401 credentials-rejected", answer.Said);
        Assert.Equal("401 credentials-rejected", (await ann.GetAsync("/api/servers", ("Authorization", "Basic YTpi"))).Said);
    }

    [Theory]
    [InlineData("{}", 422)]
    [InlineData("""{"email": "a@b", "password": 7}""", 422)]
    [InlineData("""{"email": "a@b"}""", 422)]
    [InlineData("not json", 400)]
    [InlineData("", 400)]
    public async Task A_body_of_another_shape_is_no_attempt(string body, int status) =>
        Assert.Equal(status, (int)(await host.NewBrowser().SendAsync("POST", "/api/session", body, [])).Status);

    [Fact]
    public async Task While_the_store_is_locked_people_are_told_when_to_come_again_and_then_it_goes_on()
    {
        var ann = await host.FounderAsync();
        using (host.LockTheStore())
        {
            var answer = await ann.SignInAsync();
            Assert.Equal("503 engine-busy", answer.Said);
            Assert.Equal("5", answer.RetryAfter);
        }
        Assert.Equal(HttpStatusCode.OK, (await ann.SignInAsync()).Status);
    }

    [Theory]
    [InlineData(200, "401 credentials-rejected")]
    [InlineData(201, "422 invalid-content")]
    [InlineData(300, "422 invalid-content")]
    [InlineData(100_000, "422 invalid-content")]
    public async Task A_password_that_is_longer_than_any_that_can_be_set_is_answered_alike_however_long_it_is(int characters, string said)
    {
        var nobody = host.NewBrowser();
        nobody.Email = $"{Guid.Empty:N}.{characters}@example.org";
        // Letters beyond the first plane count once, as they do when a password is set.
        var password = string.Concat(Enumerable.Repeat(characters > 1000 ? "x" : "\U0001F511", characters));
        Assert.Equal(said, (await nobody.SignInAsync(password)).Said);
    }

    [Fact]
    public async Task A_body_above_1_MiB_is_too_large()
    {
        var answer = await host.NewBrowser().PostAsync("/api/session", new { email = "a@b", password = new string('x', 1024 * 1024) });

        Assert.Equal("413 too-large", answer.Said);
    }

    private static string WithoutSeconds(Reply reply) =>
        System.Text.RegularExpressions.Regex.Replace(reply.Text, @"\d+ seconds", "some seconds");
}
