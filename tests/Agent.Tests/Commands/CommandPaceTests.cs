using HostAtlas.Agent.Commands;

namespace HostAtlas.Agent.Tests.Commands;

public sealed class CommandPaceTests
{
    [Fact]
    public void A_flood_is_taken_sixteen_first_and_then_three_a_minute()
    {
        var (pace, taken, polls, now) = (new CommandPace(), 0, 0, TimeSpan.Zero);
        // Every answer comes at once and is full of new commands.
        while (now < TimeSpan.FromHours(1))
        {
            var room = pace.Room(now);
            polls++;
            taken += room;
            pace = pace.Took(room, now).Answered(room > 0, TimeSpan.Zero);
            now += pace.Pause(now, jitter: 0.5);
        }
        Assert.InRange(taken, 180, 200);
        Assert.True(taken < CommandLedger.MostEntries, "None may be forgotten within the hour that it lives.");
        Assert.InRange(polls, 150, 250);
    }

    [Fact]
    public void Answers_that_bring_nothing_new_are_asked_for_ever_more_seldom()
    {
        var pace = new CommandPace();
        Assert.InRange(pace.Pause(TimeSpan.Zero, 0).TotalSeconds, 0.4, 0.6);
        for (var i = 0; i < 20; i++) pace = pace.Answered(broughtNew: false, TimeSpan.FromMilliseconds(3));
        Assert.Equal(15, pace.Pause(TimeSpan.Zero, 0).TotalSeconds, 0.1);
        Assert.Equal(15, pace.Pause(TimeSpan.Zero, 0.99).TotalSeconds, 0.1);
        pace = pace.Answered(broughtNew: false, TimeSpan.FromSeconds(50));
        Assert.InRange(pace.Pause(TimeSpan.Zero, 0.9).TotalSeconds, 0.4, 1.1);
    }
}
