using Akka.Actor;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Benchmarks.Stores;

namespace HostAtlas.Benchmarks;

/// <summary>
/// Bytes a sample at rest, data and indexes, as written: reports of forty metrics every ten seconds, the servers in turn, so that the
/// pages fill as they do in use and not as after a bulk load. It is a size, not a speed: it is taken once.
/// </summary>
internal static class AtRestBench
{
    private const int TicksADay = 24 * 3600 / 10, TicksAtOnce = 1_000;
    private const long FirstMs = 1_700_000_000_000;

    // What a row of one sample takes in PostgreSQL with its index, by the design's figures: there is nothing to run for it.
    private const double NarrowRowsBytes = 100;

    /// <summary>Runs it: as many days as seconds were asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        var ticks = (int)(options.Seconds * TicksADay);
        var samples = (double)ticks * options.Servers * Fleet.Metrics;
        using var system = ActorSystem.Create("bench", "akka.loglevel = WARNING");
        var rows = new List<ResultRow> { new("narrow rows, one sample a row (not run)", [NarrowRowsBytes]) };
        await using var postgres = await PostgresUnderLoad.StartAsync();
        foreach (var choice in (StoreChoice[])[postgres.Choice, StoreChoice.Sqlite])
            rows.Add(new ResultRow($"HostAtlas on {choice.Name}", [await SizeAsync(choice, system, options, ticks) / samples]));
        return new ResultPage(
            "atrest", "Bytes a sample at rest",
            $"{samples:N0} samples: {options.Seconds} days of {options.Servers} servers, {Fleet.Metrics} metrics every 10 s; half of them "
            + "percentages with two decimals, half growing counters.",
            [new ResultTable("bytes a sample", "0.00", Better.Less, rows) { Goal = "<= 12 as written" }]);
    }

    private static async Task<long> SizeAsync(StoreChoice choice, ActorSystem system, BenchOptions options, int ticks)
    {
        var fleet = new Fleet(options.Servers);
        await using var store = await choice.MakeAsync(fleet.Servers);
        var empty = await store.SizeAtRestAsync();
        for (var tick = 0; tick < ticks; tick += TicksAtOnce)
        {
            options.Stop.ThrowIfCancellationRequested();
            var reports = fleet.Ticks(FirstMs + (tick * Fleet.IntervalMs), Math.Min(TicksAtOnce, ticks - tick));
            await store.IngestAsync(system, reports);
        }
        return await store.SizeAtRestAsync() - empty;
    }
}
