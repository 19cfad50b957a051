using System.Net;
using System.Text.Json;
using HostAtlas.Gateway.Tests.People.Support;

namespace HostAtlas.Gateway.Tests.People;

/// <summary>API keys over time: their end, their rotation, their last use.</summary>
public sealed class KeyLifeTests(PeopleOverTime people) : IClassFixture<PeopleOverTime>
{
    [Fact]
    public async Task A_key_ends_at_its_time_without_anybody_clearing_it_away()
    {
        var ann = await people.Host.FounderAsync();
        // Answers have milliseconds.
        var end = DateTimeOffset.FromUnixTimeMilliseconds(people.Now.AddMinutes(30).ToUnixTimeMilliseconds());
        var made = await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" }, expiresAt = end });
        var script = ann.With(made["key"]);

        Assert.Equal((HttpStatusCode.Created, end), (made.Status, made.Json.GetProperty("expiresAt").GetDateTimeOffset()));
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/servers")).Status);
        people.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal("401 credentials-rejected", (await script.GetAsync("/api/servers")).Said);
        Assert.Equal("409 conflict", (await ann.PostAsync($"/api/keys/{made["id"]}/rotate", new { })).Said);
        // It is listed until somebody revokes it: people see why their script stopped.
        Assert.Equal(end, Only(await ann.GetAsync("/api/keys")).GetProperty("expiresAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_rotated_key_has_another_text_under_its_id_and_the_earlier_one_lives_through_the_overlap()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" } });
        var rotated = await ann.PostAsync($"/api/keys/{made["id"]}/rotate", new { overlapSeconds = 600 });
        var (first, second) = (ann.With(made["key"]), ann.With(rotated["key"]));

        Assert.Matches("^hak_[A-Za-z0-9_-]{107}$", rotated["key"]);
        Assert.NotEqual(made["key"], rotated["key"]);
        foreach (var script in new[] { first, second }) Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/team")).Status);
        people.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal("401 credentials-rejected", (await first.GetAsync("/api/team")).Said);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/api/team")).Status);
        var third = ann.With((await ann.PostAsync($"/api/keys/{made["id"]}/rotate", new { }))["key"]);
        Assert.Equal("401 credentials-rejected", (await second.GetAsync("/api/team")).Said);
        Assert.Equal([made["id"]], (await ann.GetAsync("/api/keys")).Ids);
        // Revoked is revoked, whatever overlap was promised.
        await ann.PostAsync($"/api/keys/{made["id"]}/rotate", new { overlapSeconds = 600 });
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/keys/{made["id"]}")).Status);
        Assert.Equal("401 credentials-rejected", (await third.GetAsync("/api/team")).Said);
        Assert.Equal("404 not-found", (await ann.PostAsync($"/api/keys/{made["id"]}/rotate", new { })).Said);
    }

    [Fact]
    public async Task The_list_shows_when_a_key_was_last_used()
    {
        var ann = await people.Host.FounderAsync();
        var script = ann.With((await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" } }))["key"]);
        Assert.Equal(JsonValueKind.Null, Only(await ann.GetAsync("/api/keys")).GetProperty("lastUsedAt").ValueKind);

        var before = people.Now;
        await script.GetAsync("/api/team");
        await people.Host.KeyUses.FlushAsync(all: true, CancellationToken.None);

        var used = Only(await ann.GetAsync("/api/keys")).GetProperty("lastUsedAt").GetDateTimeOffset();
        Assert.InRange(used, before.AddMilliseconds(-1), people.Now);
    }

    [Theory]
    [InlineData("2030-01-01")]
    [InlineData("2030-01-01T00:00:00")]
    [InlineData("1999-01-01T00:00:00Z")]
    [InlineData("2099-01-01T00:00:00Z")]
    [InlineData("soon")]
    public async Task An_end_that_is_none_is_pointed_at(string expiresAt)
    {
        var ann = await people.Host.FounderAsync();
        var answer = await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" }, expiresAt });
        Assert.Equal(["/expiresAt"], answer.Pointers);
    }

    [Fact]
    public async Task An_overlap_that_is_none_is_pointed_at()
    {
        var ann = await people.Host.FounderAsync();
        var made = await ann.PostAsync("/api/keys", new { name = "k", scopes = new[] { "read" } });
        foreach (var overlapSeconds in new[] { -1, 604_801 })
        {
            Assert.Equal(["/overlapSeconds"], (await ann.PostAsync($"/api/keys/{made["id"]}/rotate", new { overlapSeconds })).Pointers);
        }
    }

    private static JsonElement Only(Reply list) => list.Json.GetProperty("items").EnumerateArray().Single();
}
