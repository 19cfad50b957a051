using Akka.Actor;
using HostAtlas.Benchmarks.Results;
using HostAtlas.Benchmarks.Stores;

namespace HostAtlas.Benchmarks;

/// <summary>
/// Bytes a sample at rest, data and indexes, as written: reports of forty metrics every ten seconds, the servers in turn, so that the
/// pages fill as they do in use and not as after a bulk load. It is a size, not a speed: one round says it.
/// </summary>
internal static class AtRestBench
{
    private const int TicksADay = 24 * 3600 / 10, TicksAtOnce = 1_000;
    private const long FirstMs = 1_700_000_000_000;

    // What a row of a table with one sample a row takes in PostgreSQL with its index (figures.md): there is nothing to run for it.
    private const double NarrowRowsBytes = 100;

    /// <summary>Runs it: as many days as seconds were asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        var ticks = (int)(options.Seconds * TicksADay);
        using var system = ActorSystem.Create("bench", "akka.loglevel = WARNING");
        var fleet = new Fleet(options.Servers);
        using var store = new EmbeddedStore(fleet.Servers);
        var empty = store.SizeAtRest();
        for (var tick = 0; tick < ticks && !options.Stop.IsCancellationRequested; tick += TicksAtOnce)
            await store.IngestAsync(system, fleet.Ticks(FirstMs + (tick * Fleet.IntervalMs), Math.Min(TicksAtOnce, ticks - tick)));
        options.Stop.ThrowIfCancellationRequested();
        var samples = (double)ticks * options.Servers * Fleet.Metrics;
        return new ResultPage(
            "atrest", "Bytes a sample at rest",
            $"{samples:N0} samples: {options.Seconds} days of {options.Servers} servers, {Fleet.Metrics} metrics every 10 s; half of them "
            + "percentages with two decimals, half growing counters.",
            [
                new ResultTable("bytes a sample", "0.00", Better.Less,
                [
                    new ResultRow("narrow rows, one sample a row (not run)", [NarrowRowsBytes]),
                    new ResultRow("HostAtlas on SQLite", [(store.SizeAtRest() - empty) / samples]),
                ]) { Goal = "<= 12 as written" },
            ]);
    }
}
