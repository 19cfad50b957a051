using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// By how much a counter grew. Pure. A counter only grows; when it is smaller than before it started again from zero, and has since grown
/// to what it shows (the rule of Prometheus, https://prometheus.io/docs/prometheus/latest/querying/functions/#rate).
/// <para>
/// From reports that is exact but for what was counted between a report and a restart, which nobody saw. From a roll-up's point only
/// <c>min</c>, <c>max</c> and <c>last</c> are known, and the growth is the least that fits them. That is exact without a restart within the
/// minute (or hour), and with one unless the counter passed its old peak again before the minute ended. Otherwise it says too little: at
/// most the minute's <c>max</c> for each restart. It never says too much, and what follows is not touched by it.
/// </para>
/// </summary>
internal static class CounterGrowth
{
    /// <summary>Growth from one report to the next.</summary>
    public static double Between(double before, double now) => now >= before ? Finite(now - before) : FromZero(now);

    /// <summary>Growth from the report before a roll-up's point to its newest report.</summary>
    public static double Over(double before, in RollupPoint point)
    {
        if (point.Last >= point.Max) return point.Min < before ? FromZero(point.Last) : Finite(point.Last - before);
        // It fell after its peak: up to the peak, and from zero to where it ended.
        return Finite(Between(before, point.Max) + FromZero(point.Last));
    }

    private static double FromZero(double now) => Math.Max(0, now);

    private static double Finite(double growth) => Math.Min(growth, double.MaxValue);
}
