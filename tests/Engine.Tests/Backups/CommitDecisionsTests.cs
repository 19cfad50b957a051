using HostAtlas.Engine.Backups;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>What makes a snapshot one of the chain, and what the platform thinks of it.</summary>
public sealed class CommitDecisionsTests
{
    private static readonly CommitFacts Whole = new(null, 3, 1000, 0, [], new KnownObject(100, Named.Bytes("root"), default, InRun: true));

    [Fact]
    public void The_first_snapshot_is_generation_one_and_the_next_builds_on_it()
    {
        var decision = Commit(Open("run"), Whole);
        var kept = Assert.IsType<SnapshotKept>(decision.Reply);
        Assert.Equal((Id("run"), 1, Convert.ToHexStringLower(Named.Bytes("root").AsSpan(0, 8))),
            (kept.Snapshot, kept.Generation, kept.Fingerprint));
        Assert.Equal(["RequestAdmitted", "SnapshotCommitted"], NamesOf(decision.Events));
        Assert.Equal(decision.Kept!.Snapshot, Open("run").Apply(decision.Events).Head);
        Assert.Equal(2, Assert.IsType<SnapshotKept>(Commit(Open("run", Committed("head")), Whole).Reply).Generation);
    }

    [Fact]
    public void A_chain_begun_anew_counts_from_one_and_commits_count_on()
    {
        var state = Committed("b", Committed("a")).Apply(new NewChainApproved(Now, Named.Ada), new RunBegan(Id("run"), null, Now));
        var head = Commit(state, Whole).Kept!.Snapshot;
        Assert.Equal((3L, 1), (head.Number, head.Generation));
    }

    [Theory]
    [InlineData(2, 1000)]
    [InlineData(4, 1000)]
    [InlineData(3, 999)]
    [InlineData(3, 1001)]
    public void The_agents_account_must_be_the_tables(int objects, long bytes) =>
        Assert.Equal(RefusalKind.ObjectMissing, KindOf(Commit(Open("run"), Whole, objects, bytes)));

    [Fact]
    public void A_missing_object_is_named()
    {
        var refused = Commit(Open("run"), Whole with { MissingCount = 1, Missing = [Name("lost")] });
        Assert.Equal(RefusalKind.ObjectMissing, KindOf(refused));
        Assert.Contains(Name("lost").ToString(), ((Refused)refused.Reply!).Detail, StringComparison.Ordinal);
        Assert.Empty(refused.Events);
        Assert.False(refused.IsSpent);
    }

    [Fact]
    public void The_snapshots_object_is_one_that_the_run_needs_and_of_its_kind()
    {
        Assert.Equal(RefusalKind.ObjectMissing, KindOf(Commit(Open("run"), Whole with { SnapshotObject = null })));
        var payload = new CommitPayload(Id("run"), Name("a pack"), 3, 1000, null);
        Assert.Equal(RefusalKind.ObjectMissing, KindOf(BackupDecisions.Commit(Open("run"), Request(payload), payload, Whole, Now)));
    }

    [Fact]
    public void Of_two_runs_on_one_head_the_first_to_commit_wins_and_the_other_is_over()
    {
        var state = Open("other", Committed("head")).Apply(new RunBegan(Id("run"), Id("head"), Now));
        var decision = Commit(state, Whole);
        Assert.Contains(new RunEnded(Id("other"), RunEnd.Overtaken, Now), decision.Events);
        Assert.Equal(RefusalKind.Conflict, KindOf(Commit(state.Apply(decision.Events), Whole, run: "other")));
    }

    [Fact]
    public void A_run_that_is_not_open_does_not_commit()
    {
        Assert.Equal(RefusalKind.NotFound, KindOf(Commit(Open("run"), Whole, run: "never begun")));
        foreach (var end in Enum.GetValues<RunEnd>())
            Assert.Equal(RefusalKind.Conflict, KindOf(Commit(Open("run").Apply(new RunEnded(Id("run"), end, Now)), Whole)));
        // The leave to begin anew was used up by another run.
        var state = Committed("head").Apply(new NewChainApproved(Now, Named.Ada), new RunBegan(Id("run"), null, Now));
        state = state with { MayStartAnew = false };
        Assert.Equal(RefusalKind.Conflict, KindOf(Commit(state, Whole)));
    }

