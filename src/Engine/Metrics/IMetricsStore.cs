using HostAtlas.Engine.Ingest;

namespace HostAtlas.Engine.Metrics;

/// <summary>Where reports become durable; one implementation a store.</summary>
public interface IMetricsStore : IFlushStore<MetricsItem>;
