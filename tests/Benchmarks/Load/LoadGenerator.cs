using System.Diagnostics;
using System.Threading.Channels;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Benchmarks.Load;

/// <summary>What one spell of load came to.</summary>
/// <param name="Requests">Answered as expected.</param>
/// <param name="Elapsed">From the first to the last.</param>
/// <param name="Latencies">In the open loop counted from when a request was meant to be sent, in the closed from when it was.</param>
internal sealed record LoadResult(long Requests, TimeSpan Elapsed, Histogram Latencies)
{
    /// <summary>Requests a second.</summary>
    public double PerSecond => Requests / Elapsed.TotalSeconds;
}

/// <summary>
/// Kept connections to one server under load. An answer that is not the expected one ends the benchmark with its words: a server that
/// refuses is fast, and its speed means nothing.
/// </summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private readonly int _expectedStatus;
    private readonly IReadOnlyList<(LoadConnection Connection, IRequestSource Source)> _lanes;

    private LoadGenerator(int expectedStatus, IReadOnlyList<(LoadConnection, IRequestSource)> lanes) =>
        (_expectedStatus, _lanes) = (expectedStatus, lanes);

    /// <summary>Opens the connections; each has its own source of requests.</summary>
    public static async Task<LoadGenerator> OpenAsync(
        Uri url, X509Certificate2? authority, int expectedStatus, IEnumerable<IRequestSource> sources)
    {
        var lanes = new List<(LoadConnection, IRequestSource)>();
        foreach (var source in sources) lanes.Add((await LoadConnection.OpenAsync(url, authority), source));
        return new LoadGenerator(expectedStatus, lanes);
    }

    /// <summary>Closed loop: each connection sends as soon as it has its answer. Finds how much the server can take, not how long it
    /// takes.</summary>
    public async Task<LoadResult> SaturateAsync(TimeSpan span)
    {
        var start = Stopwatch.GetTimestamp();
        var histograms = await Task.WhenAll(_lanes.Select(lane => Task.Run(async () =>
        {
            var latencies = new Histogram();
            while (Stopwatch.GetElapsedTime(start) < span)
            {
                var sent = Stopwatch.GetTimestamp();
                await ExchangeAsync(lane.Connection, lane.Source);
                latencies.Record(Stopwatch.GetElapsedTime(sent));
            }
            return latencies;
        })));
        return Sum(histograms, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>
    /// Open loop: requests arrive by a schedule of their own, as from many independent agents (exponential gaps), whether or not earlier
    /// ones are answered. A latency is counted from the scheduled time, so that a server which stalls is charged for all that came
    /// meanwhile (no coordinated omission).
    /// </summary>
    public async Task<LoadResult> OfferAsync(double perSecond, TimeSpan span, int seed)
    {
        var due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });
        var start = Stopwatch.GetTimestamp();
        var pacer = Pacer.Run(due.Writer, start, perSecond, span, new Random(seed));
        var histograms = await Task.WhenAll(_lanes.Select(lane => Task.Run(async () =>
        {
            var latencies = new Histogram();
            await foreach (var intended in due.Reader.ReadAllAsync())
            {
                await ExchangeAsync(lane.Connection, lane.Source);
                latencies.Record(Stopwatch.GetElapsedTime(intended));
            }
            return latencies;
        })));
        await pacer;
        return Sum(histograms, Stopwatch.GetElapsedTime(start));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var (connection, _) in _lanes) await connection.DisposeAsync();
    }

    private async ValueTask ExchangeAsync(LoadConnection connection, IRequestSource source)
    {
        var status = await connection.ExchangeAsync(source.Next());
        if (status != _expectedStatus)
            throw new InvalidOperationException($"The server answered {status} under load:\n{connection.LastAnswer}");
    }

    private static LoadResult Sum(IEnumerable<Histogram> histograms, TimeSpan elapsed)
    {
        var all = new Histogram();
        foreach (var histogram in histograms) all.Add(histogram);
        return new LoadResult(all.Count, elapsed, all);
    }
}
