using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Metrics;

/// <summary>What people read of a server's metrics.</summary>
public interface IMetricsReader
{
    /// <summary>
    /// Steps of the named metrics (all of the server's when <see cref="MetricsQuery.Names"/> is null). A step without samples has no point.
    /// </summary>
    Task<MetricsAnswer> QueryAsync(MetricsQuery query, CancellationToken cancellation);
}

/// <summary>From inclusive, to exclusive, Unix milliseconds; steps are aligned to the epoch.</summary>
/// <param name="AsRates">The metrics are counters: the answer holds their rates a second (<see cref="RateSeries"/>).</param>
public sealed record MetricsQuery(
    TeamId Team, ServerId Server, IReadOnlyList<string>? Names, long FromMs, long ToMs, int StepSeconds, bool AsRates = false);

/// <summary>The answer, one series a name that has points.</summary>
public sealed record MetricsAnswer(int StepSeconds, IReadOnlyList<MetricSeries> Series);

/// <summary>One metric's points in order of time.</summary>
public sealed record MetricSeries(string Name, IReadOnlyList<MetricPoint> Points);

/// <summary>What fell into one step. <paramref name="AtMs"/>: the step's start.</summary>
public readonly record struct MetricPoint(long AtMs, double Min, double Max, double Mean, double Last);
