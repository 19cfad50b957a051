using CsCheck;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Presence;

public sealed class PresenceSliceTests
{
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(45);
    private static readonly ServerKey One = Server("one"), Two = Server("two");
    private readonly PresenceSlice _slice = new(SilentAfter);

    [Fact]
    public void After_a_start_everybody_has_the_whole_time_to_be_heard_again()
    {
        _slice.Meet([new KnownServer(One, Silent: false)], Named.Noon);
        Assert.Empty(Sweep(45));
        Assert.Equal(new CheckSilence(One.Team, One.Server, Named.Noon), Assert.Single(Sweep(46)));
    }

    [Fact]
    public void Who_was_heard_is_left_alone_until_the_time_is_over_again()
    {
        Hear(0, One);
        Hear(40, One);
        Assert.Empty(Sweep(80));
        Assert.Equal(Named.Noon.AddSeconds(40), Assert.Single(Sweep(86)).LastSeenAt);
    }

    [Fact]
    public void A_door_is_told_once_and_again_only_after_its_server_was_heard()
    {
        Hear(0, One);
        Assert.Single(Sweep(50));
        Assert.Empty(Sweep(60));
        Hear(70, One);
        Assert.Empty(Sweep(80));
        Assert.Single(Sweep(120));
    }

    [Fact]
    public void A_message_that_was_lost_is_made_up_for_when_the_directory_shows_no_silence()
    {
        Hear(0, One);
        Assert.Single(Sweep(50));
        _slice.Meet([new KnownServer(One, Silent: false)], Named.Noon.AddSeconds(60));
        Assert.Empty(Sweep(61));
        _slice.Meet([new KnownServer(One, Silent: false)], Named.Noon.AddSeconds(50) + PresenceSlice.TellAgainAfter);
        Assert.Single(Sweep(300));
    }

    [Fact]
    public void Who_is_known_to_be_silent_wakes_no_door_until_it_was_heard_and_went_silent_again()
    {
        _slice.Meet([new KnownServer(One, Silent: true)], Named.Noon);
        Assert.Empty(Sweep(10_000));
        Hear(10_001, One);
        Assert.Single(Sweep(10_100));
    }

    [Fact]
    public void A_return_whose_report_was_not_heard_here_is_learnt_from_the_directory()
    {
        _slice.Meet([new KnownServer(One, Silent: true)], Named.Noon);
        _slice.Meet([new KnownServer(One, Silent: false)], Named.Noon.AddSeconds(100));
        Assert.Empty(Sweep(140));
        Assert.Single(Sweep(150));
    }

    [Fact]
    public void A_directory_that_lags_does_not_make_a_server_silent_that_was_just_heard()
    {
        Hear(0, One);
        _slice.Meet([new KnownServer(One, Silent: true)], Named.Noon.AddSeconds(1));
        Assert.Single(Sweep(50));
    }

    [Fact]
    public void Who_is_no_longer_in_the_directory_is_forgotten_unless_it_was_just_heard_for_the_first_time()
    {
        _slice.Meet([new KnownServer(One, Silent: false), new KnownServer(Two, Silent: true)], Named.Noon);
        var young = Server("young");
        Hear(60, young);
        _slice.Meet([], Named.Noon.AddSeconds(61));
        Assert.Equal(1, _slice.Watched);
        Assert.Equal(young.Server, Assert.Single(Sweep(200)).Server);
        _slice.Meet([], Named.Noon.AddSeconds(201));
        Assert.Equal(0, _slice.Watched);
    }

    [Fact]
    public void A_sweep_tells_a_bounded_number_and_the_next_one_goes_on()
    {
        Hear(0, [.. Enumerable.Range(0, 25).Select(i => Server($"{i}"))]);
        var told = new[] { Sweep(50, 10), Sweep(50, 10), Sweep(50, 10), Sweep(50, 10) };
        Assert.Equal([10, 10, 5, 0], told.Select(sweep => sweep.Count));
        Assert.Equal(25, told.SelectMany(sweep => sweep).Select(check => check.Server).Distinct().Count());
    }

    [Fact]
    public void A_late_message_does_not_turn_the_clock_back()
    {
        Hear(100, One);
        Hear(10, One, Two);
        Assert.Equal(Two.Server, Assert.Single(Sweep(140)).Server);
    }

    [Fact]
    public void The_slice_of_a_server_is_the_last_digit_of_its_id() => Gen.Byte.Array[16].Sample(random =>
    {
        var server = new ServerKey(One.Team, ResourceId.FromRandom<ServerId>(random));
        Assert.Equal($"{PresenceSlice.Of(server):x}", server.Server.ToString()[^1..]);
    });

    private void Hear(int second, params ServerKey[] servers) => _slice.Hear(new Seen(servers, Named.Noon.AddSeconds(second)));

    private IReadOnlyList<CheckSilence> Sweep(int second, int most = 100) => _slice.Sweep(Named.Noon.AddSeconds(second), most);

    private static ServerKey Server(string name) => new(Named.Id<TeamId>("team"), Named.Id<ServerId>(name));
}
