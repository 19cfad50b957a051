namespace HostAtlas.Engine.Metrics;

/// <summary>Where batches become durable. One flush is one transaction for many servers; each item is stored whole or not at all.</summary>
public interface IMetricsStore
{
    /// <summary>
    /// Stores the items and gives each one's fate, in order. Returns after the commit. Throws <see cref="StoreUnavailableException"/> when the
    /// store is away (nothing was kept; the same call may be made again), anything else when an item is at fault.
    /// </summary>
    IReadOnlyList<ItemFate> Write(IReadOnlyList<IngestItem> items);

    /// <summary>Deletes reports older than the given time; gives how many. Works in small steps so that ingest never waits long.</summary>
    int DeleteBefore(DateTimeOffset oldest, CancellationToken cancellation);
}

/// <summary>What became of one item.</summary>
public enum ItemFate
{
    /// <summary>Stored now, or stored by an earlier send of the same batch.</summary>
    Stored,

    /// <summary>This very request was stored before.</summary>
    Replayed,

    /// <summary>Refused: the server would have more than 2,000 metric names.</summary>
    TooManyNames,
}

/// <summary>The store is away or overloaded. Always transient: the same write may succeed later.</summary>
public sealed class StoreUnavailableException(string message, Exception cause) : Exception(message, cause);
