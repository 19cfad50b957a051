using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// Which rows of a server's tables count: snapshots up to the head's number, and what steps of sweeps wrote that came to be.
/// </summary>
public readonly record struct ChainExtent(long Head, long Steps)
{
    /// <summary>Of a chain.</summary>
    public static ChainExtent Of(BackupState state) => new(state.Head?.Number ?? 0, state.Remembered.Steps);

    /// <summary>Of a chain as its entity shows it.</summary>
    public static ChainExtent Of(BackupsShown shown) => new(shown.Head?.Number ?? 0, shown.Retention?.Steps ?? 0);
}

/// <summary>A snapshot that has not ended. <paramref name="ExpiredAt"/>: null while a rule keeps it.</summary>
public sealed record ChainSnapshot(CommittedSnapshot Snapshot, DateTimeOffset? ExpiredAt, FateReason? Why);

/// <summary>An object as retention looks at it.</summary>
public sealed record StandingObject(ObjectName Name, long Size, ObjectStanding Standing);

/// <summary>What the step that lets snapshots expire is decided by.</summary>
public sealed record ExpireFacts(IReadOnlyList<ChainSnapshot> Chain);

/// <summary>
/// A page of objects: what the two other steps are decided by. <paramref name="More"/>: there are others behind the last one.
/// </summary>
public sealed record ObjectFacts(IReadOnlyList<StandingObject> Page, bool More)
{
    /// <summary>Beside the last page of what is to be deleted: what the vault refused to delete, and is not asked for again yet.</summary>
    public HeldSum Held { get; init; }
}

/// <summary>So many objects that the vault refuses to delete. <paramref name="Until"/>: when the last of them is tried again.</summary>
public readonly record struct HeldSum(ObjectSum Sum, DateTimeOffset? Until)
{
    /// <summary>Both together.</summary>
    public static HeldSum operator +(HeldSum left, HeldSum right) =>
        new(left.Sum + right.Sum, left.Until is null || right.Until > left.Until ? right.Until : left.Until);
}

/// <summary>An object that the vault refuses to delete. <paramref name="Until"/>: it is not tried again before.</summary>
public sealed record HeldObject(ObjectName Name, long Size, DateTimeOffset Until)
{
    /// <summary>
    /// When what is held without an end is tried again: a legal hold may be lifted at any time, and a right be given to the keys.
    /// </summary>
    public static readonly TimeSpan AgainAfter = TimeSpan.FromDays(1);
}

/// <summary>
/// What a step of a sweep leaves. Before anything else is written, rows of this step's number and beyond lose it: they are of a step that
/// died before its journal.
/// </summary>
public sealed record SweepWrites(long Step, DateTimeOffset At)
{
    /// <summary>
    /// Snapshots and runs whose needs are forgotten at a time: each may have a hundred thousand, and whoever writes meanwhile waits.
    /// </summary>
    public const int ForgottenAtATime = 10;

    /// <summary>These snapshots expired.</summary>
    public IReadOnlyList<ExpiredSnapshot> Expired { get; init; } = [];

    /// <summary>These objects were noticed.</summary>
    public IReadOnlyList<ObjectName> Noticed { get; init; } = [];

    /// <summary>Their notice is taken back: they are needed again.</summary>
    public IReadOnlyList<ObjectName> Unnoticed { get; init; } = [];

    /// <summary>These are marked; with them, in the same transaction, every expired snapshot ends that needs one of them.</summary>
    public IReadOnlyList<ObjectName> Marked { get; init; } = [];

    /// <summary>These are deleted in the vault, then forgotten.</summary>
    public IReadOnlyList<StandingObject> Deleted { get; init; } = [];

    /// <summary>These the vault refused to delete: they stay, marked as they are.</summary>
    public IReadOnlyList<HeldObject> Held { get; init; } = [];

    /// <summary>
    /// Rows of snapshots that have ended go, and of what runs needed that are neither open nor committed. The runs that are open; null:
    /// nothing is forgotten.
    /// </summary>
    public IReadOnlyCollection<SnapshotId>? ForgetAllBut { get; init; }

    /// <summary>Everything that has expired and not ended is back, and every notice is taken back.</summary>
    public bool BringsBack { get; init; }

    /// <summary>Nothing of the server is left: the last rows go, and its part of the vault.</summary>
    public bool Wipes { get; init; }

    /// <summary>The same after the vault refused to delete some.</summary>
    public SweepWrites Without(IReadOnlyList<HeldObject> held) => held.Count == 0 ? this : this with
    {
        Deleted = [.. Deleted.ExceptBy(held.Select(one => one.Name), one => one.Name)],
        Held = held,
        Wipes = false,
    };
}

/// <summary>What a server's or a team's part of the vault holds, as announced.</summary>
/// <param name="Total">All of it, whether it has arrived or not.</param>
/// <param name="Noticed">What goes unless somebody cancels or a run comes to need it.</param>
/// <param name="Marked">What is answered as gone and about to be deleted.</param>
/// <param name="FirstNoticedAt">The oldest notice; null for none.</param>
public sealed record VaultSpace(ObjectSum Total, ObjectSum Noticed, ObjectSum Marked, DateTimeOffset? FirstNoticedAt)
{
    /// <summary>What the vault refuses to delete, because a lock of the bucket keeps it: most of it is marked.</summary>
    public HeldSum Held { get; init; }

    /// <summary>What snapshots and open runs need, and what was not looked at yet.</summary>
    public ObjectSum Live => new(
        Total.Objects - Noticed.Objects - Marked.Objects, Total.Bytes - Noticed.Bytes - Marked.Bytes);
}
