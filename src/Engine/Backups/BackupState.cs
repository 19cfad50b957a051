using System.Collections.Immutable;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>How far a chain is trusted.</summary>
public enum ChainStatus
{
    /// <summary>Runs are taken.</summary>
    Open = 0,

    /// <summary>Runs are taken, and somebody should look.</summary>
    Suspect = 1,

    /// <summary>Nothing is taken.</summary>
    Frozen = 2,
}

/// <summary>
/// What the entity of a server's backups keeps. Also its snapshot. It is small whatever the chain's size: which objects a run needs stands
/// in a table (<see cref="Storage.IBackupStore"/>), never here.
/// </summary>
public sealed partial record BackupState
{
    /// <summary>Happenings that are kept for people.</summary>
    public const int HistoryKept = 200;

    /// <summary>Runs of one server that may be open at a time.</summary>
    public const int OpenRunsAtMost = 4;

    private const int ClosedKept = 16, FiguresKept = 32;

    /// <summary>Before any event.</summary>
    public static readonly BackupState Nothing = new();

    /// <summary>Whether it is open.</summary>
    public ChainStatus Chain { get; init; }

    /// <summary>When it became what it is; null while it has always been open.</summary>
    public DateTimeOffset? ChainSince { get; init; }

    /// <summary>The newest snapshot.</summary>
    public CommittedSnapshot? Head { get; init; }

    /// <summary>Runs that have begun and neither been committed nor closed.</summary>
    public ImmutableList<OpenRun> Runs { get; init; } = [];

    /// <summary>The last runs that were closed or committed.</summary>
    public ImmutableList<SnapshotId> Closed { get; init; } = [];

    /// <summary>What the last runs brought, oldest first.</summary>
    public ImmutableList<RunFigures> Figures { get; init; } = [];

    /// <summary>Cron, as the last run said; null: none.</summary>
    public string? Schedule { get; init; }

    /// <summary>When a run last began.</summary>
    public DateTimeOffset? BeganAt { get; init; }

    /// <summary>When a missed slot was last told of.</summary>
    public DateTimeOffset? MissedAt { get; init; }

    /// <summary>Commits without a new hit since the chain became suspect.</summary>
    public int CleanRuns { get; init; }

    /// <summary>The next run may begin without a parent.</summary>
    public bool MayStartAnew { get; init; }

    /// <summary>New bytes announced on the day (UTC) of the last announcement.</summary>
    public DayBytes Today { get; init; }

    /// <summary>Spent signatures of requests that changed something.</summary>
    public ImmutableList<SpentSignature> Spent { get; init; } = [];

    /// <summary>What happened, the newest first.</summary>
    public ImmutableList<BackupHappening> History { get; init; } = [];

    /// <summary>When the server was deleted; null while it is not.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Whether anything ever happened.</summary>
    public bool Exists => BeganAt is not null || ChainSince is not null || MayStartAnew || ClosedAt is not null || Retention is not null;

    /// <summary>The run that is open under an id, or null.</summary>
    public OpenRun? Run(SnapshotId snapshot) => Runs.Find(run => run.Snapshot == snapshot);

    /// <summary>The state after an event; throws on one that this version does not know.</summary>
    public static BackupState Apply(BackupState state, IEntityEvent happened) => happened switch
    {
        RequestAdmitted e => state with
        {
            Spent = state.Spent.RemoveAll(spent => spent.Until <= e.At).Add(new SpentSignature(e.Signature, e.Call, e.Until)),
        },
        RunBegan e => state with
        {
            BeganAt = e.At,
            TryingSince = state.TryingSince ?? e.At,
            Runs = state.Run(e.Snapshot) is { } run
                ? state.Runs.Replace(run, run.Heard(e.At))
                : state.Runs.Add(new OpenRun(e.Snapshot, e.Parent, e.At, e.At)),
        },
        ScheduleChanged e => state.Told(HappeningKind.ScheduleChanged, null, e.At) with { Schedule = e.To },
        ObjectsAnnounced e => state.OnRun(e.Snapshot, run => run.Heard(e.At) with { NewBytes = run.NewBytes + e.Bytes }) with
        {
            Today = state.Today.Plus(e.At, e.Bytes),
        },
        SnapshotCommitted e => (state.Without(e.Snapshot) with
        {
            Head = new CommittedSnapshot(e.Snapshot, e.Number, e.Generation, e.SnapshotObject, e.Fingerprint, e.Objects, e.Bytes, e.At),
            // What a new epoch stores anew is no measure of what is usual.
            Figures = state.Gate is { NewEpoch: true }
                ? state.Figures
                : Newest(state.Figures.Add(new RunFigures(e.NewBytes, e.Bytes)), FiguresKept),
            CleanRuns = state.Chain == ChainStatus.Suspect ? state.CleanRuns + 1 : 0,
            MayStartAnew = false,
            TryingSince = null,
            Gate = state.Gate is { NewEpoch: true } gate ? gate with { NewEpoch = false } : state.Gate,
        }).Told(HappeningKind.Committed, e.Snapshot, e.At),
        RunSilent e => state.OnRun(e.Snapshot, run => run with { Silent = true })
            .Told(HappeningKind.RunSilent, e.Snapshot, e.At, e.LastHeardAt),
        RunRefused e => state.OnRun(e.Snapshot, run => run with { Refused = true }).Told(KindOf(e.Why), e.Snapshot, e.At),
        RunEnded e => state.Without(e.Snapshot).Told(KindOf(e.Why), e.Snapshot, e.At),
        RunMissed e => state.Told(HappeningKind.RunMissed, null, e.At, e.DueAt) with { MissedAt = e.At },
        BackupsOverdue e => state.Told(HappeningKind.BackupsOverdue, null, e.At, e.Since) with { OverdueToldAt = e.At },
        DrillDone e => state.Drilled(e),
        HitsFound e => state.Saw(e),
        FilesHeldBack e => state.HeldBackBy(e),
        ChainSuspected e => state.Suspected(e),
        ChainFrozen e => state.FrozenBy(e),
        ChainReopened e => state.ReopenedBy(e),
        StillFrozen e => state.ToldStillFrozen(e),
        // Without runs and schedule nothing is ever due again.
        BackupsClosed e => state with { ClosedAt = e.At, Runs = [], Schedule = null },
        NewChainApproved e => state.Told(HappeningKind.NewChainApproved, null, e.At) with { MayStartAnew = true },
        _ => ApplyRetention(state, happened) ?? throw new InvalidOperationException(
            $"The journal of backups holds a {happened.GetType().Name} that this version does not know."),
    };

