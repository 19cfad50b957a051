using HostAtlas.Agent.Backup.Transfer;

namespace HostAtlas.Agent.Tests.Backup.Transfer;

public sealed class RateLimitTests
{
    [Fact]
    public async Task The_rate_of_all_senders_together_holds()
    {
        var time = TimeProvider.System;
        var limit = new RateLimit(1 << 20, time);
        var started = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < 8; i++) await limit.WaitAsync(RateLimit.PieceBytes, CancellationToken.None);
        }));
        // 2 MiB at 1 MiB/s, less the quarter of a second that may come at once and the last piece.
        Assert.InRange(time.GetElapsedTime(started).TotalSeconds, 1.6, 60);
    }

    [Fact]
    public void Without_a_limit_nothing_waits() =>
        Assert.True(new RateLimit(null, TimeProvider.System).WaitAsync(int.MaxValue, CancellationToken.None).IsCompletedSuccessfully);
}
