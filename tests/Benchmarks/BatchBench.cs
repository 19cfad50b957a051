using System.Diagnostics;
using Akka.Actor;
using HostAtlas.Benchmarks.Load;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Benchmarks.Rivals;
using HostAtlas.Benchmarks.Stores;

namespace HostAtlas.Benchmarks;

/// <summary>Samples a second in batches of 5,000: what the data plane makes durable against what rivals take in.</summary>
internal static class BatchBench
{
    private const int BatchReports = 5_000 / Fleet.Metrics;
    private const double SamplesASecond = 1_000_000;
    private const long FirstMs = 1_700_000_000_000;

    /// <summary>Runs it.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        var fleet = new Fleet(options.Servers);
        var items = fleet.Ticks(FirstMs, Math.Max(1, (int)(options.Seconds * SamplesASecond / (Fleet.Metrics * options.Servers))));
        var samples = (double)items.Count * Fleet.Metrics;
        using var system = ActorSystem.Create("bench", "akka.loglevel = WARNING");
        await using var victoria = options.OursAlone ? null : await RivalServer.StartVictoriaMetricsAsync();
        await using var toVictoria =
            victoria is null ? null : await victoria.LoadBatchesAsync(fleet.Names, BatchReports, options.Servers);
        Contender<double>?[] contenders =
        [
            toVictoria is null ? null : new("VictoriaMetrics, line protocol, no sync", async span =>
                (await toVictoria.SaturateAsync(span)).PerSecond * BatchReports * Fleet.Metrics),
            Contender(fleet, "raw SQLite, durable", samples, store => store.InsertRawAsync(items, BatchReports)),
            Contender(fleet, "HostAtlas on SQLite, durable", samples, store => store.IngestAsync(system, items)),
        ];
        var figures = await Contest.RunAsync(options, options.Span, [.. contenders.OfType<Contender<double>>()]);
        return new ResultPage(
            "batches", "Durable samples a second in batches of 5,000",
            $"{options.Servers} servers, {Fleet.Metrics} metrics a report, {BatchReports} reports a batch.",
            [new ResultTable("samples a second", "N0", Better.More, [.. figures.Select(c => new ResultRow(c.Name, c.Rounds))])])
        {
            Notes =
            [
                "VictoriaMetrics answers before anything is on disk and never syncs; what it says it took is lost with the power.",
                "VictoriaMetrics parses text that a generator on the same cores sends it over HTTP; the data plane and raw SQLite are fed "
                + "within one process with reports that are parsed already.",
            ],
        };
    }

    private static Contender<double> Contender(
        Fleet fleet, string name, double samples, Func<EmbeddedStore, Task> run) => new(name, async _ =>
    {
        using var store = new EmbeddedStore(fleet.Servers);
        GC.Collect();
        var watch = Stopwatch.StartNew();
        await run(store);
        return samples / watch.Elapsed.TotalSeconds;
    });
}
