using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <content>
/// What retention does, step by step. The rules are <see cref="RetentionPlan"/> and <see cref="ObjectExpiry"/>; here they meet one chain,
/// and each step asks anew whether there may be one (<see cref="RetentionStops"/>).
/// </content>
public static partial class BackupDecisions
{
    /// <summary>How long the vault of a deleted server stays.</summary>
    public static readonly TimeSpan ClosedVaultStays = TimeSpan.FromDays(30);

    // An event is one row of the journal, and an entry of the audit log.
    internal const int ExpiredAtATime = 200;

    /// <summary>One step of a sweep, by what was read for it.</summary>
    public static BackupDecision Sweep(BackupState state, SweepBackups sweep, object? facts, DateTimeOffset now)
    {
        now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        var inherited = TakeOver(state, sweep, now);
        // By what will hold, where it is only told what would be done.
        if (inherited is not null && sweep.DryRun) state = BackupState.Apply(state, inherited);
        var turn = new SweepTurn(state, sweep, RetentionStops.Of(state, state.Retention?.HeldUntil, now), now);
        return (sweep.Step, facts) switch
        {
            // Journalled before anything is decided by it: the step is asked for once more.
            (SweepStep.Expire, _) when inherited is not null && !sweep.DryRun =>
                new BackupDecision([inherited], new SweepDone(turn.Stop) { More = true }),
            (SweepStep.Delete, ObjectFacts page) when state.ClosedAt is not null => RemoveVault(turn, page),
            _ when state.ClosedAt is not null => BackupDecision.Answer(new SweepDone(turn.Stop)),
            (SweepStep.Expire, ExpireFacts chain) => Expire(turn, chain.Chain),
            (SweepStep.Mark, ObjectFacts page) => Mark(turn, page),
            (SweepStep.Delete, ObjectFacts page) => Delete(turn, page),
            _ => BackupDecision.Answer(Unknown),
        };
    }

    /// <summary>What stays is chosen anew. A lower floor waits a week (<see cref="RetentionFloor.AskedFor"/>).</summary>
    public static BackupDecision ChooseRetention(BackupState state, ChooseRetention choose, DateTimeOffset now)
    {
        var memory = state.Remembered;
        if (new RetentionDefault(choose.Policy, choose.FloorDays).Fault is { } fault)
            return BackupDecision.Refuse(RefusalKind.InvalidContent, fault);
        var floor = memory.Days.AskedFor(choose.FloorDays, now);
        return choose.Policy == memory.Counts && floor == memory.Days
            ? BackupDecision.Answer(Done.Instance)
            : new BackupDecision(
                [new RetentionChosen(choose.Policy, floor, memory.Counts, memory.Days.At(now), now, choose.By)], Done.Instance);
    }

    /// <summary>What was chosen for the server is given up. Nothing changes before the next sweep.</summary>
    public static BackupDecision Inherit(BackupState state, InheritRetention inherit, DateTimeOffset now) => state.Remembered.Inherits
        ? BackupDecision.Answer(Done.Instance)
        : new BackupDecision([new RetentionReleased(now, inherit.By)], Done.Instance);

    /// <summary>
    /// A person cancels. Also while nothing is about to go: then it holds what would be. Asked for again, it holds for longer.
    /// </summary>
    public static BackupDecision CancelDeletion(BackupState state, CancelDeletion cancel, DateTimeOffset now) => new(
        [new DeletionCancelled(now + RetentionStops.HeldFor, now, cancel.By) { Reason = cancel.Reason }], Done.Instance)
    {
        Sweep = new SweepWrites(NextStep(state), now) { BringsBack = true },
    };