    private static HappeningKind KindOf(RunEnd why) => why switch
    {
        RunEnd.Overtaken => HappeningKind.RunOvertaken,
        RunEnd.Expired => HappeningKind.RunExpired,
        RunEnd.Frozen => HappeningKind.RunFrozen,
        RunEnd.Displaced => HappeningKind.RunDisplaced,
        _ => throw new InvalidOperationException($"A run ended for a reason, {why}, that this version does not know."),
    };

    private static HappeningKind KindOf(RunRefusal why) => why switch
    {
        RunRefusal.ServerQuota => HappeningKind.RunRefusedByServerQuota,
        RunRefusal.TeamQuota => HappeningKind.RunRefusedByTeamQuota,
        RunRefusal.ServerTotalQuota => HappeningKind.RunRefusedByServerTotal,
        _ => throw new InvalidOperationException($"A run was refused for a reason, {why}, that this version does not know."),
    };

    private static HappeningKind KindOf(SuspicionCause cause) => cause switch
    {
        SuspicionCause.RunVanished => HappeningKind.SuspectedRunVanished,
        SuspicionCause.VolumeJumped => HappeningKind.SuspectedVolumeJumped,
        SuspicionCause.ChainHalved => HappeningKind.SuspectedChainHalved,
        SuspicionCause.FilesHit => HappeningKind.SuspectedFilesHit,
        SuspicionCause.RansomNotes => HappeningKind.SuspectedRansomNotes,
        SuspicionCause.NewEnding => HappeningKind.SuspectedNewEnding,
        SuspicionCause.ManyChanged => HappeningKind.SuspectedManyChanged,
        SuspicionCause.AgentsGate => HappeningKind.SuspectedAgentsGate,
        SuspicionCause.CommitsTooOften => HappeningKind.SuspectedCommitsTooOften,
        _ => throw new InvalidOperationException($"A chain is suspect for a reason, {cause}, that this version does not know."),
    };

    private BackupState Became(ChainStatus chain, DateTimeOffset at) =>
        this with { Chain = chain, ChainSince = Chain == chain ? ChainSince ?? at : at, CleanRuns = 0 };

    private BackupState OnRun(SnapshotId snapshot, Func<OpenRun, OpenRun> change) =>
        Run(snapshot) is { } run ? this with { Runs = Runs.Replace(run, change(run)) } : this;

    private BackupState Without(SnapshotId snapshot) =>
        this with { Runs = Runs.RemoveAll(run => run.Snapshot == snapshot), Closed = Newest(Closed.Add(snapshot), ClosedKept) };

    private BackupState Told(HappeningKind kind, SnapshotId? snapshot, DateTimeOffset at, DateTimeOffset? since = null)
    {
        var history = History.Insert(0, new BackupHappening(kind, snapshot, at) { Since = since });
        if (history.Count <= HistoryKept) return this with { History = history };
        // The oldest commit goes first: snapshots are listed anyway, and hourly ones must not push out what went wrong last week. What
        // retention does every day is of that kind as well; the audit log has it all.
        var commit = history.FindLastIndex(
            item => item.Kind is HappeningKind.Committed or HappeningKind.SnapshotsExpired or HappeningKind.DeletionDecided);
        return this with { History = history.RemoveAt(commit >= 0 ? commit : history.Count - 1) };
    }

    private static ImmutableList<T> Newest<T>(ImmutableList<T> all, int kept) =>
        all.Count > kept ? all.RemoveRange(0, all.Count - kept) : all;
}
