using System.Text.Json.Serialization;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// A request that changed something was let in: journalled with the change, so that its signature is spent also after a restart.
/// <paramref name="Signature"/>: its first eight bytes.
/// </summary>
public sealed record RequestAdmitted(long Signature, Guid Call, DateTimeOffset Until, DateTimeOffset At) : IEntityEvent;

/// <summary>A run began, or began again with the same answer.</summary>
public sealed record RunBegan(SnapshotId Snapshot, SnapshotId? Parent, DateTimeOffset At) : IEntityEvent;

/// <summary>The agent now keeps another schedule; null: none.</summary>
public sealed record ScheduleChanged(string? From, string? To, DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>A run named what it needs. <paramref name="Bytes"/>: of the objects that are new to it.</summary>
public sealed record ObjectsAnnounced(SnapshotId Snapshot, int Objects, int Reused, long Bytes, DateTimeOffset At) : IEntityEvent;

/// <summary>
/// A snapshot is in the chain and its head. <paramref name="Number"/> counts the server's commits, <paramref name="Generation"/> those of
/// its chain; <paramref name="Fingerprint"/>: the first 16 hex digits of the object's SHA-256.
/// </summary>
public sealed record SnapshotCommitted(
    SnapshotId Snapshot, long Number, int Generation, ObjectName SnapshotObject, string Fingerprint, int Objects, long Bytes, long NewBytes,
    DateTimeOffset At) : IEntityEvent;

/// <summary>Nothing was heard of an open run for six hours. It may still go on.</summary>
public sealed record RunSilent(SnapshotId Snapshot, DateTimeOffset LastHeardAt, DateTimeOffset At) : IEntityEvent;

/// <summary>A run was closed without a commit and never commits.</summary>
public sealed record RunEnded(SnapshotId Snapshot, RunEnd Why, DateTimeOffset At) : IEntityEvent;

/// <summary>An open run was refused what it needs; it may go on when that has changed. Told once a run.</summary>
public sealed record RunRefused(SnapshotId Snapshot, RunRefusal Why, DateTimeOffset At) : IEntityEvent;

/// <summary>A slot of the schedule passed without a run.</summary>
public sealed record RunMissed(DateTimeOffset DueAt, DateTimeOffset At) : IEntityEvent;

/// <summary>
/// Runs begin, and for two slots of the schedule none was committed. <paramref name="Since"/>: the last commit, or the first such run.
/// </summary>
public sealed record BackupsOverdue(DateTimeOffset Since, DateTimeOffset At) : IEntityEvent;

/// <summary>
/// The agent restored a sample of a snapshot without keeping it. <paramref name="Failed"/>: files of it that did not come back as they
/// were.
/// </summary>
public sealed record DrillDone(
    SnapshotId Snapshot, DateTimeOffset DrilledAt, long Files, long Bytes, long Failed, DateTimeOffset At) : IEntityEvent;

/// <summary>The chain is to be looked at.</summary>
public sealed record ChainSuspected(SuspicionCause Cause, DateTimeOffset At) : IEntityEvent
{
    /// <summary>The run that gave cause; null when none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SnapshotId? Run { get; init; }

    /// <summary>The number under which its evidence is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Evidence { get; init; }
}

/// <summary>The chain takes nothing more until a person opens it. <paramref name="From"/>: what it was.</summary>
public sealed record ChainFrozen(FreezeCause Cause, ChainStatus? From, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>In the words of the person who froze it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The run that gave cause; nothing of it is committed. Null when none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SnapshotId? Run { get; init; }

    /// <summary>The number under which its evidence is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Evidence { get; init; }

    /// <summary>Path ids of the canaries that are not what was planted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Canaries { get; init; }
}

/// <summary>The chain is open again. <paramref name="From"/>: what it was.</summary>
public sealed record ChainReopened(ReopenCause Cause, ChainStatus? From, DateTimeOffset At, Author? By) : IAuditedEvent
{
    /// <summary>In the words of the person who opened it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>What the person accepted: files that hit and may from now on enter as they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HitPairs? Accepted { get; init; }
}

/// <summary>
/// The evidence of a committed run has hits that count. <paramref name="Listed"/>: each with its pair; <paramref name="OtherFiles"/> and
/// <paramref name="OtherBytes"/>: those that the evidence counts and does not list.
/// </summary>
public sealed record HitsFound(
    SnapshotId Run, IReadOnlyList<CountedHit> Listed, long OtherFiles, long OtherBytes, DateTimeOffset At) : IEntityEvent;

/// <summary>
/// A committed run kept the last clean version of <paramref name="Files"/> files that look encrypted; 0: none is held back any more.
/// </summary>
public sealed record FilesHeldBack(SnapshotId Run, long Files, DateTimeOffset At) : IEntityEvent
{
    /// <summary>People are told, and this is since when files are held back; null: they are not told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Since { get; init; }

    /// <summary>The number under which the run's evidence is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Evidence { get; init; }
}

/// <summary>
/// The chain is still frozen: told once a day, so that nobody forgets it. <paramref name="UnprotectedSince"/>: what came after that is in
/// no snapshot.
/// </summary>
public sealed record StillFrozen(DateTimeOffset UnprotectedSince, DateTimeOffset FrozenSince, DateTimeOffset At) : IEntityEvent;

/// <summary>A person lets the next run begin without a parent.</summary>
public sealed record NewChainApproved(DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>The server was deleted: nothing enters the chain any more, nothing is due. The vault stays for 30 days from here.</summary>
public sealed record BackupsClosed(DateTimeOffset At, Author? By) : IAuditedEvent;

/// <summary>Why a run was closed.</summary>
public enum RunEnd
{
    /// <summary>Another run that built on the same head was committed first.</summary>
    Overtaken = 1,

    /// <summary>Nothing was heard of it for seven days.</summary>
    Expired = 2,

    /// <summary>The chain was frozen.</summary>
    Frozen = 3,

    /// <summary>Too many runs were open; it was the one not heard of for the longest time.</summary>
    Displaced = 4,
}

/// <summary>Why a run was refused what it needs.</summary>
public enum RunRefusal
{
    /// <summary>The server's quota of new bytes a day is spent.</summary>
    ServerQuota = 1,

    /// <summary>The team's quota is spent.</summary>
    TeamQuota = 2,

    /// <summary>The server's quota in all is spent.</summary>
    ServerTotalQuota = 3,
}

/// <summary>Why a chain is suspect.</summary>
public enum SuspicionCause
{
    /// <summary>A run went silent.</summary>
    RunVanished = 1,

    /// <summary>A run brought far more new bytes than those before it.</summary>
    VolumeJumped = 2,

    /// <summary>A snapshot needs half or less of what its predecessor needed.</summary>
    ChainHalved = 3,

    /// <summary>Files look encrypted.</summary>
    FilesHit = 4,

    /// <summary>Notes as ransomware leaves them.</summary>
    RansomNotes = 5,

    /// <summary>Many files got one new ending.</summary>
    NewEnding = 6,

    /// <summary>Far more files changed than usual.</summary>
    ManyChanged = 7,

    /// <summary>The agent's gate says so, by a rule that this version does not know.</summary>
    AgentsGate = 8,

    /// <summary>More than twice as many commits as the schedule has slots.</summary>
    CommitsTooOften = 9,
}

/// <summary>Why a chain was frozen.</summary>
public enum FreezeCause
{
    /// <summary>The agent's gate gave a critical verdict.</summary>
    AgentsGate = 1,

    /// <summary>A person did.</summary>
    Person = 2,

    /// <summary>A canary is not what was planted.</summary>
    Canary = 3,

    /// <summary>Three files or more, and a twentieth of those that changed, look encrypted.</summary>
    HitShare = 4,

    /// <summary>200 files or 1 GiB within seven days look encrypted.</summary>
    SlowBurn = 5,

    /// <summary>Three tenths of all files are gone.</summary>
    MassDeletion = 6,

    /// <summary>A dump under watch no longer decodes.</summary>
    DumpTurned = 7,
}

/// <summary>Why a chain is open again.</summary>
public enum ReopenCause
{
    /// <summary>Three runs without a new hit.</summary>
    CleanRuns = 1,

    /// <summary>A person did.</summary>
    Person = 2,
}