    /// <summary>
    /// A decision to delete, after the vault refused part of it. What stays there is not told as deleted, and while anything does, a
    /// deleted server's vault is not removed.
    /// </summary>
    public static BackupDecision AfterDeletion(BackupDecision decision, IReadOnlyList<HeldObject> held)
    {
        if (held.Count == 0 || decision.Reply is not SweepDone done) return decision;
        var kept = held.Aggregate(default(HeldSum), (sum, one) => sum + new HeldSum(new ObjectSum(1, one.Size), one.Until));
        var deleted = new ObjectSum(done.Deleted.Objects - kept.Sum.Objects, done.Deleted.Bytes - kept.Sum.Bytes);
        return decision with
        {
            Events =
            [
                .. decision.Events
                    .Where(happened => happened is not VaultRemoved && (happened is not ObjectsDeleted || deleted.Objects > 0))
                    .Select(happened => happened is ObjectsDeleted e
                        ? e with { Objects = deleted.Objects, Bytes = deleted.Bytes } : happened),
            ],
            // The last page tells of all that is held, by the table: of this page it does not know yet.
            Reply = done with { Deleted = deleted, Held = done.More ? done.Held : done.Held + kept },
            Sweep = decision.Sweep?.Without(held),
        };
    }

    /// <summary>What a server that chose nothing takes over from its team; null when it has, or has nothing to.</summary>
    private static RetentionInherited? TakeOver(BackupState state, SweepBackups sweep, DateTimeOffset now)
    {
        var memory = state.Remembered;
        // A server that never heard of a default acts by the platform's.
        var wanted = sweep.Default ?? (memory.Inherited ? RetentionDefault.OfThePlatform : null);
        if (state.ClosedAt is not null || !memory.Inherits || wanted is null || wanted.IsTakenOver(memory)) return null;
        return new RetentionInherited(
            wanted.Policy, memory.Days.AskedFor(wanted.FloorDays, now), memory.Counts, memory.Days.At(now), now, sweep.By);
    }

    private static BackupDecision Expire(SweepTurn turn, IReadOnlyList<ChainSnapshot> chain)
    {
        var (state, now) = (turn.State, turn.Now);
        var memory = state.Remembered;
        var pinned = new HashSet<SnapshotId>();
        if (state.PinnedAt(now) is { } good) pinned.Add(good.Snapshot);
        var rules = new RetentionRules(memory.Counts, memory.Days.At(now), RunSchedule.Read(state.Schedule), pinned);
        ExpiredSnapshot[] goes = RetentionStops.MayExpire(turn.Stop)
            ? [.. RetentionPlan.Of(chain.Where(item => item.ExpiredAt is null).Select(item => item.Snapshot), rules, now)
                .Where(fate => !fate.Stays)
                .Select(fate => new ExpiredSnapshot(fate.Snapshot.Snapshot, fate.Snapshot.Number, fate.Snapshot.At, fate.Reason))]
            : [];
        var taken = goes.Take(ExpiredAtATime).ToList();
        var done = new SweepDone(turn.Stop)
        {
            Expired = turn.IsDry ? goes.Length : taken.Count,
            More = !turn.IsDry && goes.Length > taken.Count,
        };
        if (turn.IsDry || !RetentionStops.MayCarryOut(turn.Stop)) return BackupDecision.Answer(done);
        return new BackupDecision(taken.Count == 0 ? [] : [new SnapshotsExpired(turn.Step, taken, now, turn.By)], done)
        {
            Sweep = new SweepWrites(turn.Step, now) { Expired = taken, ForgetAllBut = [.. state.Runs.Select(run => run.Snapshot)] },
        };
    }

    private static BackupDecision Mark(SweepTurn turn, ObjectFacts facts)
    {
        var fates = facts.Page.ToLookup(item => ObjectExpiry.Of(item.Standing, turn.Stop, turn.State.ChainSince, turn.Now));
        var (noticed, marked) = (Sum(fates[ObjectFate.NoticeDue]), Sum(fates[ObjectFate.MarkDue]));
        var done = Paged(new SweepDone(turn.Stop) { Noticed = noticed, Marked = marked }, facts);
        if (turn.IsDry || fates.All(fate => fate.Key is ObjectFate.Stays or ObjectFate.DeletionDue)) return BackupDecision.Answer(done);
        var events = new List<IEntityEvent>();
        if (noticed.Objects > 0) events.Add(new ObjectsNoticed(turn.Step, noticed.Objects, noticed.Bytes, turn.Now, turn.By));
        if (marked.Objects > 0) events.Add(new ObjectsMarked(turn.Step, marked.Objects, marked.Bytes, turn.Now, turn.By));
        return new BackupDecision(events, done)
        {
            Sweep = new SweepWrites(turn.Step, turn.Now)
            {
                Noticed = Names(fates[ObjectFate.NoticeDue]),
                Unnoticed = Names(fates[ObjectFate.NoticeDropped]),
                Marked = Names(fates[ObjectFate.MarkDue]),
            },
        };
    }

