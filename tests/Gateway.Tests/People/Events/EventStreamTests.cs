using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Events;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Gateway.Tests.People.Support;
using HostAtlas.TestSupport.Clients;

namespace HostAtlas.Gateway.Tests.People.Events;

/// <summary>What a stream tells, and to whom.</summary>
public sealed class EventStreamTests(PeopleOverTime time) : IClassFixture<PeopleOverTime>
{
    private readonly PeopleHost _host = time.Host;

    [Fact]
    public async Task A_stream_says_where_it_begins_and_then_what_changes()
    {
        var ann = await _host.FounderAsync();
        using var events = await ann.ListenAsync();
        var ready = await events.NextAsync("ready");
        Assert.Equal(("2000", "{}"), (events.Retry, ready.Data));
        await FromNowAsync(ann, events);

        var server = (await ann.PostAsync("/api/servers", new { name = "web-1" }))["id"];
        var added = await events.NextAsync("server.added");
        Assert.Equal(server, added.Subject);
        Assert.Equal(server, (await events.NextAsync("server.token-issued")).Subject);
        Assert.DoesNotContain("web-1", added.Data, StringComparison.Ordinal);
        Assert.NotEqual(ready.Id, added.Id);
        await ann.PatchAsync("/api/team", new { name = "Another" });
        Assert.Equal(ann.Team.ToString(), (await events.NextAsync("team.renamed")).Subject);
    }

    [Fact]
    public async Task Who_comes_again_with_the_last_id_misses_nothing_and_hears_nothing_twice()
    {
        var ann = await _host.FounderAsync();
        string last;
        using (var first = await ann.ListenAsync()) last = (await FromNowAsync(ann, first)).Id;
        foreach (var name in (string[])["a", "b", "c"]) await ann.PatchAsync("/api/team", new { name });

        using var second = await ann.ListenAsync(last);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add((await second.NextAsync("team.renamed")).Id);
        await ann.PatchAsync("/api/team", new { name = "d" });
        ids.Add((await second.NextAsync("team.renamed")).Id);
        Assert.Equal(4, ids.Distinct().Count());

        using var third = await ann.ListenAsync(ids[1]);
        Assert.Equal(ids[2], (await third.NextAsync())!.Id);
        Assert.Equal(ids[3], (await third.NextAsync())!.Id);
    }

    [Theory]
    [InlineData("999999-1764072000123")]
    [InlineData("1-7")]
    [InlineData("0-0")]
    [InlineData("7")]
    [InlineData("-1-5")]
    [InlineData("anything at all")]
    public async Task Who_comes_again_with_an_id_that_is_not_kept_is_told_to_read_everything_anew(string id)
    {
        var ann = await _host.FounderAsync();
        // Answered when it stands in the list: by then what happened at the founding is told as well.
        await ann.PostAsync("/api/servers", new { name = "web-1" });
        using var events = await ann.ListenAsync(id);
        await ann.PatchAsync("/api/team", new { name = "b" });
        var reset = await events.NextAsync("reset");
        var next = await events.NextAsync();
        // The id that came with it is a good one.
        using var again = await ann.ListenAsync(reset.Id);
        Assert.Equal(next, await again.NextAsync());
    }

    [Fact]
    public async Task Nobody_hears_of_what_they_may_not_read()
    {
        var ann = await _host.FounderAsync();
        var viewer = await _host.MemberAsync(ann.Team, TeamRole.Viewer);
        var text = (await ann.PostAsync("/api/keys", new { name = "watch", scopes = new[] { "read" } }))["key"];
        using var ofOwner = await ann.ListenAsync();
        using var ofViewer = await viewer.ListenAsync();
        using var ofKey = await ann.With(text).ListenAsync();
        await FromNowAsync(ann, ofOwner, ofViewer, ofKey);

        await ann.PostAsync("/api/keys", new { name = "ci", scopes = new[] { "read" } });
        await ann.PostAsync("/api/invitations", new { role = "viewer" });
        await _host.MemberAsync(ann.Team, TeamRole.Viewer);
        await ann.PatchAsync("/api/team", new { name = "b" });

        foreach (var name in (string[])["key.added", "invitation.issued", "invitation.issued", "member.joined", "team.renamed"])
            await ofOwner.NextAsync(name);
        await ofViewer.NextAsync("member.joined");
        await ofViewer.NextAsync("team.renamed");
        await ofKey.NextAsync("team.renamed");
    }

