namespace HostAtlas.Engine.Ingest;

/// <summary>Where batches become durable. One flush is one transaction for many servers; each item is stored whole or not at all.</summary>
public interface IFlushStore<in TItem> where TItem : IngestItem
{
    /// <summary>How many flushes may be under way at a time.</summary>
    int Writers { get; }

    /// <summary>
    /// Stores the items and gives each one's fate, in order, after the commit. Throws <see cref="StoreUnavailableException"/> when the
    /// store is away (the same call may be made again), anything else when an item is at fault; then nothing was kept.
    /// </summary>
    /// <param name="items">One flush.</param>
    /// <param name="maybeKept">
    /// An earlier call for these items ended in doubt: a row that is there with the item's own signature may be this item's and counts as
    /// stored.
    /// </param>
    Task<IReadOnlyList<ItemFate>> WriteAsync(IReadOnlyList<TItem> items, bool maybeKept);

    /// <summary>Deletes rows older than the given time; gives how many. Works in small steps so that ingest never waits long.</summary>
    Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation);
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
/// <param name="message">Says what the store said; no tenant's data.</param>
/// <param name="maybeKept">The fault came at or after the commit: the items may be durable or not.</param>
/// <param name="cause">The store's own exception, if there was one.</param>
public sealed class StoreUnavailableException(string message, bool maybeKept, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether the items may be durable all the same.</summary>
    public bool MaybeKept => maybeKept;
}
