using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.Tests.People.Support;

namespace HostAtlas.Gateway.Tests.People;

/// <summary>A platform of its own: what one network did wrong here must not count against other tests.</summary>
public sealed class RejectedCredentialsTests(PeopleHost host) : IClassFixture<PeopleHost>
{
    [Fact]
    public async Task Whoever_guesses_keys_is_told_to_wait_and_valid_keys_and_sessions_are_not_hurt()
    {
        var ann = await host.FounderAsync();
        var script = ann.With((await ann.PostAsync("/api/keys", new { name = "ci", scopes = new[] { "read" } }))["key"]);
        var guesser = ann.With("hak_" + new string('A', 107));
        var said = new List<string>();
        // Some are forgiven while the guesses go on; so many more are not.
        for (var i = 0; i < 2 * FailedCredentials.Burst && said.LastOrDefault() != "429 rate-limited"; i++)
        {
            said.Add((await guesser.GetAsync("/api/servers")).Said);
        }

        Assert.Equal("429 rate-limited", said[^1]);
        Assert.All(said.SkipLast(1), one => Assert.Equal("401 credentials-rejected", one));
        Assert.True(said.Count > FailedCredentials.Burst);
        Assert.Equal("200 ", (await script.GetAsync("/api/servers")).Said);
        Assert.Equal("200 ", (await ann.GetAsync("/api/servers")).Said);
    }
}
