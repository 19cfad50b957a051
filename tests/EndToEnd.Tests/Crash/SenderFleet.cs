using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>Some servers with two stubborn senders each, and the promise of the 202 about what they sent.</summary>
internal sealed class SenderFleet
{
    private const int Servers = 3, SendersPerServer = 2, StepsPerQuery = 10_000;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<StubbornSender> _senders = [];
    private readonly int[] _reserved = new int[Servers];
    private readonly DateTimeOffset _start =
        DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddDays(-5).ToUnixTimeSeconds());

    private readonly PlatformProcess _platform;
    private readonly Founder _founder;
    private Task[] _running = [];

    private SenderFleet(PlatformProcess platform, Founder founder) => (_platform, _founder) = (platform, founder);

    /// <summary>All of them.</summary>
    public IReadOnlyList<StubbornSender> Senders => _senders;

    /// <summary>Reports that were answered with 202 so far.</summary>
    public int Acknowledged => _senders.Sum(sender => sender.AcknowledgedCount);

    /// <summary>Makes the servers and begins to send.</summary>
    public static async Task<SenderFleet> StartAsync(PlatformProcess platform, Founder founder, Random random)
    {
        var fleet = new SenderFleet(platform, founder);
        for (var i = 0; i < Servers; i++)
        {
            var (server, number) = (await founder.AddServerAsync($"load-{i}"), i);
            for (var s = 0; s < SendersPerServer; s++)
            {
                fleet._senders.Add(new StubbornSender(platform, server, fleet._start, random.Next(),
                    count => Interlocked.Add(ref fleet._reserved[number], count) - count));
            }
        }
        fleet._running = [.. fleet._senders.Select(sender => Task.Run(() => sender.RunAsync(fleet._stop.Token)))];
        return fleet;
    }

    /// <summary>Lets each sender finish the batch it is at, and one at least.</summary>
    public async Task StopAsync(ITestOutputHelper output)
    {
        await Poll.UntilAsync("each sender to be answered once", TimeSpan.FromSeconds(60),
            () => Task.FromResult(_senders.TrueForAll(sender => sender.AcknowledgedCount > 0)));
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        output.WriteLine($"{Acknowledged} reports acknowledged, {_senders.Sum(s => s.FailedAttempts)} attempts failed, "
            + $"{_senders.Sum(s => s.ToldToWait)} of them told to wait");
        Assert.Empty(_senders.SelectMany(sender => sender.WrongAnswers));
        Assert.All(_senders, sender => Assert.NotEmpty(sender.Acknowledged));
        Assert.True(_senders.Sum(s => s.FailedAttempts) > 0, "No attempt ever failed: what was done hit nothing.");
    }

    /// <summary>Reads everything back.</summary>
    public async Task EveryAcknowledgedReportIsThereOnceAsync(ITestOutputHelper output)
    {
        var read = 0;
        foreach (var ofServer in _senders.GroupBy(sender => sender.Server))
        {
            var found = new HashSet<int>();
            var sent = _reserved[_senders.Select(s => s.Server).Distinct().ToList().IndexOf(ofServer.Key)];
            for (var from = 0; from < sent; from += StepsPerQuery)
            {
                var series = await _founder.MetricsAsync(ofServer.Key, _start.AddSeconds(from), _start.AddSeconds(from + StepsPerQuery));
                foreach (var point in series.TryGetValue(SentBatch.Metric, out var points) ? points : [])
                {
                    var n = (int)((point.AtMs - _start.ToUnixTimeMilliseconds()) / 1000);
                    Assert.Equal(new Point(point.AtMs, n, n, n, n), point);
                    Assert.True(found.Add(n));
                }
            }
            read += found.Count;
            Assert.Empty(ofServer.SelectMany(sender => sender.Acknowledged).Except(found).Order());
        }
        var rows = DiskFacts.MetricRows(_platform);
        output.WriteLine($"{read} reports read through the API, {rows.Rows} rows on disk, {rows.Distinct} distinct");
        Assert.Equal((read, read), rows);
    }
}
