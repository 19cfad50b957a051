using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Presence;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Metrics;

/// <summary>The stream of reports. After each commit it names the servers that were heard.</summary>
public sealed class MetricsIngest(IMetricsStore store, EngineOptions options, TimeProvider time, ILogger<MetricsIngest> log)
    : IngestStream<MetricsItem>(store, options, new IngestBounds(FlushWeight: 5_000), time, log)
{
    private static readonly Refused TooManyNames = new(RefusalKind.InvalidContent, "The server would have more than 2,000 metric names.",
        Errors: [new Shared.Wire.ContentError("/reports", "At most 2,000 metric names a server.")]);

    /// <summary>Hears after each commit which servers were heard; set before the stream is started.</summary>
    public Action<Seen> OnSeen { get; set; } = _ => { };

    /// <inheritdoc />
    protected override void OnStored(IReadOnlyList<MetricsItem> stored)
    {
        var seen = new HashSet<ServerKey>(stored.Count);
        foreach (var item in stored) seen.Add(new ServerKey(item.Team, item.Server));
        OnSeen(new Seen([.. seen], Now));
    }

    /// <inheritdoc />
    protected override Refused RefusalOf(ItemFate fate) => fate == ItemFate.TooManyNames ? TooManyNames : base.RefusalOf(fate);
}
