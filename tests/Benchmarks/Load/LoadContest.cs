using HostAtlas.Benchmarks.Results;

namespace HostAtlas.Benchmarks.Load;

/// <summary>A running server, the generator that loads it, and how much processor time it has used.</summary>
internal sealed record LoadTarget(string Name, LoadGenerator Load, Func<TimeSpan> CpuTime);

/// <summary>
/// Loads servers in turn: first each as much as it takes (closed loop), then all of them at one and the same rate, half of what the slowest
/// took, to see how long an answer takes (open loop).
/// </summary>
internal static class LoadContest
{
    private const double OpenLoopShare = 0.5;
    // The grain of a process's clock in /proc; a short trial may see nothing of it.
    private const double ClockTickMicroseconds = 10_000;

    private static readonly double[] Quantiles = [0.5, 0.99, 0.999];

    /// <summary>Throughput, processor time and latencies.</summary>
    /// <param name="options">Rounds and seconds.</param>
    /// <param name="what">What is sent, for the tables' headings.</param>
    /// <param name="targets">The rival first.</param>
    public static async Task<IReadOnlyList<ResultTable>> RunAsync(
        BenchOptions options, string what, IReadOnlyList<LoadTarget> targets)
    {
        var saturated = await Contest.RunAsync(
            options, options.WarmUp,
            [.. targets.Select(target => new Contender<Spell>(target.Name, span => SaturateAsync(target, span)))]);
        var rate = OpenLoopShare * saturated.Min(target => ResultRow.MedianOf(target.Rounds.Select(round => round.PerSecond)));
        var seed = 0;
        var offered = await Contest.RunAsync(options, TimeSpan.Zero, [.. targets.Select(target =>
            new Contender<Histogram>(target.Name, async span => (await target.Load.OfferAsync(rate, span, ++seed)).Latencies))]);
        return
        [
            Table($"requests a second, {what}, closed loop", "N0", Better.More, saturated, round => round.PerSecond),
            Table($"server's processor time a request, us, {what}", "0.0", Better.Less, saturated, round => round.CpuUs),
            .. Quantiles.Select(share => Table(
                $"p{share * 100:0.#} in ms at {rate:N0} requests a second, {what}, open loop", "0.00", Better.Less, offered,
                round => round.Quantile(share).TotalMilliseconds)),
        ];
    }

    private static async Task<Spell> SaturateAsync(LoadTarget target, TimeSpan span)
    {
        var before = target.CpuTime();
        var result = await target.Load.SaturateAsync(span);
        var used = Math.Max((target.CpuTime() - before).TotalMicroseconds, ClockTickMicroseconds);
        return new Spell(result.PerSecond, used / result.Requests);
    }

    private static ResultTable Table<T>(
        string what, string format, Better better, IReadOnlyList<(string Name, T[] Rounds)> figures, Func<T, double> pick) =>
        new(what, format, better, [.. figures.Select(c => new ResultRow(c.Name, [.. c.Rounds.Select(pick)]))]);

    private readonly record struct Spell(double PerSecond, double CpuUs);
}
