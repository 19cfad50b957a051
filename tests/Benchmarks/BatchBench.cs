using System.Diagnostics;
using Akka.Actor;
using HostAtlas.Benchmarks.Load;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Benchmarks.Rivals;
using HostAtlas.Benchmarks.Stores;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Benchmarks;

/// <summary>
/// Samples a second in batches of 5,000: what the data plane makes durable against the fastest way into the same table, and against what
/// VictoriaMetrics takes in.
/// </summary>
internal static class BatchBench
{
    private const int BatchReports = 5_000 / Fleet.Metrics;
    private const double SamplesASecond = 1_000_000;
    private const long FirstMs = 1_700_000_000_000;

    /// <summary>Runs it: so many seconds' work of a store that takes a million samples a second.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        await using var postgres = await PostgresUnderLoad.StartAsync();
        var choices = (StoreChoice[])[postgres.Choice, StoreChoice.Sqlite];
        var fleet = new Fleet(options.Servers);
        var items = fleet.Ticks(FirstMs, Math.Max(1, (int)(options.Seconds * SamplesASecond / (Fleet.Metrics * options.Servers))));
        using var system = ActorSystem.Create("bench", "akka.loglevel = WARNING");
        await using var victoria = options.OursAlone ? null : await RivalServer.StartVictoriaMetricsAsync();
        await using var toVictoria =
            victoria is null ? null : await victoria.LoadBatchesAsync(fleet.Names, BatchReports, options.Servers);
        var contenders = choices.SelectMany(choice => Pair(choice, fleet.Servers, items, system)).ToList();
        if (toVictoria is not null) contenders.Add(new("VictoriaMetrics, line protocol, no sync", async span =>
            (await toVictoria.SaturateAsync(span)).PerSecond * BatchReports * Fleet.Metrics));
        var figures = await Contest.RunAsync(options, options.Span, contenders);
        ResultRow[] rows = [.. figures.Select(c => new ResultRow(c.Name, c.Rounds))];
        var tables = choices.Select((choice, i) =>
            new ResultTable($"samples a second, {choice.Name}, synced", "N0", Better.More, [rows[2 * i], rows[(2 * i) + 1]])
            {
                Goal = $">= 0.85 of {choice.RawWay}",
            }).ToList();
        if (toVictoria is not null) tables.Add(new ResultTable(
            "samples a second", "N0", Better.More, [rows[^1], .. choices.Select((_, i) => rows[(2 * i) + 1])])
        {
            Goal = "ahead of VictoriaMetrics",
        });
        return new ResultPage(
            "batches", "Durable samples a second in batches of 5,000",
            $"{options.Servers} servers, {Fleet.Metrics} metrics a report, {BatchReports} reports a batch.", tables)
        {
            Notes =
            [
                "VictoriaMetrics answers before anything is on disk and never syncs; what it says it took is lost with the power.",
                "VictoriaMetrics parses text that a generator on the same cores sends it over HTTP; the data plane and the raw way are fed "
                + "within one process with reports that are parsed already.",
                "The raw way writes values as long as sealed ones and seals nothing.",
            ],
        };
    }

    private static Contender<double>[] Pair(
        StoreChoice choice, IReadOnlyList<ServerKey> servers, IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items,
        ActorSystem system)
    {
        return
        [
            Contender(choice.RawWay, store => store.InsertRawAsync(items, BatchReports)),
            Contender($"HostAtlas on {choice.Name}", store => store.IngestAsync(system, items)),
        ];

        Contender<double> Contender(string name, Func<IStoreUnderLoad, Task> run) => new(name, async _ =>
        {
            await using var store = await choice.MakeAsync(servers);
            GC.Collect();
            var watch = Stopwatch.StartNew();
            await run(store);
            return items.Count * Fleet.Metrics / watch.Elapsed.TotalSeconds;
        });
    }
}
