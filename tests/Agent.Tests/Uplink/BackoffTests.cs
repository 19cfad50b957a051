using CsCheck;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Tests.Uplink;

public sealed class BackoffTests
{
    [Fact]
    public void A_wait_is_never_under_a_second_and_never_over_five_minutes() =>
        Gen.Select(Gen.Int[1, int.MaxValue], Gen.Double.Unit).Sample((failures, jitter) =>
            Assert.InRange(Backoff.Delay(failures, jitter), Backoff.Min, Backoff.Max));

    [Fact]
    public void What_the_platform_asks_for_is_waited_at_least_and_bounded() =>
        Gen.Select(Gen.Int[-10, 100_000], Gen.Double.Unit).Sample((seconds, jitter) =>
        {
            var delay = Backoff.Delay(TimeSpan.FromSeconds(seconds), jitter);
            Assert.True(delay.TotalSeconds >= Math.Min(seconds, 3600));
            Assert.InRange(delay.TotalSeconds, 1, 3610);
        });
}
