using HostAtlas.Gateway.Watch;

namespace HostAtlas.Gateway.Tests.Watch;

public sealed class WatcherTests
{
    private const string TwoServers = """
        [{"id": "2", "name": "web", "status": "online", "lastSeenAt": "2026-01-01T00:00:00Z"},
         {"id": "1", "name": "db", "status": "pending", "lastSeenAt": null}]
        """;

    [Fact]
    public async Task A_look_shows_the_servers_by_name_with_their_newest_figures()
    {
        await using var platform = await CannedPlatform.StartAsync();
        platform.Servers = TwoServers;
        using var client = Client(platform);
        var seen = await Watch(client).BeginAsync(default);
        Assert.Equal(["db", "web"], seen.Pictures.Select(picture => picture.Server.Name));
        Assert.Equal(42.5, seen.Pictures[1].Figures.Last("cpu.used_percent"));
        Assert.Null(seen.Trouble);
    }

    [Fact]
    public async Task What_has_no_room_is_counted()
    {
        await using var platform = await CannedPlatform.StartAsync();
        platform.Servers = TwoServers;
        using var client = Client(platform);
        var seen = await Watch(client, most: 1).BeginAsync(default);
        Assert.Equal((1, 1), (seen.Pictures.Count, seen.Left));
    }

    [Fact]
    public async Task A_platform_that_goes_away_leaves_the_last_picture_and_is_found_again()
    {
        await using var platform = await CannedPlatform.StartAsync();
        platform.Servers = TwoServers;
        using var client = Client(platform);
        var watcher = Watch(client);
        await watcher.BeginAsync(default);

        await platform.StopAsync();
        var away = await watcher.LookAsync(default);
        Assert.Contains("Is the platform running?", away.Trouble);
        Assert.Equal(2, away.Pictures.Count);

        await platform.StartAgainAsync();
        Assert.Null((await watcher.LookAsync(default)).Trouble);
    }

    [Fact]
    public async Task A_session_that_ended_is_begun_anew()
    {
        await using var platform = await CannedPlatform.StartAsync();
        using var client = Client(platform);
        var watcher = Watch(client);
        await watcher.BeginAsync(default);
        platform.HasSession = false;
        Assert.Null((await watcher.LookAsync(default)).Trouble);
        Assert.Equal(2, platform.SignIns);
    }

    [Fact]
    public async Task The_platforms_clock_counts_and_not_this_machines()
    {
        await using var platform = await CannedPlatform.StartAsync();
        platform.Servers = TwoServers;
        platform.ClockAhead = TimeSpan.FromDays(400);
        using var client = Client(platform);
        var seen = await Watch(client).BeginAsync(default);
        var ahead = TimeProvider.System.GetUtcNow() + platform.ClockAhead;
        Assert.Equal(ahead, seen.Now, TimeSpan.FromMinutes(1));
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(platform.Asked.FromMs), ahead.AddMinutes(-11), ahead);
    }

    [Fact]
    public async Task A_wrong_password_is_the_platforms_own_words()
    {
        await using var platform = await CannedPlatform.StartAsync();
        using var client = Client(platform);
        var watcher = new Watcher(client, new SignIn(CannedPlatform.Email, "wrong"), null, 10);
        var refused = await Assert.ThrowsAsync<PlatformRefusedException>(() => watcher.BeginAsync(default));
        Assert.Equal("The address or the password is wrong.", refused.Message);
    }

    [Fact]
    public async Task A_refusal_names_each_place_and_what_is_wrong_there()
    {
        await using var platform = await CannedPlatform.StartAsync();
        using var client = Client(platform);
        var refused = await Assert.ThrowsAsync<PlatformRefusedException>(
            () => client.SetUpAsync("hti_x", "team", new SignIn(CannedPlatform.Email, "short"), default));
        Assert.StartsWith("The body is not as it must be. /password: At least 12 characters. Something", refused.Message);
        Assert.DoesNotContain('\u001b', refused.Message);
    }

    [Fact]
    public void Who_signs_in_is_never_printed_with_the_password() =>
        Assert.DoesNotContain("wrong", new SignIn(CannedPlatform.Email, "wrong").ToString());

    private static PeopleClient Client(CannedPlatform platform) => new(platform.Url, platform.AuthorityFile, TimeProvider.System);

    private static Watcher Watch(PeopleClient client, int most = 10) =>
        new(client, new SignIn(CannedPlatform.Email, CannedPlatform.Password), only: null, most);
}
