using System.Buffers.Binary;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>What the entity of a server's backups decides. Pure: what stands in tables and vault is read before and handed in.</summary>
public static partial class BackupDecisions
{
    /// <summary>After which silence a run has vanished.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromHours(6);

    /// <summary>After which silence a run is closed, and what it pinned is let go.</summary>
    public static readonly TimeSpan ClosedAfter = TimeSpan.FromDays(7);

    /// <summary>Commits without a new hit that open a suspect chain again.</summary>
    public const int CleanRunsReopen = 3;

    // A server that is switched off for a year is one event a day, not one a slot.
    internal static readonly TimeSpan ToldAgainAfter = TimeSpan.FromDays(1);

    private static readonly Refused Frozen = new(
        RefusalKind.BackupsFrozen, "Backups of this server are frozen. A person must look at it and resume them; list and restore work.");
    private static readonly Refused Closed = new(RefusalKind.CredentialsRejected, "This server was deleted. Add it again to back it up.");
    private static readonly Refused Replayed = new(RefusalKind.RequestReplayed, "This request was taken before. Sign it anew.");

    /// <summary>What can be refused before anything is read; null when there is more to decide.</summary>
    public static Refused? TurnAway(BackupState state, BackupRequest request, DateTimeOffset now)
    {
        // Its door is shut a moment later or was already; what had passed it before ends here.
        if (state.ClosedAt is not null) return Closed;
        var signature = SignatureOf(request);
        if (state.Spent.Any(spent => spent.Signature == signature && spent.Call != request.Call && spent.Until > now)) return Replayed;
        // A critical verdict of the agent's gate on a frozen chain changes nothing, and is answered like everything else.
        return state.Chain == ChainStatus.Frozen && request.Payload is BeginPayload or UploadsPayload or CommitPayload ? Frozen : null;
    }

    /// <summary>Whether an object that has arrived may get its name.</summary>
    public static IEngineReply AskToKeep(BackupState state) =>
        state.ClosedAt is not null ? Closed : state.Chain == ChainStatus.Frozen ? Frozen : Done.Instance;

    /// <summary>A run begins.</summary>
    public static BackupDecision Begin(BackupState state, BackupRequest request, BeginPayload begin, DateTimeOffset now)
    {
        if (begin.ChangedCanaries is { Count: > 0 } canaries) return FreezeForCanaries(state, request, begin, canaries, now);
        if (IsOver(state, begin.Snapshot))
            return BackupDecision.Refuse(RefusalKind.Conflict, "This run is over. Begin a new one with a fresh id.");
        if (state.Run(begin.Snapshot) is { } open && open.Parent != begin.Parent)
            return BackupDecision.Refuse(RefusalKind.Conflict, "This run has begun with another parent. Begin a new one with a fresh id.");
        if (ParentFault(state, begin.Parent) is { } fault) return BackupDecision.Refuse(RefusalKind.Conflict, fault);
        var events = new List<IEntityEvent> { Admit(request, now) };
        if (state.Run(begin.Snapshot) is null && state.Runs.Count >= BackupState.OpenRunsAtMost)
            events.Add(new RunEnded(state.Runs.MinBy(run => run.HeardAt)!.Snapshot, RunEnd.Displaced, now));
        events.Add(new RunBegan(begin.Snapshot, begin.Parent, now));
        if (begin.Schedule != state.Schedule) events.Add(new ScheduleChanged(state.Schedule, begin.Schedule, now, request.By));
        return new BackupDecision(events, Proceed(state, now));
    }

