using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;

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
    private readonly Func<Task<LoadConnection>> _connect;
    private readonly int _expectedStatus;
    private readonly (LoadConnection Connection, IRequestSource Source)[] _lanes;

    private LoadGenerator(Func<Task<LoadConnection>> connect, int expectedStatus, (LoadConnection, IRequestSource)[] lanes) =>
        (_connect, _expectedStatus, _lanes) = (connect, expectedStatus, lanes);

    /// <summary>Opens the connections; each has its own source of requests.</summary>
    public static async Task<LoadGenerator> OpenAsync(
        Uri url, X509Certificate2? authority, int expectedStatus, IEnumerable<IRequestSource> sources)
    {
        var lanes = new List<(LoadConnection, IRequestSource)>();
        foreach (var source in sources) lanes.Add((await LoadConnection.OpenAsync(url, authority), source));
        return new LoadGenerator(() => LoadConnection.OpenAsync(url, authority), expectedStatus, [.. lanes]);
    }

    /// <summary>Closed loop: each connection sends as soon as it has its answer. Finds how much the server can take, not how long it
    /// takes.</summary>
    public async Task<LoadResult> SaturateAsync(TimeSpan span)
    {
        await ReopenAsync();
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
        await ReopenAsync();
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

    // Between two turns a server may close what lies idle, each by its own rule. Opening anew is not what is measured.
    private async Task ReopenAsync()
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            if (!_lanes[i].Connection.IsClosed) continue;
            await _lanes[i].Connection.DisposeAsync();
            _lanes[i].Connection = await _connect();
        }
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
