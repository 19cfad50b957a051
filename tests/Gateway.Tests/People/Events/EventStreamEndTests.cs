using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Events;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Gateway.Tests.People.Support;

namespace HostAtlas.Gateway.Tests.People.Events;

/// <summary>When a stream ends: with everything that would refuse the caller's next call.</summary>
public sealed class EventStreamEndTests(PeopleOverTime time) : IClassFixture<PeopleOverTime>
{
    private readonly PeopleHost _host = time.Host;

    [Fact]
    public void In_service_a_stream_ends_within_five_seconds_whatever_a_look_takes()
    {
        var times = EventStreamTimes.Default;
        Assert.True(times.Recheck + times.AnswersWithin < EventStreamTimes.EndsWithin);
        Assert.Equal(TimeSpan.FromSeconds(5), EventStreamTimes.EndsWithin);
    }

    [Fact]
    public async Task It_ends_when_its_person_signs_out() => await EndsAsync(
        await _host.FounderAsync(), async ann => await ann.DeleteAsync("/api/session"));

    [Fact]
    public async Task It_ends_when_its_session_is_ended_from_another_one()
    {
        var ann = await _host.FounderAsync();
        var other = new Browser(_host.Address) { Email = ann.Email };
        await other.SignInAsync();
        await EndsAsync(ann, async _ => Assert.Equal("204 ", (await other.DeleteAsync("/api/sessions")).Said));
    }

    [Fact]
    public async Task It_ends_when_the_password_is_changed_elsewhere()
    {
        var ann = await _host.FounderAsync();
        var other = new Browser(_host.Address) { Email = ann.Email };
        await other.SignInAsync();
        await EndsAsync(ann, async _ => Assert.True((int)(await other.PostAsync(
            "/api/password", new { current = Browser.Password, @new = "quite another few words" })).Status < 300));
    }

    [Fact]
    public async Task It_ends_when_its_member_is_removed_and_when_the_role_changes()
    {
        var ann = await _host.FounderAsync();
        var bob = await _host.MemberAsync(ann.Team, TeamRole.Member);
        var id = (await bob.GetAsync("/api/session"))["user"];
        await EndsAsync(bob, async _ => Assert.True(
            (int)(await ann.PatchAsync($"/api/members/{id}", new { role = "viewer" })).Status < 300));
        await EndsAsync(bob, async _ => Assert.Equal("204 ", (await ann.DeleteAsync($"/api/members/{id}")).Said));
        Assert.Equal("404 not-found", (await bob.GetAsync("/api/events")).Said);
    }

    [Fact]
    public async Task It_ends_when_its_key_is_revoked_or_has_come_to_its_end()
    {
        var ann = await _host.FounderAsync();
        var key = await ann.PostAsync("/api/keys", new { name = "watch", scopes = new[] { "read" } });
        await EndsAsync(ann.With(key["key"]), async _ => Assert.Equal("204 ", (await ann.DeleteAsync($"/api/keys/{key["id"]}")).Said));
        var rotated = await ann.PostAsync("/api/keys", new { name = "rotated", scopes = new[] { "read" } });
        await EndsAsync(ann.With(rotated["key"]), async _ => await ann.PostAsync($"/api/keys/{rotated["id"]}/rotate", new { }));
    }

    [Fact]
    public async Task It_is_no_use_of_its_session_and_ends_with_its_idle_time()
    {
        var ann = await _host.FounderAsync();
        using var events = await ann.ListenAsync();
        await events.NextAsync("ready");
        var end = events.EndAsync();
        // Nobody else asks: were a look a use, the half would never become the whole.
        for (var half = 0; half < 2; half++)
        {
            Assert.False(end.IsCompleted);
            time.Advance(SessionService.Idle / 2);
            var comments = events.Comments;
            await TestSupport.Poll.UntilAsync("some looks", TimeSpan.FromSeconds(60),
                () => Task.FromResult(end.IsCompleted || events.Comments > comments));
        }
        await end;
        Assert.Equal("401 sign-in-required", (await ann.GetAsync("/api/session")).Said);
    }

    [Fact]
    public async Task It_ends_when_the_platform_stops_which_waits_for_no_stream()
    {
        var host = new PeopleHost();
        await host.InitializeAsync();
        var ann = await host.FounderAsync();
        using var events = await ann.ListenAsync();
        await events.NextAsync("ready");
        var stopped = host.StopAsync();
        Assert.Empty(await events.EndAsync());
        await stopped;
        await host.DisposeAsync();
    }

    private static async Task EndsAsync(Browser caller, Func<Browser, Task> happens)
    {
        using var events = await caller.ListenAsync();
        await events.NextAsync("ready");
        await happens(caller);
        await events.EndAsync();
    }
}
