using System.Diagnostics;
using Akka.Actor;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Benchmarks.Stores;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Benchmarks;

/// <summary>
/// How much of SQLite's own speed is left when a report comes through the channel, the stream, one transaction for many servers, the name
/// ledger and two answers. Both are durable (WAL, synchronous=FULL).
/// </summary>
internal static class SqliteBench
{
    private const int DayReports = 8_640, DayQueries = 21;
    private const double SamplesASecond = 1_000_000;
    private const long FirstMs = 1_700_000_000_000;

    /// <summary>Runs it: so many seconds' work of a store that takes a million samples a second.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        var fleet = new Fleet(options.Servers);
        var ticks = Math.Max(1, (int)(options.Seconds * SamplesASecond / (Fleet.Metrics * options.Servers)));
        var items = fleet.Ticks(FirstMs, ticks);
        using var system = ActorSystem.Create("bench", "akka.loglevel = WARNING");
        var figures = await Contest.RunAsync(options, options.Span,
        [
            Contender(fleet, "raw SQLite, 5,000 samples a transaction", store => store.InsertRawAsync(items, 5_000 / Fleet.Metrics)),
            Contender(fleet, "raw SQLite, 1,000 samples a transaction", store => store.InsertRawAsync(items, 1_000 / Fleet.Metrics)),
            Contender(fleet, "HostAtlas, one report a request", store => store.IngestAsync(system, items)),
        ]);
        var samples = (double)items.Count * Fleet.Metrics;
        ResultRow[] rows = [.. figures.Select(c => new ResultRow(c.Name, [.. c.Rounds.Select(seconds => samples / seconds)]))];
        return new ResultPage(
            "sqlite", "Embedded ingest against raw SQLite",
            $"{samples:N0} samples of {options.Servers} servers, {Fleet.Metrics} a report, into one table; WAL, synchronous=FULL.",
            [
                new ResultTable("samples a second", "N0", Better.More, rows) { Goal = ">= 0.85 of raw SQLite at 5,000" },
                new ResultTable("one metric of 40 over a day at 10 s, in steps of a minute, ms", "0.0", Better.Less,
                    [new ResultRow("HostAtlas", await DayQueryAsync(system))]) { Goal = "<= 15 ms" },
            ]);
    }

    private static Contender<double> Contender(Fleet fleet, string name, Func<EmbeddedStore, Task> run) => new(name, async _ =>
    {
        await using var store = new EmbeddedStore(fleet.Servers);
        GC.Collect();
        var watch = Stopwatch.StartNew();
        await run(store);
        return watch.Elapsed.TotalSeconds;
    });

    private static async Task<IReadOnlyList<double>> DayQueryAsync(ActorSystem system)
    {
        var fleet = new Fleet(servers: 1);
        await using var store = new EmbeddedStore(fleet.Servers);
        await store.IngestAsync(system, fleet.Ticks(0, DayReports));
        var milliseconds = new List<double>();
        for (var i = 0; i < 2 * DayQueries; i++)
        {
            var watch = Stopwatch.StartNew();
            var points = await store.QueryAsync(fleet.Servers[0], fleet.Names[20], 0, DayReports * Fleet.IntervalMs);
            if (points != DayReports / 6) throw new InvalidOperationException("The answer is not the day's.");
            if (i >= DayQueries) milliseconds.Add(watch.Elapsed.TotalMilliseconds);
        }
        return milliseconds;
    }
}
