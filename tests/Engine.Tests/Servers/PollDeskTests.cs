using Akka.TestKit;
using Akka.TestKit.Xunit2;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Tests.Servers;

/// <summary>Whom a door answers, and when.</summary>
public sealed class PollDeskTests : TestKit
{
    private static readonly CommandItem
        One = new(Named.Id<CommandId>("one"), CommandKind.AgentPing, null, Named.Ada, Named.Noon),
        Two = new(Named.Id<CommandId>("two"), CommandKind.BackupRun, null, Named.Ada, Named.Noon);

    private readonly PollDesk _desk = new();

    [Fact]
    public void A_poll_waits_until_a_command_comes_or_its_time_is_over()
    {
        var (patient, hasty) = (Poll(50), Poll(5));
        Assert.Equal(TimeSpan.FromSeconds(5), _desk.Look([], At(0)));
        Assert.Equal(TimeSpan.FromSeconds(45), _desk.Look([], At(5)));
        Assert.Empty(Answer(hasty));
        Assert.Null(_desk.Look([One], At(9)));
        Assert.Equal([One], Answer(patient));
    }

    [Fact]
    public void A_command_comes_again_with_each_poll_and_at_most_every_five_seconds_before_the_waits_end()
    {
        var first = Poll(50);
        _desk.Look([One], At(0));
        Assert.Equal([One], Answer(first));
        var (second, now) = (Poll(51), Poll(1));
        Assert.Equal(TimeSpan.Zero, _desk.Look([One], At(1)) - TimeSpan.FromSeconds(5));
        // Whose time is over hears it whenever it was handed out.
        Assert.Equal([One], Answer(now));
        second.ExpectNoMsg(TimeSpan.Zero);
        // A new one comes at once, and the old one with it.
        Assert.Null(_desk.Look([One, Two], At(2)));
        Assert.Equal([One, Two], Answer(second));
    }

    [Fact]
    public void The_oldest_of_too_many_polls_and_all_of_a_door_that_leaves_are_told_of_nothing()
    {
        var polls = Enumerable.Range(0, PollDesk.WaitingMost + 1).Select(_ => Poll(50)).ToList();
        Assert.Empty(Answer(polls[0]));
        polls[1].ExpectNoMsg(TimeSpan.Zero);
        _desk.Close();
        Assert.All(polls.Skip(1), poll => Assert.Empty(Answer(poll)));
        Assert.Null(_desk.Look([One], At(0)));
    }

    private static DateTimeOffset At(int seconds) => Named.Noon.AddSeconds(seconds);

    private static IReadOnlyList<CommandItem> Answer(TestProbe poll) => poll.ExpectMsg<CommandsOffered>(TimeSpan.FromSeconds(30)).Commands;

    private TestProbe Poll(int until)
    {
        var probe = CreateTestProbe();
        _desk.Add(probe, At(until));
        return probe;
    }
}
