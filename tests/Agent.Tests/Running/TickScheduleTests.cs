using CsCheck;
using HostAtlas.Agent.Running;

namespace HostAtlas.Agent.Tests.Running;

public sealed class TickScheduleTests
{
    [Fact]
    public void The_next_tick_is_on_the_grid_later_than_now_and_at_most_an_interval_ahead() =>
        Gen.Select(Gen.Long[-4_000_000_000_000, 4_000_000_000_000], Gen.Int[1000, 3_600_000],
            Gen.Double.Unit).Sample((nowMs, intervalMs, phasePart) =>
        {
            var now = DateTimeOffset.FromUnixTimeMilliseconds(nowMs);
            var interval = TimeSpan.FromMilliseconds(intervalMs);
            var phase = interval * phasePart;
            var next = TickSchedule.Next(now, interval, phase);
            Assert.InRange(next - now, TimeSpan.FromTicks(1), interval);
            Assert.Equal(0, (next - DateTimeOffset.UnixEpoch - phase).Ticks % interval.Ticks);
            Assert.Equal(next + interval, TickSchedule.Next(next, interval, phase));
        });
}
