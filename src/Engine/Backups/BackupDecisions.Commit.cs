using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <content>What makes a snapshot one of the chain.</content>
public static partial class BackupDecisions
{
    // A run's first figures teach what is usual.
    private const int RunsLearn = 3;
    private const double JumpShare = 0.3;

    /// <summary>
    /// A snapshot is committed if its run is open and builds on the head, and the agent's account of what it needs is the table's, and the
    /// vault has all of it. A commit that took place is answered as it was.
    /// </summary>
    public static BackupDecision Commit(
        BackupState state, BackupRequest request, CommitPayload commit, CommitFacts facts, DateTimeOffset now)
    {
        // The table keeps milliseconds; the journal must not know better.
        now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        if (facts.Committed is { } earlier && earlier.Number <= state.Head?.Number) return Again(earlier, commit);
        if (state.Run(commit.Snapshot) is not { } run) return NoRun(state, commit.Snapshot);
        var evidence = commit.Gate is null ? null : GateEvidenceForm.TryRead(commit.Gate);
        if (evidence is null && commit.Gate is not null)
            return BackupDecision.Refuse(RefusalKind.InvalidContent, "The gate's evidence is not of its form.");
        var judged = GateJudgement.Of(state, commit.Snapshot, evidence, now);
        if (judged.Freeze is not null || commit.SnapshotObject is null)
            return FreezeForEvidence(state, request, commit, judged.Freeze ?? FreezeCause.AgentsGate, now);
        var name = commit.SnapshotObject.Value;
        // Checked when it began as well; since then another run may have been committed, or a person's leave used up.
        if (ParentFault(state, run.Parent) is { } fault) return BackupDecision.Refuse(RefusalKind.Conflict, fault);
        if (Hole(commit, facts) is { } hole) return BackupDecision.Refuse(RefusalKind.ObjectMissing, hole);
        if (name.Kind != ObjectKind.Snapshot || facts.SnapshotObject is not { } row)
            return BackupDecision.Refuse(RefusalKind.ObjectMissing,
                "The snapshot's object is none of the snapshots/ that this run announced.");

        var head = new CommittedSnapshot(
            commit.Snapshot, (state.Head?.Number ?? 0) + 1, run.Parent is null ? 1 : state.Head!.Generation + 1, name,
            Convert.ToHexStringLower(row.Sha256.AsSpan(0, 8)), facts.Objects, facts.Bytes, now);
        var events = new List<IEntityEvent>
        {
            Admit(request, now),
            new SnapshotCommitted(
                head.Snapshot, head.Number, head.Generation, name, head.Fingerprint, head.Objects, head.Bytes, run.NewBytes, now),
        };
        if (judged.Found is not null) events.Add(judged.Found);
        // They build on what is no longer the head.
        events.AddRange(state.Runs.Where(other => other != run).Select(other => new RunEnded(other.Snapshot, RunEnd.Overtaken, now)));
        var held = HeldBack(state, commit, evidence, now);
        var kept = judged.Suspect is null && held?.Since is null ? null : KeepEvidence(state, commit, now);
        if (held is not null) events.Add(held with { Evidence = held.Since is null ? null : kept?.Number });
        if ((judged.Suspect ?? Suspicion(state, run.NewBytes, facts.Bytes) ?? TooOften(state, facts, now)) is { } cause)
            events.Add(new ChainSuspected(cause, now) { Run = commit.Snapshot, Evidence = kept?.Number });
        else if (state.Chain == ChainStatus.Suspect && state.CleanRuns + 1 >= CleanRunsReopen)
            events.Add(new ChainReopened(ReopenCause.CleanRuns, state.Chain, now, Author.Platform));
        return new BackupDecision(events, new SnapshotKept(head.Snapshot, head.Generation, head.Fingerprint))
        {
            Kept = new KeptSnapshot(head, commit.Gate),
            Evidence = kept,
        };
    }

    private static BackupDecision Again(CommittedSnapshot earlier, CommitPayload commit) =>
        earlier.SnapshotObject == commit.SnapshotObject && earlier.Objects == commit.Objects && earlier.Bytes == commit.Bytes
            ? BackupDecision.Answer(new SnapshotKept(earlier.Snapshot, earlier.Generation, earlier.Fingerprint))
            : BackupDecision.Refuse(RefusalKind.Conflict, "This snapshot was committed with other contents.");

    private static string? Hole(CommitPayload commit, CommitFacts facts)
    {
        if (facts.MissingCount > 0)
            return $"{facts.MissingCount} of {facts.Objects} objects are not in the vault as announced: "
                + string.Join(", ", facts.Missing) + (facts.MissingCount > facts.Missing.Count ? ", …" : "")
                + ". Put them, then commit again.";
        return commit.Objects == facts.Objects && commit.Bytes == facts.Bytes
            ? null
            : $"This run named {facts.Objects} objects of {facts.Bytes} bytes, the commit says {commit.Objects} of {commit.Bytes}.";
    }

    /// <summary>
    /// Whether somebody may be filling the chain, to push older snapshots out of what is counted. Who has opened the chain has seen what
    /// was committed before.
    /// </summary>
    private static SuspicionCause? TooOften(BackupState state, CommitFacts facts, DateTimeOffset now)
    {
        var seen = state.Chain == ChainStatus.Open ? state.ChainSince ?? DateTimeOffset.MinValue : DateTimeOffset.MinValue;
        DateTimeOffset[] commits = [.. facts.Recent.Where(at => at > seen), now];
        return CommitRate.IsTooHigh(commits, RunSchedule.Read(state.Schedule), now) ? SuspicionCause.CommitsTooOften : null;
    }

    /// <summary>The platform's own view, whatever the agent's evidence says: it sees volumes only.</summary>
    private static SuspicionCause? Suspicion(BackupState state, long newBytes, long bytes)
    {
        if (state.Head is not { } head || state.Figures.Count < RunsLearn) return null;
        if (bytes * 2 <= head.Bytes) return SuspicionCause.ChainHalved;
        // After a freeze everything is stored anew, because nothing that was there counts as known.
        if (state.Gate is { NewEpoch: true }) return null;
        var mean = state.Figures.Average(run => (double)run.NewBytes);
        var sigma = Math.Sqrt(state.Figures.Average(run => Math.Pow(run.NewBytes - mean, 2)));
        return newBytes > mean + (3 * sigma) && newBytes >= JumpShare * head.Bytes ? SuspicionCause.VolumeJumped : null;
    }
}