    /// <summary>What time has brought: silence, runs to be closed, slots that passed.</summary>
    public static BackupDecision Check(BackupState state, DateTimeOffset now)
    {
        var events = new List<IEntityEvent>();
        foreach (var run in state.Runs)
        {
            if (now - run.HeardAt >= ClosedAfter) events.Add(new RunEnded(run.Snapshot, RunEnd.Expired, now));
            if (run.Silent || now - run.HeardAt < SilentAfter) continue;
            events.Insert(0, new RunSilent(run.Snapshot, run.HeardAt, now));
            events.Add(new ChainSuspected(SuspicionCause.RunVanished, now));
        }
        if (MissedAt(state) is { } missed && missed <= now) events.Add(new RunMissed(missed, now));
        else if (OverdueAt(state) <= now) events.Add(new BackupsOverdue(OverdueSince(state)!.Value, now));
        if (StillFrozenAt(state) <= now) events.Add(new StillFrozen(state.UnprotectedSince!.Value, state.ChainSince!.Value, now));
        return new BackupDecision(events, null);
    }

    /// <summary>When <see cref="Check"/> has something to say at the earliest; null: never.</summary>
    public static DateTimeOffset? DueAt(BackupState state)
    {
        var due = StillFrozenAt(state) ?? MissedAt(state);
        if (OverdueAt(state) is { } overdue && (due is null || overdue < due)) due = overdue;
        foreach (var run in state.Runs)
        {
            var at = run.HeardAt + (run.Silent ? ClosedAfter : SilentAfter);
            if (due is null || at < due) due = at;
        }
        return due;
    }

    /// <summary>A person lets the next run begin without a parent.</summary>
    public static BackupDecision ApproveNewChain(BackupState state, DateTimeOffset now, Author by) =>
        state.MayStartAnew || state.Head is null
            ? BackupDecision.Answer(Done.Instance)
            : new BackupDecision([new NewChainApproved(now, by)], Done.Instance);

    /// <summary>The server is deleted.</summary>
    public static BackupDecision Close(BackupState state, Author by, DateTimeOffset now) =>
        state.ClosedAt is not null ? BackupDecision.Answer(Done.Instance)
        : state.Chain == ChainStatus.Open ? new BackupDecision([new BackupsClosed(now, by)], Done.Instance)
        : BackupDecision.Refuse(RefusalKind.Conflict, state.Chain == ChainStatus.Frozen
            ? "Backups of this server are frozen. Look at them and resume them first, then delete it."
            : "Backups of this server are suspect. Look at them and resume them first, then delete it.");

    private static RequestAdmitted Admit(BackupRequest request, DateTimeOffset now) => new(
        SignatureOf(request), request.Call,
        DateTimeOffset.FromUnixTimeSeconds(request.TimestampSeconds + Limits.ReplayKeptSeconds), now);

    private static long SignatureOf(BackupRequest request) => BinaryPrimitives.ReadInt64BigEndian(request.Signature);

    private static bool IsOver(BackupState state, SnapshotId run) => state.Head?.Snapshot == run || state.Closed.Contains(run);

    private static BackupDecision NoRun(BackupState state, SnapshotId run) => IsOver(state, run)
        ? BackupDecision.Refuse(RefusalKind.Conflict, "This run is over. Begin a new one with a fresh id.")
        : BackupDecision.Refuse(RefusalKind.NotFound, "No such run is open. Begin it first.");

    private static string? ParentFault(BackupState state, SnapshotId? parent)
    {
        if (parent == state.Head?.Snapshot || (parent is null && state.MayStartAnew)) return null;
        return parent is null
            ? "This server has a chain: name its newest snapshot as the parent (list), or have a person approve a new chain."
            : "The parent is not the newest snapshot of the chain. Read the list and begin from its newest.";
    }

    private static DateTimeOffset? MissedAt(BackupState state)
    {
        if (state.Chain == ChainStatus.Frozen || state.Schedule is null || state.BeganAt is not { } began
            || RunSchedule.Read(state.Schedule) is not { } schedule) return null;
        // While it was frozen no run could begin: slots count from its end on.
        if (state.Gate is { NewEpoch: true } && state.ChainSince is { } resumed) began = Later(began, resumed);
        if (state.MissedAt is not { } told || told < began) return schedule.MissedAfter(began);
        return schedule.MissedAfter(told) is { } next ? Later(next, told + ToldAgainAfter) : null;
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}