    [Fact]
    public async Task Every_kind_of_change_belongs_to_a_room_whose_readers_hear_of_it()
    {
        Assert.Equal(["audit.exported"], ChangeRules.Kinds.Where(kind => ChangeRights.Of(kind) == Operation.ReadAudit));
        // A room that nobody has opened is closed.
        Assert.Equal(Operation.ReadAudit, ChangeRights.Of("something.new"));
        var schemas = (await _host.NewBrowser().GetAsync("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");
        var listed = schemas.GetProperty("EventName").GetProperty("enum").EnumerateArray().Select(name => name.GetString()!);
        Assert.Equal(["ready", "reset", .. ChangeRules.Kinds], listed);
    }

    [Fact]
    public async Task Of_another_team_nothing_is_heard_and_its_id_is_refused_as_that_of_none()
    {
        var (ann, bob) = (await _host.FounderAsync(), await _host.FounderAsync());
        using var events = await ann.ListenAsync();
        await FromNowAsync(ann, events);
        await bob.PatchAsync("/api/team", new { name = "b" });
        await bob.PostAsync("/api/servers", new { name = "theirs" });
        await ann.PatchAsync("/api/team", new { name = "a" });
        Assert.Equal(ann.Team.ToString(), (await events.NextAsync("team.renamed")).Subject);

        Assert.Equal("404 not-found", (await ann.GetAsync("/api/events", ("X-Team", bob.Team.ToString()))).Said);
        Assert.Equal("400 malformed-request", (await ann.GetAsync("/api/events", ("X-Team", "7"))).Said);
        Assert.Equal("401 sign-in-required", (await _host.NewBrowser().GetAsync("/api/events")).Said);
        await bob.PostAsync("/api/teams", new { invitation = await _host.InviteAsync(ann.Team, TeamRole.Viewer) });
        Assert.Equal("400 malformed-request", (await bob.GetAsync("/api/events")).Said);
        using var asked = await bob.ListenAsync(null, ("X-Team", ann.Team.ToString()));
        await asked.NextAsync("ready");
    }

    [Fact]
    public async Task A_key_that_reads_nothing_hears_nothing()
    {
        var ann = await _host.FounderAsync();
        var text = (await ann.PostAsync("/api/keys", new { name = "enrol", scopes = new[] { "servers:enroll", "write" } }))["key"];
        Assert.Equal("403 not-permitted", (await ann.With(text).GetAsync("/api/events")).Said);
    }

    [Fact]
    public async Task While_nothing_changes_a_comment_keeps_the_connection_alive()
    {
        var ann = await _host.FounderAsync();
        using var events = await ann.ListenAsync();
        var end = events.EndAsync();
        await TestSupport.Poll.UntilAsync("a comment", TimeSpan.FromSeconds(60), () => Task.FromResult(events.Comments > 0));
        await ann.DeleteAsync("/api/session");
        await end;
    }

    [Fact]
    public async Task Nobody_opens_streams_without_end_and_who_closes_one_may_open_another()
    {
        var ann = await _host.FounderAsync();
        var open = new List<EventReader>();
        for (var i = 0; i < StreamSlots.OfCaller; i++) open.Add(await ann.ListenAsync());
        var refused = await ann.GetAsync("/api/events");
        Assert.Equal(("429 rate-limited", "30"), (refused.Said, refused.RetryAfter));
        Assert.Contains("10 event streams", refused["detail"], StringComparison.Ordinal);
        // Of somebody else in the team none is open.
        using var viewers = await (await _host.MemberAsync(ann.Team, TeamRole.Viewer)).ListenAsync();

        open[0].Dispose();
        await TestSupport.Poll.UntilAsync("a free slot", TimeSpan.FromSeconds(60), async () =>
        {
            try
            {
                (await ann.ListenAsync()).Dispose();
                return true;
            }
            catch (Xunit.Sdk.XunitException)
            {
                return false;
            }
        });
        foreach (var stream in open) stream.Dispose();
    }

    /// <summary>Reads streams up to a change that is made now: what the founding led to may come behind their beginning.</summary>
    private static async Task<SeenEvent> FromNowAsync(Browser owner, params EventReader[] streams)
    {
        await owner.PatchAsync("/api/team", new { name = "now" });
        SeenEvent? seen = null;
        foreach (var stream in streams)
        {
            while ((seen = await stream.NextAsync())?.Name != "team.renamed") Assert.NotNull(seen);
        }
        return seen!;
    }
}
