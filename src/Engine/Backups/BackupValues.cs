using System.Text.Json.Serialization;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>A run between its begin and its commit.</summary>
/// <param name="Parent">The head it builds on.</param>
/// <param name="HeardAt">Its last request.</param>
/// <param name="NewBytes">Of the objects it announced as new.</param>
/// <param name="Silent">Its silence was told of.</param>
public sealed record OpenRun(
    SnapshotId Snapshot, SnapshotId? Parent, DateTimeOffset BeganAt, DateTimeOffset HeardAt, long NewBytes = 0, bool Silent = false)
{
    /// <summary>It was told of that something was refused to it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Refused { get; init; }

    /// <summary>Another request of it came.</summary>
    public OpenRun Heard(DateTimeOffset at) => this with { HeardAt = at, Silent = false };
}

/// <summary>A snapshot of the chain. <paramref name="Bytes"/>: of all objects it needs, as sealed.</summary>
public sealed record CommittedSnapshot(
    SnapshotId Snapshot, long Number, int Generation, ObjectName SnapshotObject, string Fingerprint, int Objects, long Bytes,
    DateTimeOffset At);

/// <summary>What a committed run brought and what its snapshot needs, in bytes.</summary>
public readonly record struct RunFigures(long NewBytes, long Bytes);

/// <summary>Bytes of one day (UTC), counted from the epoch.</summary>
public readonly record struct DayBytes(int Day, long Bytes)
{
    /// <summary>What was counted on the day of a time.</summary>
    public long On(DateTimeOffset at) => DayOf(at) == Day ? Bytes : 0;

    /// <summary>Counts more.</summary>
    public DayBytes Plus(DateTimeOffset at, long bytes) => new(DayOf(at), On(at) + bytes);

    private static int DayOf(DateTimeOffset at) => (int)(at.ToUnixTimeSeconds() / 86_400);
}

/// <summary>The first eight bytes of a signature that may not come again, but for a retry of the same gateway call.</summary>
public readonly record struct SpentSignature(long Signature, Guid Call, DateTimeOffset Until);

/// <summary>Something people want to know, with its time.</summary>
public sealed record BackupHappening(HappeningKind Kind, SnapshotId? Snapshot, DateTimeOffset At)
{
    /// <summary>Of a silent run: when it was last heard of. Of a missed one: when it should have begun at the latest.
    /// Of overdue ones: since when there is no new snapshot. Of held back files: since when there are some.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Since { get; init; }
}

/// <summary>What happened.</summary>
public enum HappeningKind
{
    /// <summary>A snapshot was committed.</summary>
    Committed = 1,

    /// <summary>Nothing was heard of a run for six hours.</summary>
    RunSilent = 2,

    /// <summary>A run failed: another one was committed in its place.</summary>
    RunOvertaken = 3,

    /// <summary>A run failed: nothing was heard of it for seven days.</summary>
    RunExpired = 4,

    /// <summary>A run failed: the chain was frozen.</summary>
    RunFrozen = 5,

    /// <summary>A run failed: too many were open.</summary>
    RunDisplaced = 6,

    /// <summary>A run that was scheduled did not begin.</summary>
    RunMissed = 7,

    /// <summary>Runs begin, and none was committed for two slots of the schedule.</summary>
    BackupsOverdue = 40,

    /// <summary>A sample was restored, and was as it should be.</summary>
    DrillPassed = 41,

    /// <summary>A sample was restored, and files of it were not as they should be.</summary>
    DrillFailed = 42,

    /// <summary>Three runs or more in a row held files back.</summary>
    FilesHeldBack = 43,

    /// <summary>The agent keeps another schedule.</summary>
    ScheduleChanged = 8,

    /// <summary>The chain is suspect: a run went silent.</summary>
    SuspectedRunVanished = 9,

    /// <summary>The chain is suspect: far more new bytes than usual.</summary>
    SuspectedVolumeJumped = 10,

    /// <summary>The chain is suspect: the newest snapshot needs half or less of what the one before needed.</summary>
    SuspectedChainHalved = 11,

    /// <summary>The chain was frozen.</summary>
    Frozen = 12,

    /// <summary>The chain is open again.</summary>
    Reopened = 13,

    /// <summary>A person lets the next run begin without a parent.</summary>
    NewChainApproved = 14,

    /// <summary>A run cannot go on: the server's quota of a day is spent.</summary>
    RunRefusedByServerQuota = 15,

    /// <summary>A run cannot go on: the team's quota is spent.</summary>
    RunRefusedByTeamQuota = 16,

    /// <summary>The chain is suspect: files look encrypted.</summary>
    SuspectedFilesHit = 17,

    /// <summary>The chain is suspect: notes as ransomware leaves them.</summary>
    SuspectedRansomNotes = 18,

    /// <summary>The chain is suspect: many files got one new ending.</summary>
    SuspectedNewEnding = 19,

    /// <summary>The chain is suspect: far more files changed than usual.</summary>
    SuspectedManyChanged = 20,

    /// <summary>The chain is suspect: the agent's gate says so.</summary>
    SuspectedAgentsGate = 21,

    /// <summary>The chain is still frozen, a day after it was last told.</summary>
    StillFrozen = 22,

    /// <summary>The chain is suspect: more than twice as many commits as the schedule has slots.</summary>
    SuspectedCommitsTooOften = 23,

    /// <summary>Somebody chose what stays.</summary>
    RetentionChosen = 24,

    /// <summary>Snapshots expired: no rule keeps them any more. They can be had back for a week at least.</summary>
    SnapshotsExpired = 25,

    /// <summary>The week of what had expired is over: it is deleted.</summary>
    DeletionDecided = 26,

    /// <summary>A person cancelled what was about to be deleted.</summary>
    DeletionCancelled = 27,

    /// <summary>Nothing is left of a deleted server's vault.</summary>
    VaultRemoved = 28,

    /// <summary>A run cannot go on: the server's quota in all is spent.</summary>
    RunRefusedByServerTotal = 29,
}
