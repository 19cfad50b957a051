using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Where sealed objects come from: the platform's vault through tickets, or a plain copy of a server's part of it. What it gives is not
/// trusted. Thread-safe.
/// </summary>
public interface IRepositorySource
{
    /// <summary>
    /// Whether snapshots are listed from the newest on, as the source sees it. It may be wrong or lie: the snapshots themselves decide.
    /// </summary>
    bool ListsNewestFirst { get; }

    /// <summary>
    /// The names of the objects of a kind, in no order that could be relied on. A source that cannot list a kind (the platform lists
    /// snapshots only) gives none: whatever a snapshot needs is named by it and by its indexes.
    /// </summary>
    IAsyncEnumerable<ObjectName> ListAsync(ObjectKind kind, CancellationToken cancellation);

    /// <summary>The object's size.</summary>
    /// <exception cref="ObjectBrokenException">It is not there.</exception>
    ValueTask<long> SizeAsync(ObjectName name, CancellationToken cancellation);

    /// <summary>Reads exactly so many bytes from an offset.</summary>
    /// <exception cref="ObjectBrokenException">It is not there, or shorter.</exception>
    /// <exception cref="IOException">The source failed; trying again may help.</exception>
    ValueTask ReadAsync(ObjectName name, long offset, Memory<byte> into, CancellationToken cancellation);
}