    /// <summary>
    /// What is marked goes. That nothing needs it is asked once more: nothing can have come to since it was marked, and a mistake here
    /// would be the one that cannot be made good.
    /// </summary>
    private static BackupDecision Delete(SweepTurn turn, ObjectFacts facts)
    {
        var goes = facts.Page.Where(item => !item.Standing.IsNeeded
            && ObjectExpiry.Of(item.Standing, turn.Stop, turn.State.ChainSince, turn.Now) == ObjectFate.DeletionDue).ToList();
        var sum = Sum(goes);
        var done = Paged(new SweepDone(turn.Stop) { Deleted = sum, Held = facts.Held }, facts);
        if (turn.IsDry || goes.Count == 0) return BackupDecision.Answer(done);
        return new BackupDecision(
            [new ObjectsDeleted(sum.Objects, sum.Bytes, DeletionReason.Unneeded, turn.Now, turn.By)], done)
        {
            Sweep = new SweepWrites(turn.Step, turn.Now) { Deleted = goes },
        };
    }

    /// <summary>A deleted server's vault: nothing for 30 days, then all of it.</summary>
    private static BackupDecision RemoveVault(SweepTurn turn, ObjectFacts facts)
    {
        var state = turn.State;
        if (state.Retention is { Cleared: true } || turn.Now - state.ClosedAt < ClosedVaultStays)
            return BackupDecision.Answer(new SweepDone(turn.Stop));
        var sum = Sum(facts.Page);
        var isLast = !facts.More && facts.Held.Sum.Objects == 0;
        var done = Paged(new SweepDone(turn.Stop) { Deleted = sum, Held = facts.Held }, facts);
        if (turn.IsDry || (sum.Objects == 0 && !isLast)) return BackupDecision.Answer(done);
        var events = new List<IEntityEvent>();
        if (sum.Objects > 0)
            events.Add(new ObjectsDeleted(sum.Objects, sum.Bytes, DeletionReason.ServerDeleted, turn.Now, turn.By));
        if (isLast) events.Add(new VaultRemoved(turn.Now, turn.By));
        return new BackupDecision(events, done)
        {
            Sweep = new SweepWrites(turn.Step, turn.Now) { Deleted = facts.Page, Wipes = isLast },
        };
    }

    private static RetentionStanding RetentionOf(BackupState state, DateTimeOffset now)
    {
        var memory = state.Remembered;
        return new RetentionStanding(
            memory.Counts, memory.Days, RetentionStops.Of(state, memory.HeldUntil, now),
            memory.HeldUntil > now ? memory.HeldUntil : null, memory.Steps)
        {
            Inherits = memory.Inherits,
        };
    }

    private static SweepDone Paged(SweepDone done, ObjectFacts facts) =>
        facts.More ? done with { More = true, Next = facts.Page[^1].Name } : done;

    private static ObjectSum Sum(IEnumerable<StandingObject> items) =>
        items.Aggregate(default(ObjectSum), (sum, item) => sum + new ObjectSum(1, item.Size));

    private static List<Shared.Backups.ObjectName> Names(IEnumerable<StandingObject> items) => [.. items.Select(item => item.Name)];

    private static long NextStep(BackupState state) => state.Remembered.Steps + 1;

    /// <summary>One step at one moment.</summary>
    private sealed record SweepTurn(BackupState State, SweepBackups Command, RetentionStop Stop, DateTimeOffset Now)
    {
        public bool IsDry => Command.DryRun;

        public Author By => Command.By;

        public long Step => NextStep(State);
    }
}
