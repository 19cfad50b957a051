using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;

namespace HostAtlas.Engine.Ingest;

/// <summary>
/// The one entrance over streams of their own: log lines that pile up before a slow store must not hold up a report, so neither shares a
/// channel, a flush or a bound with the other.
/// </summary>
public sealed class IngestRouter(MetricsIngest metrics, LogsIngest logs) : IIngest
{
    /// <inheritdoc />
    public bool TryOffer(IngestItem item) => item switch
    {
        MetricsItem reports => metrics.TryOffer(reports),
        LogsItem lines => logs.TryOffer(lines),
        _ => throw new InvalidOperationException($"There is no stream for {item.GetType().Name}."),
    };
}
