using System.Text.Json.Serialization;

namespace HostAtlas.Engine.Backups;

/// <content>What evidence, freezes and people leave in the state.</content>
public sealed partial record BackupState
{
    /// <summary>What the chain remembers of them; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateMemory? Gate { get; init; }

    /// <summary>
    /// While frozen: what came after that time is in no snapshot. The time of the last one, or of the freeze where there is none. Null
    /// while it is not frozen.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset? UnprotectedSince => Chain == ChainStatus.Frozen ? Head?.At ?? ChainSince : null;

    /// <summary>
    /// The snapshot that must not expire, whatever the rules of retention say: the last one before the freeze, until 30 days after a person
    /// ended it. Null for none.
    /// </summary>
    public PinnedSnapshot? PinnedAt(DateTimeOffset now) =>
        Gate?.Pinned is { } pinned && (pinned.Until is null || pinned.Until > now) ? pinned : null;

    /// <summary>
    /// The number of the evidence that a person looks at and accepts: of what made the chain suspect or frozen, else of the files that are
    /// still held back.
    /// </summary>
    [JsonIgnore]
    public long? KeptEvidence => Gate?.Verdict?.Evidence ?? Gate?.HeldBack?.Evidence;

    private GateMemory Memory => Gate ?? GateMemory.Nothing;

    // A chain that becomes worse by something that left no evidence keeps what made it suspect: somebody still has to look at it.
    private ChainVerdict? Earlier => Chain == ChainStatus.Suspect ? Memory.Verdict : null;

    private BackupState Suspected(ChainSuspected e) => Became(ChainStatus.Suspect, e.At).Told(KindOf(e.Cause), e.Run, e.At) with
    {
        Gate = Memory with
        {
            Verdict = (Earlier ?? new ChainVerdict()).With(e.Run, e.Evidence) with { Suspect = e.Cause },
            Evidence = e.Evidence ?? Memory.Evidence,
        },
    };

    private BackupState FrozenBy(ChainFrozen e) => Became(ChainStatus.Frozen, e.At).Told(HappeningKind.Frozen, e.Run, e.At) with
    {
        Gate = Memory with
        {
            Verdict = (Earlier ?? new ChainVerdict()).With(e.Run, e.Evidence) with
            {
                Frozen = e.Cause,
                Suspect = null,
                By = e.By,
                Reason = e.Reason,
                Canaries = e.Canaries,
            },
            Evidence = e.Evidence ?? Memory.Evidence,
            ToldAt = null,
            Pinned = Head is { } head ? new PinnedSnapshot(head.Snapshot, head.Number, Until: null) : null,
        },
    };

    /// <summary>
    /// Whoever opens the chain has looked at the hits: they are not counted again, or the next run, clean or not, would freeze it anew.
    /// Three runs without a hit say nothing of the kind: what was hit stays counted.
    /// </summary>
    private BackupState ReopenedBy(ChainReopened e)
    {
        var memory = Memory with { Verdict = null, ToldAt = null };
        if (e.Cause == ReopenCause.Person) memory = memory.Accept(e.Accepted ?? HitPairs.None, e.At) with { Window = HitWindow.Nothing };
        if (Chain == ChainStatus.Frozen)
        {
            memory = memory with
            {
                NewEpoch = true,
                Pinned = memory.Pinned is { } pinned ? pinned with { Until = e.At + GateMemory.KeptAfterResume } : null,
            };
        }
        return Became(ChainStatus.Open, e.At).Told(HappeningKind.Reopened, null, e.At) with { Gate = memory };
    }

    private BackupState Saw(HitsFound e) =>
        this with { Gate = Memory with { Window = Memory.Window.With(e.Listed, e.OtherFiles, e.OtherBytes, e.At) } };

    private BackupState HeldBackBy(FilesHeldBack e)
    {
        var before = Memory.HeldBack ?? new HeldBackFiles(0, 0, e.At);
        var held = e.Files == 0 ? null : before with
        {
            Files = e.Files,
            Runs = before.Runs + 1,
            ToldAt = e.Since is null ? before.ToldAt : e.At,
            Evidence = e.Evidence ?? before.Evidence,
        };
        var state = this with { Gate = Memory with { HeldBack = held, Evidence = e.Evidence ?? Memory.Evidence } };
        return e.Since is null ? state : state.Told(HappeningKind.FilesHeldBack, e.Run, e.At, e.Since);
    }

    private BackupState ToldStillFrozen(StillFrozen e) =>
        Told(HappeningKind.StillFrozen, null, e.At, e.UnprotectedSince) with { Gate = Memory with { ToldAt = e.At } };
}