    [Fact]
    public void A_commit_that_took_place_is_answered_as_it_was_and_one_that_never_came_to_be_is_not()
    {
        var state = Open("run").Apply(Commit(Open("run"), Whole).Events);
        var again = Commit(state, Whole with { Committed = state.Head });
        Assert.Equal(new SnapshotKept(Id("run"), 1, state.Head!.Fingerprint), again.Reply);
        Assert.Empty(again.Events);
        Assert.Equal(RefusalKind.Conflict, KindOf(Commit(state, Whole with { Committed = state.Head }, objects: 4)));
        // Its row stands in the table, the journal does not have it.
        Assert.Equal(["RequestAdmitted", "SnapshotCommitted"], NamesOf(Commit(Open("run"), Whole with { Committed = state.Head }).Events));
    }

    [Fact]
    public void A_critical_verdict_of_the_agents_gate_freezes_and_is_answered_frozen()
    {
        var payload = new CommitPayload(Id("run"), null, 0, 0, null);
        var decision = BackupDecisions.Commit(Open("run", Committed("head")), Request(payload), payload, Whole, Now);
        Assert.Equal(RefusalKind.BackupsFrozen, KindOf(decision));
        Assert.True(decision.IsSpent);
        Assert.Equal(["RequestAdmitted", "RunEnded", "ChainFrozen"], NamesOf(decision.Events));
    }

    [Fact]
    public void Three_commits_without_a_hit_open_a_suspect_chain_again_and_a_hit_begins_the_count_anew()
    {
        var state = Suspect(Committed("head"));
        for (var i = 1; i <= 2; i++) state = Next(state, 1000, 10);
        Assert.Equal((ChainStatus.Suspect, 2), (state.Chain, state.CleanRuns));
        Assert.Equal(0, Suspect(state).CleanRuns);
        state = Next(state, 1000, 10);
        Assert.Equal((ChainStatus.Open, HappeningKind.Reopened), (state.Chain, state.History[0].Kind));
    }

    [Theory]
    // After three runs of 1,000 bytes with 10 new ones each.
    [InlineData(1000, 10, null)]
    [InlineData(1300, 299, null)] // Three times sigma above the mean, and less than 30 % of the chain.
    [InlineData(1300, 300, SuspicionCause.VolumeJumped)]
    [InlineData(501, 0, null)]
    [InlineData(500, 0, SuspicionCause.ChainHalved)]
    public void The_platform_looks_at_volumes_itself(long bytes, long newBytes, SuspicionCause? cause)
    {
        var state = BackupState.Nothing;
        for (var i = 0; i < 3; i++) state = Committed($"{i}", state.Head is null ? null : state, 1000, 10);
        var events = Commit(Open("run", state).Apply(new ObjectsAnnounced(Id("run"), 1, 0, newBytes, Now)), Whole with { Bytes = bytes },
            bytes: bytes).Events;
        Assert.Equal(cause, events.OfType<ChainSuspected>().SingleOrDefault()?.Cause);
    }

    [Fact]
    public void The_first_three_runs_teach_what_is_usual()
    {
        var state = Committed("b", Committed("a", null, 1000, 10), 1000, 10);
        Assert.DoesNotContain("ChainSuspected", NamesOf(Commit(Open("run", state), Whole with { Bytes = 1 }, bytes: 1).Events));
    }

    private static BackupState Next(BackupState state, long bytes, long newBytes)
    {
        var run = $"run {state.Head!.Number}";
        var open = Open(run, state).Apply(new ObjectsAnnounced(Id(run), 1, 0, newBytes, Now));
        return open.Apply(Commit(open, Whole with { Bytes = bytes }, bytes: bytes, run: run).Events);
    }

    private static BackupDecision Commit(BackupState state, CommitFacts facts, int objects = 3, long bytes = 1000, string run = "run")
    {
        var payload = new CommitPayload(Id(run), Root(run), objects, bytes, "{}"u8.ToArray());
        return BackupDecisions.Commit(state, Request(payload, run), payload, facts, Now);
    }
}
