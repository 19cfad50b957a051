namespace HostAtlas.Shared.Wire;

/// <summary>The body of <c>POST /api/agent/metrics</c> in its retry-safe form. A batch keeps its id over every retry.</summary>
public sealed record MetricsBatch(Guid Batch, IReadOnlyList<MetricsReport> Reports);

/// <summary>What one host showed at one moment. <paramref name="At"/>: Unix milliseconds. Values are finite.</summary>
public sealed record MetricsReport(long At, IReadOnlyDictionary<string, double> Values);

/// <summary>The answer 202: what is durable now. <paramref name="Expired"/> counts reports older than the retention; they are not
/// stored.</summary>
public sealed record MetricsAccepted(int Reports, int Samples, int Expired);
