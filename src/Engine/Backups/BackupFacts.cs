using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>What an object's row says.</summary>
/// <param name="TicketUntil">When the last ticket given for it ends.</param>
/// <param name="InRun">The run that asks has named it before.</param>
public sealed record KnownObject(long Size, byte[] Sha256, DateTimeOffset TicketUntil, bool InRun)
{
    /// <summary>The step of a sweep that marked it; null when none did. It counts only up to the steps that came to be.</summary>
    public long? MarkedBy { get; init; }
}

/// <summary>What an uploads request must be decided by.</summary>
/// <param name="Known">Rows of the objects that are named.</param>
/// <param name="Sizes">What the vault has of them.</param>
/// <param name="OpenTickets">The server's objects that have a living ticket and are not in the vault.</param>
/// <param name="TeamBytes">What the team has announced in all.</param>
public sealed record UploadFacts(
    IReadOnlyDictionary<ObjectName, KnownObject> Known, IReadOnlyDictionary<ObjectName, long> Sizes,
    IReadOnlySet<ObjectName> OpenTickets, long TeamBytes)
{
    /// <summary>What the server has announced in all and retention has not forgotten.</summary>
    public long ServerBytes { get; init; }
}

/// <summary>What a commit must be decided by: the needed set of the run, counted in its table and compared with the vault.</summary>
/// <param name="Committed">The snapshot, when it is in the chain already.</param>
/// <param name="Missing">Needed objects that are not in the vault with their announced size; the first few.</param>
/// <param name="SnapshotObject">The row of the object that is to be the snapshot, when the run needs it.</param>
public sealed record CommitFacts(
    CommittedSnapshot? Committed, int Objects, long Bytes, int MissingCount, IReadOnlyList<ObjectName> Missing,
    KnownObject? SnapshotObject)
{
    /// <summary>When snapshots were committed of late, over the longest window that <see cref="Retention.CommitRate"/> looks at.</summary>
    public IReadOnlyList<DateTimeOffset> Recent { get; init; } = [];
}

/// <summary>What goes into the tables with a decision, before its events are journalled.</summary>
/// <param name="Due">When the entity is to be woken at the latest.</param>
public sealed record BackupWrites(
    DateTimeOffset? Due, Announcement? Announced = null, KeptSnapshot? Kept = null, KeptEvidence? Evidence = null)
{
    /// <summary>What a step of a sweep leaves.</summary>
    public SweepWrites? Sweep { get; init; }
}

/// <summary>What a run needs from now on. <paramref name="New"/>: rows to keep; a null time leaves a ticket's end as it is.</summary>
public sealed record Announcement(
    SnapshotId Run, IReadOnlyList<(AnnouncedObject Object, DateTimeOffset? TicketUntil)> New, IReadOnlyList<ObjectName> Reused,
    DateTimeOffset At);

/// <summary>A snapshot's row. It counts only once the journal has the commit: readers go by the head's number.</summary>
public sealed record KeptSnapshot(CommittedSnapshot Snapshot, byte[]? Gate)
{
    /// <summary>Where the evidence of a gate lies sealed, in every store.</summary>
    public static SealPlace GatePlace(ServerId server, CommittedSnapshot snapshot) =>
        new(SealedTable.BackupEvidence, server, snapshot.At.ToUnixTimeMilliseconds(), snapshot.Number);
}

/// <summary>Evidence as it is kept: of which run, from when, and the agent's JSON.</summary>
public sealed record EvidenceRow(SnapshotId Run, DateTimeOffset At, byte[] Gate);

/// <summary>
/// Evidence that made a chain suspect or frozen, also of a run that was not committed. <paramref name="Number"/> counts them; a row beyond
/// what the entity counted is of a decision that never came to be, and the next one takes its place.
/// </summary>
/// <param name="At">In whole milliseconds.</param>
/// <param name="Gate">As the agent sent it, JSON.</param>
public sealed record KeptEvidence(long Number, SnapshotId Run, DateTimeOffset At, byte[] Gate)
{
    /// <summary>The newest are kept, so many.</summary>
    public const int KeptAtMost = 20;
}
