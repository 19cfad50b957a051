using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>
/// Sealed values wherever they lie, by their keys and nothing else: what the pass that seals everything anew reads and writes. One
/// implementation a store. Every call is short, and none holds a write lock for longer than a page of updates takes.
/// </summary>
public interface ISealedValues
{
    /// <summary>
    /// The next values of a table that do not begin with <paramref name="head"/> (version and key of the present seal), in the order of the
    /// table's own key (server, time, key; for journal and snapshots persistence id and number), from behind <paramref name="after"/>. At
    /// most <paramref name="limit"/>, fewer when they are large; none: that was the end.
    /// </summary>
    /// <param name="team">Whose values; null for people's entities, of which there is a journal and snapshots.</param>
    Task<IReadOnlyList<StoredValue>> ReadAsync(
        TeamId? team, SealedTable table, StoredValue? after, byte[] head, int limit, CancellationToken cancellation);

    /// <summary>
    /// Puts each value in the place of the one that was read, in one transaction. One that was changed or deleted meanwhile stays as it is.
    /// </summary>
    /// <returns>How many were put.</returns>
    Task<int> ReplaceAsync(
        TeamId? team, SealedTable table, IReadOnlyList<(StoredValue Read, byte[] Anew)> values, CancellationToken cancellation);

    /// <summary>How many values do not begin with <paramref name="head"/>; reads the table once.</summary>
    Task<long> CountAsync(TeamId? team, SealedTable table, byte[] head, CancellationToken cancellation);
}

/// <summary>A sealed value and where it lies.</summary>
/// <param name="Place">Its place; the number of an event or a snapshot is its detail.</param>
/// <param name="Key">What else is part of the row's key: the batch's key of a report, else 0.</param>
/// <param name="Person">The persistence id of a person's entity, for values of no team.</param>
/// <param name="Sealed">The bytes.</param>
public sealed record StoredValue(SealPlace Place, long Key, string? Person, byte[] Sealed);
