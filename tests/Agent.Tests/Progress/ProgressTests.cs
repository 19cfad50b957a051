using HostAtlas.Agent.Progress;

namespace HostAtlas.Agent.Tests.Progress;

public sealed class ProgressTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Steady_work_gives_an_estimate_that_runs_down_like_a_clock()
    {
        var estimate = new ProgressEstimate();
        TimeSpan? before = null;
        for (var second = 1; second <= 95; second++)
        {
            var left = estimate.Update(TimeSpan.FromSeconds(second), Done(0, 10 * second * MiB, 0, 1000 * MiB));
            Assert.Equal(second < 3, left is null);
            if (left is { } now && before is { } then) Assert.Equal(then.TotalSeconds - 1, now.TotalSeconds, 0.01);
            if (left is { } shown) Assert.Equal(100 - second, shown.TotalSeconds, 1.0);
            before = left;
        }
        Assert.Equal(10.0 * MiB, estimate.BytesPerSecond, MiB);
    }

    [Fact]
    public void Work_in_bursts_does_not_make_the_estimate_jump()
    {
        var estimate = new ProgressEstimate();
        TimeSpan? before = null;
        long bytes = 0;
        for (var second = 1; second <= 200; second++)
        {
            // Ten seconds fast, ten slow: 10 MiB a second on the whole.
            bytes += (second / 10 % 2 == 0 ? 15 : 5) * MiB;
            var left = estimate.Update(TimeSpan.FromSeconds(second), Done(0, bytes, 0, 6000 * MiB));
            if (second > 60 && left is { } now && before is { } then)
                Assert.InRange(now.TotalSeconds, then.TotalSeconds * 0.75, (then.TotalSeconds * 1.35) + 1);
            before = left;
        }
    }

    [Fact]
    public void Work_that_stalls_takes_longer_and_never_a_negative_time()
    {
        var estimate = new ProgressEstimate();
        Assert.Null(estimate.Update(TimeSpan.FromSeconds(10), Done(0, 0, 10, 100)));
        estimate.Update(TimeSpan.FromSeconds(20), Done(5, 50, 10, 100));
        var some = estimate.Update(TimeSpan.FromSeconds(21), Done(5, 50, 10, 100))!.Value;
        Assert.True(estimate.Update(TimeSpan.FromSeconds(300), Done(5, 50, 10, 100)) > some);
        Assert.Equal(TimeSpan.Zero, estimate.Update(TimeSpan.FromSeconds(301), Done(20, 1_000_000, 10, 100))!.Value);
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(999, "999 bytes")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(10 * 1024, "10 KiB")]
    [InlineData(1_572_864, "1.5 MiB")]
    [InlineData(5L << 30, "5.0 GiB")]
    public void Bytes_have_few_digits(long bytes, string text) => Assert.Equal(text, ProgressText.Bytes(bytes));

    [Theory]
    [InlineData(0.2, "1 s")]
    [InlineData(119, "119 s")]
    [InlineData(150, "2 min")]
    [InlineData(7300, "2 h 01 min")]
    public void Times_are_not_finer_than_anybody_can_know(double seconds, string text) =>
        Assert.Equal(text, ProgressText.Duration(TimeSpan.FromSeconds(seconds)));

    private static WorkProgress Done(long files, long bytes, long filesTotal, long bytesTotal)
    {
        var progress = new WorkProgress(filesTotal, bytesTotal);
        progress.Add(files, bytes);
        return progress;
    }

    [Fact]
    public void A_line_names_files_bytes_rate_and_the_time_left()
    {
        var progress = new WorkProgress(2000, 3L << 30);
        progress.Add(1234, 1L << 30);
        Assert.Equal("1,234 of 2,000 files, 1.0 GiB of 3.0 GiB, 50 MiB/s, 41 s left",
            ProgressText.Line(progress, 50 << 20, TimeSpan.FromSeconds(41)));
    }
}
