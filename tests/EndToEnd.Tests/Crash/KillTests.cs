using System.Diagnostics;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>The promise of the 202, against a power cut at any moment.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 20, Servers = 3, SendersPerServer = 2, StepsPerQuery = 10_000;

    [Fact]
    public async Task No_effect_twice_none_lost_when_the_platform_is_killed_twenty_times_under_load()
    {
        var seed = System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var platform = await PlatformProcess.StartAsync();
        using var founder = await Founder.FoundAsync(platform);
        var start = TimeProvider.System.GetUtcNow().AddDays(-5);
        start = DateTimeOffset.FromUnixTimeSeconds(start.ToUnixTimeSeconds());
        var senders = new List<StubbornSender>();
        var reserved = new int[Servers];
        for (var i = 0; i < Servers; i++)
        {
            var (server, number) = (await founder.AddServerAsync($"load-{i}"), i);
            for (var s = 0; s < SendersPerServer; s++)
            {
                senders.Add(new StubbornSender(
                    platform, server, start, random.Next(), count => Interlocked.Add(ref reserved[number], count) - count));
            }
        }

        using var stop = new CancellationTokenSource();
        var running = senders.Select(sender => Task.Run(() => sender.RunAsync(stop.Token))).ToArray();
        var watch = Stopwatch.StartNew();
        var slowest = TimeSpan.Zero;
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(100, 1200));
            await platform.KillAsync();
            await platform.StartAgainAsync();
            if (platform.LastStart > slowest) slowest = platform.LastStart;
        }
        await Task.Delay(500);
        await stop.CancelAsync();
        await Task.WhenAll(running);
        output.WriteLine($"{Kills} kills in {watch.Elapsed.TotalSeconds:0} s, slowest start {slowest.TotalSeconds:0.0} s; "
            + $"{senders.Sum(s => s.Acknowledged.Count)} reports acknowledged, {senders.Sum(s => s.FailedAttempts)} attempts failed");

        Assert.Empty(senders.SelectMany(sender => sender.WrongAnswers));
        Assert.All(senders, sender => Assert.NotEmpty(sender.Acknowledged));
        Assert.True(senders.Sum(s => s.FailedAttempts) > 0, "No attempt ever failed: the kills hit nothing.");
        await ReplaysAreRefusedAfterARestart(platform, senders);
        await EveryAcknowledgedReportIsThereOnce(platform, founder, senders, start, reserved);
    }

    private async Task ReplaysAreRefusedAfterARestart(PlatformProcess platform, List<StubbornSender> senders)
    {
        var before = DiskFacts.MetricRows(platform.Data);
        await platform.KillAsync();
        await platform.StartAgainAsync();
        await using var thief = await platform.ConnectAsync();
        int refused = 0, retried = 0;
        foreach (var captured in senders.SelectMany(sender => sender.Captured))
        {
            if (!captured.IsFresh(TimeProvider.System.GetUtcNow())) continue;
            await thief.SendAsync(captured.Wire);
            var answer = await thief.ReadAnswerAsync() ?? throw new IOException("The platform closed the thief's connection.");
            // An earlier attempt, whose answer was lost, may have stored the batch; its row then bears the other signature and the platform
            // tells a replay of this one from a retry no longer. It still has no effect, which the count of rows shows.
            if (answer.Status == 202 && !captured.FirstAttempt) retried++;
            else if (answer.Status == 409) refused++;
            else Assert.Fail($"A captured request (first attempt: {captured.FirstAttempt}) was answered {answer.Status} {answer.Text}");
        }
        output.WriteLine($"replayed after the restart: {refused} refused with 409, {retried} answered as retries");
        Assert.True(refused > 0, "No captured request was fresh enough to replay.");
        Assert.Equal(before, DiskFacts.MetricRows(platform.Data));
    }

    private async Task EveryAcknowledgedReportIsThereOnce(PlatformProcess platform, Founder founder, List<StubbornSender> senders,
        DateTimeOffset start, int[] reserved)
    {
        var read = 0;
        foreach (var ofServer in senders.GroupBy(sender => sender.Server))
        {
            var found = new HashSet<int>();
            var sent = reserved[senders.Select(s => s.Server).Distinct().ToList().IndexOf(ofServer.Key)];
            for (var from = 0; from < sent; from += StepsPerQuery)
            {
                var series = await founder.MetricsAsync(ofServer.Key, start.AddSeconds(from), start.AddSeconds(from + StepsPerQuery));
                foreach (var point in series.TryGetValue(SentBatch.Metric, out var points) ? points : [])
                {
                    var n = (int)((point.AtMs - start.ToUnixTimeMilliseconds()) / 1000);
                    Assert.Equal(new Point(point.AtMs, n, n, n, n), point);
                    Assert.True(found.Add(n));
                }
            }
            read += found.Count;
            Assert.Empty(ofServer.SelectMany(sender => sender.Acknowledged).Except(found).Order());
        }
        var rows = DiskFacts.MetricRows(platform.Data);
        output.WriteLine($"{read} reports read through the API, {rows.Rows} rows on disk, {rows.Distinct} distinct");
        Assert.Equal((read, read), rows);
    }
}
