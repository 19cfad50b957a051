using System.Net;
using System.Text.Json;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.People;

[Collection(PeopleCollection.Name)]
public sealed class NotificationEndpointsTests(PeopleHost host)
{
    private const string Hook =
        """{"kind": "webhook", "url": "https://192.0.2.1/t0ken", "events": ["backup.frozen", "*", "backup.frozen"]}""";

    [Fact]
    public async Task A_webhook_is_set_with_a_secret_that_is_shown_once_and_rotated_tried_changed_and_removed()
    {
        var ann = await host.FounderAsync();
        Assert.Empty((await ann.GetAsync("/api/notifications")).Json.GetProperty("items").EnumerateArray());
        var made = await PutAsync(ann, Hook);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        var channel = Item(made);
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", channel.GetProperty("secret").GetString());
        var shown = await ann.GetAsync("/api/notifications");
        Assert.DoesNotContain("whsec_", shown.Text, StringComparison.Ordinal);
        Assert.Equal(["*", "backup.frozen"], Item(shown).GetProperty("events").EnumerateArray().Select(type => type.GetString()));

        var id = channel.GetProperty("id").GetString();
        var rotated = await ann.PostAsync($"/api/notifications/{id}/secret", new { overlapSeconds = 60 });
        Assert.Matches("^whsec_", rotated["secret"]);
        Assert.NotEqual(channel.GetProperty("secret").GetString(), rotated["secret"]);
        // The address is nobody's: the guard says so before anything is sent.
        var trial = await ann.PostAsync($"/api/notifications/{id}/test", new { });
        Assert.Equal((HttpStatusCode.OK, "address-refused"), (trial.Status, trial["code"]));

        // What was shown goes back as it is, and nothing has changed.
        var again = await ann.SendAsync("PUT", "/api/notifications", shown.Text, []);
        Assert.Equal(Item(shown).GetRawText(), Item(again).GetRawText());
        var off = await PutAsync(ann, $$"""
            {"id": "{{id}}", "kind": "webhook", "url": "https://hooks.example.org/x", "events": ["*"], "enabled": false}
            """);
        Assert.False(Item(off).GetProperty("enabled").GetBoolean());
        Assert.Empty((await PutAsync(ann)).Json.GetProperty("items").EnumerateArray());
        Assert.Equal("404 not-found", (await ann.PostAsync($"/api/notifications/{id}/test", new { })).Said);

        var actions = (await AuditAsync(ann)).Where(action => action.StartsWith("channel.", StringComparison.Ordinal));
        Assert.Equal(["channel.removed", "channel.changed", "channel.secret-rotated", "channel.added"], actions);
        Assert.DoesNotContain("t0ken", (await ann.GetAsync("/api/audit")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind": "webhook", "url": "http://hooks.example.org/x", "events": ["*"]}""", "/items/0/url")]
    [InlineData("""{"kind": "webhook", "url": "https://a:b@hooks.example.org/x", "events": ["*"]}""", "/items/0/url")]
    [InlineData("""{"kind": "webhook", "url": "https://hooks.example.org/x#y", "events": ["*"]}""", "/items/0/url")]
    [InlineData("""{"kind": "webhook", "url": "https://hooks.example.org/\r\nx", "events": ["*"]}""", "/items/0/url")]
    [InlineData("""{"kind": "webhook", "events": ["*"]}""", "/items/0/url")]
    [InlineData("""{"kind": "webhook", "url": "https://hooks.example.org/x", "events": []}""", "/items/0/events")]
    [InlineData("""{"kind": "webhook", "url": "https://hooks.example.org/x", "events": ["*", "backup.eaten"]}""", "/items/0/events/1")]
    [InlineData("""{"kind": "pigeon", "events": ["*"]}""", "/items/0/kind")]
    [InlineData("""null""", "/items/0")]
    // This platform has no mail server.
    [InlineData("""{"kind": "email", "address": "ops@example.org", "events": ["*"]}""", "/items/0/kind")]
    [InlineData("""{"kind": "email", "address": "ops@example.org\r\nBcc: x@y.z", "events": ["*"]}""", "/items/0/address /items/0/kind")]
    public async Task A_fault_of_the_form_is_pointed_at(string item, string pointers)
    {
        var ann = await host.FounderAsync();
        Assert.Equal(pointers.Split(' '), (await PutAsync(ann, item)).Pointers);
    }

    [Fact]
    public async Task Members_keys_and_other_teams_neither_see_nor_change_them()
    {
        var (ann, bob) = (await host.FounderAsync(), await host.FounderAsync());
        var made = Item(await PutAsync(ann, Hook));
        var id = made.GetProperty("id").GetString();
        Assert.Equal("404 not-found", (await bob.PostAsync($"/api/notifications/{id}/secret", new { })).Said);
        Assert.Equal("404 not-found", (await PutAsync(bob, Hook.Replace("{", $"{{\"id\": \"{id}\", ", StringComparison.Ordinal))).Said);
        Assert.Equal("422 invalid-content", (await PutAsync(ann, [.. Enumerable.Repeat(
            Hook.Replace("{", $"{{\"id\": \"{id}\", ", StringComparison.Ordinal), 2)])).Said);
        Assert.Equal("409 conflict", (await PutAsync(ann, [.. Enumerable.Repeat(Hook, TeamDecisions.MaxChannels + 1)])).Said);
        var member = await host.MemberAsync(ann.Team, TeamRole.Member);
        Assert.Equal("403 not-permitted", (await member.GetAsync("/api/notifications")).Said);
        Assert.Equal("403 not-permitted", (await PutAsync(member, Hook)).Said);
        var script = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read", "write" } }))["key"]);
        Assert.Equal("403 not-permitted", (await script.GetAsync("/api/notifications")).Said);
        var trial = await script.PostAsync($"/api/notifications/{PeopleHost.NewId<ChannelId>()}/test", new { });
        Assert.Equal("403 not-permitted", trial.Said);
    }

    private static Task<Reply> PutAsync(Browser browser, params string[] items) =>
        browser.SendAsync("PUT", "/api/notifications", $$"""{"items": [{{string.Join(", ", items)}}]}""", []);

    private static JsonElement Item(Reply reply) => reply.Json.GetProperty("items")[0];

    private static async Task<IReadOnlyList<string>> AuditAsync(Browser browser) => await HostAtlas.TestSupport.Poll.ForAsync(
        "the audit log", TimeSpan.FromSeconds(30), async () =>
        {
            var actions = (await browser.GetAsync("/api/audit")).Json.GetProperty("items").EnumerateArray()
                .Select(item => item.GetProperty("action").GetString()!).ToList();
            return actions.Contains("channel.removed") ? actions : null;
        });
}
