using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Servers;

public sealed class ServerDecisionsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(45), Window = TimeSpan.FromSeconds(60);
    private DateTimeOffset _now = Named.Noon;
    private ServerState _state = ServerState.Nobody;

    [Fact]
    public void A_server_without_a_token_admits_nobody() => Assert.False(Admits("first"));

    [Fact]
    public void A_rotated_away_token_ends_at_once_without_overlap()
    {
        Issue("first");
        Issue("second");
        Assert.False(Admits("first"));
        Assert.True(Admits("second"));
    }

    [Fact]
    public void With_overlap_the_earlier_token_lives_until_its_last_second()
    {
        Issue("first");
        Issue("second", overlapSeconds: 30);
        _now = _now.AddSeconds(29);
        Assert.True(Admits("first"));
        Assert.True(Admits("second"));
        _now = _now.AddSeconds(1);
        Assert.False(Admits("first"));
        Assert.True(Admits("second"));
    }

    [Fact]
    public void At_most_two_tokens_are_valid_and_the_oldest_goes_first()
    {
        Issue("first");
        Issue("second", overlapSeconds: 3600);
        Issue("third", overlapSeconds: 3600);
        Assert.Equal([false, true, true], new[] { "first", "second", "third" }.Select(Admits));
        Assert.Equal(Limits.TokensPerServer, _state.Tokens.Count);
    }

    [Fact]
    public void A_closed_door_lets_nobody_in_and_never_opens_again()
    {
        Issue("first");
        Issue("second", overlapSeconds: 3600);
        var close = new CloseDoor(Team, Server, Named.Ada);
        var closed = Decide(close);
        Assert.Equal([new DoorClosed(_now, Named.Ada)], closed.Events);
        _state = closed.Events.Aggregate(_state, ServerState.Apply);
        Assert.True(_state.Exists);
        Assert.Equal([false, false], new[] { "first", "second" }.Select(Admits));
        Assert.Equal(RefusalKind.NotFound,
            Assert.IsType<Refused>(Decide(new IssueToken(Team, Server, Named.Hash("third"), 0, Named.Ada)).Reply).Kind);
        Assert.Equal(Decision.Nothing, Decide(new CheckSilence(Team, Server, _now.AddDays(-1))));
        Assert.Null(ServerDecisions.Heard(_state, _now));
        // A deletion that died half-way is sent again.
        Assert.Equal((0, Done.Instance), (Decide(close).Events.Count, Decide(close).Reply));
    }

    [Fact]
    public void A_door_that_nobody_ever_used_is_closed_as_well() => Assert.Single(Decide(new CloseDoor(Team, Server, Named.Ada)).Events);

    [Fact]
    public void The_same_token_sent_again_changes_nothing()
    {
        Issue("first");
        var again = Decide(new IssueToken(Team, Server, Named.Hash("first"), 0, Named.Ada));
        Assert.Empty(again.Events);
        Assert.Equal(Done.Instance, again.Reply);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Limits.TokenOverlapMaxSeconds + 1)]
    public void An_overlap_beyond_a_week_or_below_nothing_is_refused(int overlapSeconds)
    {
        var decision = Decide(new IssueToken(Team, Server, Named.Hash("first"), overlapSeconds, Named.Ada));
        Assert.Empty(decision.Events);
        Assert.Equal(RefusalKind.InvalidContent, Assert.IsType<Refused>(decision.Reply).Kind);
    }

    [Theory]
    [InlineData(-61, false)]
    [InlineData(-60, true)]
    [InlineData(0, true)]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void The_window_is_checked_again_by_the_entitys_own_clock(int offsetSeconds, bool admitted)
    {
        Issue("first");
        var refused = ServerDecisions.Admit(_state, Request("first", offsetSeconds), _now, Window);
        Assert.Equal(admitted ? null : RefusalKind.TimestampOutsideWindow, refused?.Kind);
    }

    [Fact]
    public void A_bad_token_is_told_before_a_bad_clock()
    {
        Issue("first");
        Assert.Equal(RefusalKind.CredentialsRejected, ServerDecisions.Admit(_state, Request("guess", 9999), _now, Window)?.Kind);
    }

    [Fact]
    public void Silence_is_journalled_once_and_only_after_a_first_report()
    {
        Issue("first");
        var seen = _now;
        _now = _now.AddMinutes(10);
        Assert.Empty(Check(seen));
        Hear<ServerReported>();
        seen = _now;
        _now = seen + SilentAfter;
        Assert.Empty(Check(seen));
        _now = _now.AddTicks(1);
        Assert.Equal([new ServerSilent(seen, _now)], Check(seen));
        Assert.Empty(Check(seen));
    }

    [Fact]
    public void Only_the_first_report_and_the_first_after_a_silence_are_worth_an_event()
    {
        Issue("first");
        Hear<ServerReported>();
        Assert.Null(ServerDecisions.Heard(_state, _now));
        var seen = _now;
        _now = _now.AddMinutes(1);
        Check(seen);
        Hear<ServerReturned>();
        Assert.Null(ServerDecisions.Heard(_state, _now));
        Assert.Null(_state.SilentSince);
    }

    [Fact]
    public void An_unknown_command_is_refused_and_an_unknown_event_crashes()
    {
        Assert.Equal(RefusalKind.Internal, Assert.IsType<Refused>(Decide(new CommandOfTomorrow(Team, Server)).Reply).Kind);
        Assert.Throws<InvalidOperationException>(() => ServerState.Apply(_state, new EventOfTomorrow(_now)));
    }

    private void Issue(string token, int overlapSeconds = 0) =>
        Carry(Decide(new IssueToken(Team, Server, Named.Hash(token), overlapSeconds, Named.Ada)));

    private IReadOnlyList<IEntityEvent> Check(DateTimeOffset lastSeenAt)
    {
        var decision = Decide(new CheckSilence(Team, Server, lastSeenAt));
        Assert.Null(decision.Reply);
        Carry(decision);
        return decision.Events;
    }

    private void Hear<TEvent>() where TEvent : IEntityEvent
    {
        var happened = Assert.IsType<TEvent>(ServerDecisions.Heard(_state, _now));
        _state = ServerState.Apply(_state, happened);
    }

    private bool Admits(string token) => ServerDecisions.Admit(_state, Request(token, 0), _now, Window) is null;

    private AgentRequest Request(string token, int offsetSeconds) =>
        new(Team, Server, Guid.Empty, Named.Hash(token), Named.Bytes("signature"),
        _now.ToUnixTimeSeconds() + offsetSeconds, new MetricsPayload(new MetricBatch(1, 1, [], [])));

    private Decision Decide(IServerCommand command) => ServerDecisions.Decide(_state, command, _now, SilentAfter);

    private void Carry(Decision decision) => _state = decision.Events.Aggregate(_state, ServerState.Apply);

    private sealed record CommandOfTomorrow(TeamId Team, ServerId Server) : IServerCommand;

    private sealed record EventOfTomorrow(DateTimeOffset At) : IEntityEvent;
}
