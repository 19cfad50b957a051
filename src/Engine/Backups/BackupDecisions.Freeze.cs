using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Backups;

/// <content>What freezes a chain, what a frozen one does, and how a person ends it.</content>
public static partial class BackupDecisions
{
    internal static readonly Refused Unknown = new(RefusalKind.Internal, "This version does not know the command.");

    /// <summary>What people ask of the chain as a whole, and what time brings. <paramref name="facts"/>: what was read before.</summary>
    public static BackupDecision Standing(BackupState state, IBackupCommand command, object? facts, DateTimeOffset now) => command switch
    {
        CheckBackups => Check(state, now),
        ShowBackups => BackupDecision.Answer(Show(state, now)),
        CloseBackups close => Close(state, close.By, now),
        FreezeBackups or ResumeBackups or ApproveNewChain { } or ChooseRetention { } or InheritRetention { } or CancelDeletion { }
            when state.ClosedAt is not null =>
            BackupDecision.Refuse(RefusalKind.NotFound, "There is no such server."),
        FreezeBackups freeze => Freeze(state, freeze, now),
        ResumeBackups resume => Resume(state, resume, facts as EvidenceRow, now),
        ApproveNewChain approve => ApproveNewChain(state, now, approve.By),
        ChooseRetention choose => ChooseRetention(state, choose, now),
        InheritRetention inherit => Inherit(state, inherit, now),
        CancelDeletion cancel => CancelDeletion(state, cancel, now),
        SweepBackups sweep => Sweep(state, sweep, facts, now),
        _ => BackupDecision.Answer(Unknown),
    };

    /// <summary>A person freezes, or the platform does. A chain that is frozen stays as it was frozen first.</summary>
    public static BackupDecision Freeze(BackupState state, FreezeBackups freeze, DateTimeOffset now) =>
        state.Chain == ChainStatus.Frozen
            ? BackupDecision.Answer(Done.Instance)
            : new BackupDecision(
                FreezeEvents(state, new ChainFrozen(freeze.Cause, state.Chain, now, freeze.By) { Reason = freeze.Reason }), Done.Instance);

    /// <summary>
    /// A person opens the chain again, or accepts files that an open one still holds back. <paramref name="evidence"/>: what lies there of
    /// the run that gave cause, when all of it is accepted.
    /// </summary>
    public static BackupDecision Resume(BackupState state, ResumeBackups resume, EvidenceRow? evidence, DateTimeOffset now)
    {
        var all = resume.AcceptsAll && evidence is not null ? GateEvidenceForm.TryRead(evidence.Gate) : null;
        // To accept nothing where all was meant would freeze the next run, and nobody would know why.
        if (resume.AcceptsAll && all is null && state.KeptEvidence is not null)
            return BackupDecision.Refuse(RefusalKind.Conflict,
                "The evidence is not there any more, or does not open. Resume without accepting, or name what is accepted.");
        var accepted = (resume.Accepts ?? HitPairs.None).With(HitPairs.Of(all?.Hits.Select(hit => (hit.Path, hit.Content)) ?? []));
        // Sent again, or nothing to accept: as it was.
        var known = state.Gate?.AcceptedAt(now);
        if (state.Chain == ChainStatus.Open && accepted.Pairs.All(pair => known?.Contains(pair.Path, pair.Content) == true))
            return BackupDecision.Answer(Done.Instance);
        var reopened = new ChainReopened(ReopenCause.Person, state.Chain, now, resume.By)
        {
            Reason = resume.Reason,
            Accepted = accepted.Count == 0 ? null : accepted,
        };
        return new BackupDecision([reopened], Done.Instance);
    }

    /// <summary>How the chain stands, for people.</summary>
    public static BackupsShown Show(BackupState state, DateTimeOffset now) =>
        new(state.Chain, state.ChainSince, state.Schedule, state.Head, state.Runs, state.History)
        {
            Verdict = state.Gate?.Verdict,
            UnprotectedSince = state.UnprotectedSince,
            Pinned = state.PinnedAt(now)?.Snapshot,
            Retention = RetentionOf(state, now),
            LastDrill = state.LastDrill,
            HeldBack = state.Gate?.HeldBack,
        };

    /// <summary>What an agent must know of the chain to judge the run by.</summary>
    private static RunProceeds Proceed(BackupState state, DateTimeOffset now) =>
        new(state.Chain, GateJudgement.Learns(state), state.Gate?.NewEpoch ?? false, state.Gate?.AcceptedAt(now));

    /// <summary>
    /// Before everything else about the run: whether it would be let in or not, somebody wrote to a file that nobody has a reason to write
    /// to.
    /// </summary>
    private static BackupDecision FreezeForCanaries(
        BackupState state, BackupRequest request, BeginPayload begin, IReadOnlyList<string> canaries, DateTimeOffset now) => new(
        [
            Admit(request, now),
            .. FreezeEvents(state, new ChainFrozen(FreezeCause.Canary, state.Chain, now, request.By)
            {
                Run = begin.Snapshot,
                Canaries = canaries,
            }),
        ], Frozen);

    private static BackupDecision FreezeForEvidence(
        BackupState state, BackupRequest request, CommitPayload commit, FreezeCause cause, DateTimeOffset now)
    {
        var kept = KeepEvidence(state, commit, now);
        var frozen = new ChainFrozen(cause, state.Chain, now, request.By) { Run = commit.Snapshot, Evidence = kept?.Number };
        return new BackupDecision([Admit(request, now), .. FreezeEvents(state, frozen)], Frozen) { Evidence = kept };
    }

    private static KeptEvidence? KeepEvidence(BackupState state, CommitPayload commit, DateTimeOffset now) =>
        commit.Gate is { } gate ? new KeptEvidence((state.Gate?.Evidence ?? 0) + 1, commit.Snapshot, now, gate) : null;

    // What is open when the chain freezes never commits, the run that gave cause among them.
    private static IReadOnlyList<IEntityEvent> FreezeEvents(BackupState state, ChainFrozen frozen) =>
        [.. state.Runs.Select(run => new RunEnded(run.Snapshot, RunEnd.Frozen, frozen.At)), frozen];

    // By the time of the last telling, so that a platform that was down for a week tells once and not seven times.
    private static DateTimeOffset? StillFrozenAt(BackupState state) => state.Chain == ChainStatus.Frozen
        ? (state.Gate?.ToldAt ?? state.ChainSince) + ToldAgainAfter
        : null;
}
