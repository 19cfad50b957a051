using System.Text.Json.Serialization;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>Somebody chose what stays. <paramref name="Floor"/>: also what is to hold later.</summary>
public sealed record RetentionChosen(
    RetentionPolicy Policy, RetentionFloor Floor, RetentionPolicy FromPolicy, int FromDays, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Whether anything stays for a shorter time than before, now or later.</summary>
    public bool Shortens => Floor.NextDays is not null || Policy.KeepsLessThan(FromPolicy);
}

/// <summary>
/// The team's default holds for the server, which chose nothing of its own. Of which sweep it was, <paramref name="By"/> says: the
/// platform's own, or an operator's.
/// </summary>
public sealed record RetentionInherited(
    RetentionPolicy Policy, RetentionFloor Floor, RetentionPolicy FromPolicy, int FromDays, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>Whether anything stays for a shorter time than before, now or later.</summary>
    public bool Shortens => Floor.NextDays is not null || Policy.KeepsLessThan(FromPolicy);
}

/// <summary>Somebody gave up what was chosen for the server: with the next sweep the team's default holds.</summary>
public sealed record RetentionReleased(DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>
/// Snapshots that no rule keeps any more. They can still be restored and come back when somebody cancels, until the first object that only
/// they need is marked. <paramref name="Step"/>: see <see cref="RetentionMemory.Steps"/>.
/// </summary>
public sealed record SnapshotsExpired(long Step, IReadOnlyList<ExpiredSnapshot> Snapshots, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>One of them. <paramref name="TakenAt"/>: its commit. <paramref name="Why"/>: the rule.</summary>
public sealed record ExpiredSnapshot(SnapshotId Snapshot, long Number, DateTimeOffset TakenAt, FateReason Why);

/// <summary>Objects that nothing needs any more: people have a week to cancel.</summary>
public sealed record ObjectsNoticed(long Step, int Objects, long Bytes, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>
/// The week of these objects is over and nothing came to need them: from here on they are answered as gone, and the snapshots that needed
/// them have ended.
/// </summary>
public sealed record ObjectsMarked(long Step, int Objects, long Bytes, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>
/// Objects were deleted from the vault. Journalled behind the deletion: each had been marked, in the journal, before it.
/// </summary>
public sealed record ObjectsDeleted(int Objects, long Bytes, DeletionReason Why, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>
/// A person cancelled: what had expired and lost nothing yet is back, and nothing goes before <paramref name="HeldUntil"/>.
/// </summary>
public sealed record DeletionCancelled(DateTimeOffset HeldUntil, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>In the person's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>Nothing is left of a deleted server's vault.</summary>
public sealed record VaultRemoved(DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>Why objects were deleted.</summary>
public enum DeletionReason
{
    /// <summary>No snapshot needs them.</summary>
    Unneeded = 1,

    /// <summary>Their server was deleted 30 days ago.</summary>
    ServerDeleted = 2,
}
