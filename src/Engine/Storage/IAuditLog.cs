using HostAtlas.Engine.Audit;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// The audit log of one team, for reading: only the projection adds to it. A team whose keys were destroyed has no log any more.
/// </summary>
public interface IAuditLog
{
    /// <summary>The end of the log; null when nothing was told yet.</summary>
    Task<AuditLogHead?> HeadAsync(TeamId team, CancellationToken cancellation);

    /// <summary>Entries by number, in order, from behind <paramref name="after"/> up to and with <paramref name="through"/>.</summary>
    Task<IReadOnlyList<AuditLogEntry>> ReadAsync(TeamId team, long after, long through, int limit, CancellationToken cancellation);

    /// <summary>Entries by time, the newest first.</summary>
    Task<IReadOnlyList<AuditLogEntry>> PageAsync(TeamId team, AuditWindow window, int limit, CancellationToken cancellation);

    /// <summary>The highest number of an entry that is less than this one; 0 when there is none.</summary>
    Task<long> NumberBeforeAsync(TeamId team, long number, CancellationToken cancellation);
}

/// <summary>The end of a log.</summary>
/// <param name="Vouched">Null when the head was altered: it does not open, or no root key vouches for it.</param>
public sealed record AuditLogHead(long Number, VouchedHead? Vouched);

/// <summary>An entry as it lies there.</summary>
/// <param name="Entry">Null when it was altered or moved and does not open.</param>
public sealed record AuditLogEntry(long Number, long AtMs, ChainedEntry? Entry)
{
    /// <summary>
    /// Of a page: <see cref="IAuditLog.NumberBeforeAsync"/> of its number. Numbers have no gaps, so whatever lies between was removed.
    /// </summary>
    public long Previous { get; init; }
}

/// <summary>Which part of a log is asked for. Times are Unix milliseconds.</summary>
/// <param name="FromMs">Inclusive.</param>
/// <param name="ToMs">Exclusive.</param>
/// <param name="Before">Only what comes after this place in the order of the newest first; null for all.</param>
public sealed record AuditWindow(long FromMs, long ToMs, AuditPlace? Before)
{
    /// <summary>Everything asked for lies before this place in the order of time.</summary>
    internal AuditPlace UpTo => Before is { } place && place.AtMs < ToMs ? place : new AuditPlace(ToMs, long.MinValue);
}

/// <summary>An entry's place in the order of time; entries of one time are in the order of their numbers.</summary>
public sealed record AuditPlace(long AtMs, long Number);
