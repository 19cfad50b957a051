using HostAtlas.Engine.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>What freezes a chain, what it keeps of it, and how a person ends it.</summary>
public sealed class FreezeDecisionsTests
{
    private static readonly CommitFacts Whole = new(null, 3, 1000, 0, [], new KnownObject(100, Named.Bytes("root"), default, InRun: true));
    private static readonly BackupState Known = Committed("c", Committed("b", Committed("a")));

    [Fact]
    public void A_freeze_closes_open_runs_and_is_idempotent_and_a_person_ends_it()
    {
        var state = Open("run", Committed("head"));
        var freeze = Freeze(state, "odd logins");
        Assert.Equal(["RunEnded", "ChainFrozen"], NamesOf(freeze.Events));
        state = state.Apply(freeze.Events);
        Assert.Equal((ChainStatus.Frozen, 0), (state.Chain, state.Runs.Count));
        Assert.Equal((FreezeCause.Person, "odd logins", Named.Ada),
            (state.Gate!.Verdict!.Frozen!.Value, state.Gate.Verdict.Reason, state.Gate.Verdict.By));
        Assert.Empty(Freeze(state, "again").Events);
        state = state.Apply(Resume(state, Now.AddDays(1)).Events);
        Assert.Equal((ChainStatus.Open, Now.AddDays(1), null), (state.Chain, state.ChainSince, state.Gate!.Verdict));
        Assert.Empty(Resume(state, Now).Events);
        Assert.Equal(ChainStatus.Open, Suspect(state).Apply(Resume(Suspect(state), Now).Events).Chain);
    }

    [Fact]
    public void Evidence_that_freezes_is_kept_under_the_next_number_and_nothing_of_the_run_is_committed()
    {
        var gate = Evidence.Of(Evidence.Many("a", 60)).Json();
        var decision = Commit(Open("run", Known), "run", gate);
        Assert.Equal(RefusalKind.BackupsFrozen, KindOf(decision));
        Assert.True(decision.IsSpent);
        Assert.Null(decision.Kept);
        Assert.Equivalent(new KeptEvidence(1, Id("run"), Now, gate), decision.Evidence);
        var frozen = Assert.Single(decision.Events.OfType<ChainFrozen>());
        Assert.Equal((FreezeCause.HitShare, 1L, Id("run")), (frozen.Cause, frozen.Evidence, frozen.Run));
        var state = Open("run", Known).Apply(decision.Events);
        Assert.Equal((Known.Head, 1L), (state.Head, state.Gate!.Evidence));
        state = state.Apply(Resume(state, Now).Events);
        Assert.Equal(2, Commit(Open("next", state), "next", gate).Evidence!.Number);
    }

    [Fact]
    public void The_agents_own_critical_verdict_freezes_with_the_gravest_cause_that_its_evidence_names()
    {
        foreach (var (gate, cause) in new[]
        {
            (Evidence.Of().Json(), FreezeCause.AgentsGate),
            ((Evidence.Of() with { State = "frozen", RunRules = ["share", "canary"] }).Json(), FreezeCause.Canary),
        })
        {
            var payload = new CommitPayload(Id("run"), null, 0, 0, gate);
            var decision = BackupDecisions.Commit(Open("run", Known), Request(payload), payload, Whole, Now);
            Assert.Equal(cause, Assert.Single(decision.Events.OfType<ChainFrozen>()).Cause);
            Assert.NotNull(decision.Evidence);
        }
    }

    [Fact]
    public void A_changed_canary_freezes_before_anything_else_about_the_run_is_looked_at()
    {
        var canaries = new[] { Evidence.HitId("canary") };
        var begin = new BeginPayload(Id("head"), Id("never"), null) { ChangedCanaries = canaries };
        var decision = BackupDecisions.Begin(Committed("head"), Request(begin), begin, Now);
        Assert.Equal(RefusalKind.BackupsFrozen, KindOf(decision));
        var state = Committed("head").Apply(decision.Events);
        Assert.Equal((ChainStatus.Frozen, FreezeCause.Canary), (state.Chain, state.Gate!.Verdict!.Frozen));
        Assert.Equal(canaries, state.Gate.Verdict.Canaries);
    }

    [Fact]
    public void A_hit_makes_the_chain_suspect_and_three_runs_without_a_new_one_open_it_again()
    {
        var held = Evidence.Of(Evidence.Hit("a")).Json();
        var state = Known.Apply(Commit(Open("0", Known), "0", held).Events.Prepend(new RunBegan(Id("0"), Id("c"), Now)));
        Assert.Equal((ChainStatus.Suspect, SuspicionCause.FilesHit, 1L),
            (state.Chain, state.Gate!.Verdict!.Suspect!.Value, state.Gate.Verdict.Evidence!.Value));
        // The file stays held back and hits each time; that is nothing new.
        for (var run = 1; run <= 2; run++) state = Next(state, $"{run}", held);
        Assert.Equal((ChainStatus.Suspect, 2), (state.Chain, state.CleanRuns));
        state = Next(state, "hit", Evidence.Of(Evidence.Hit("a"), Evidence.Hit("b")).Json());
        Assert.Equal((ChainStatus.Suspect, 0, 3L), (state.Chain, state.CleanRuns, state.Gate!.Evidence));
        for (var run = 3; run <= 5; run++) state = Next(state, $"{run}", held);
        Assert.Equal((ChainStatus.Open, null, 2L), (state.Chain, state.Gate!.Verdict, state.Gate.Window.Total.Files));
    }

    [Fact]
    public void What_a_silent_run_adds_to_a_suspect_chain_does_not_hide_the_evidence()
    {
        var state = Next(Known, "hit", Evidence.Of(Evidence.Hit("a")).Json());
        state = state.Apply(new ChainSuspected(SuspicionCause.RunVanished, Now));
        Assert.Equal((SuspicionCause.RunVanished, 1L, Id("hit")),
            (state.Gate!.Verdict!.Suspect!.Value, state.Gate.Verdict.Evidence!.Value, state.Gate.Verdict.Run!.Value));
        state = state.Apply(Freeze(state, "better safe").Events);
        Assert.Equal((FreezeCause.Person, null, 1L),
            (state.Gate!.Verdict!.Frozen, state.Gate.Verdict.Suspect, state.Gate.Verdict.Evidence));
    }

    [Fact]
    public void After_a_freeze_the_next_run_begins_a_new_epoch_until_one_is_committed()
    {
        var state = Frozen(Known);
        state = state.Apply(Resume(state, Now).Events);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(Begin(state, $"{i}").NewEpoch);
            state = state.Apply(new RunBegan(Id($"{i}"), Id("c"), Now), new RunEnded(Id($"{i}"), RunEnd.Expired, Now));
        }
        state = Next(state, "run", Evidence.Of().Json());
        Assert.False(Begin(state, "next").NewEpoch);
        // A chain that was only suspect goes on as it was.
        Assert.False(Begin(Suspect(state).Apply(Resume(Suspect(state), Now).Events), "next").NewEpoch);
    }

    [Fact]
    public void The_run_that_stores_everything_anew_after_a_freeze_is_no_jump_and_teaches_nothing()
    {
        var state = Committed("c", Committed("b", Committed("a", null, 1000, 10), 1000, 10), 1000, 10);
        var frozen = state.Apply(Freeze(state, "a test").Events);
        state = frozen.Apply(Resume(frozen, Now).Events);
        var open = Open("anew", state).Apply(new ObjectsAnnounced(Id("anew"), 3, 0, 1000, Now));
        state = open.Apply(Commit(open, "anew", null).Events);
        Assert.Equal((ChainStatus.Open, 3), (state.Chain, state.Figures.Count));
        open = Open("next", state).Apply(new ObjectsAnnounced(Id("next"), 3, 0, 1000, Now));
        Assert.Equal(SuspicionCause.VolumeJumped, Assert.Single(Commit(open, "next", null).Events.OfType<ChainSuspected>()).Cause);
    }

    [Fact]
    public void No_slot_is_missed_that_passed_while_the_chain_was_frozen()
    {
        var state = Committed("head").Apply(new ScheduleChanged(null, "0 2 * * *", Now, Named.Ada));
        state = Frozen(state);
        state = state.Apply(Resume(state, Now.AddDays(9)).Events);
        Assert.Empty(BackupDecisions.Check(state, Now.AddDays(10)).Events);
        Assert.Equal(["RunMissed"], NamesOf(BackupDecisions.Check(state, Now.AddDays(11)).Events));
    }

    [Fact]
    public void Begin_says_how_the_chain_stands_whether_it_is_learned_and_what_was_accepted()
    {
        Assert.Equal(new RunProceeds(ChainStatus.Open, true, false, null), Begin(BackupState.Nothing, "run"));
        Assert.Equal(new RunProceeds(ChainStatus.Suspect, false, false, null), Begin(Suspect(Known), "run"));
        var pairs = Evidence.Pairs(Evidence.Many("a", 3));
        var state = Suspect(Known).Apply(Resume(Suspect(Known), Now, pairs).Events);
        Assert.Equal(new RunProceeds(ChainStatus.Open, false, false, pairs), Begin(state, "run"));
        Assert.Null(Begin(state, "run", Now.AddDays(30)).Accepted);
    }

    [Fact]
    public void All_that_lies_there_is_accepted_or_the_resume_says_that_it_is_not_there()
    {
        var hits = Evidence.Many("a", 60);
        var state = Open("run", Known).Apply(Commit(Open("run", Known), "run", Evidence.Of(hits).Json()).Events);
        var all = new ResumeBackups(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"), Named.Ada) { AcceptsAll = true };
        var row = new EvidenceRow(Id("run"), Now, Evidence.Of(hits).Json());
        var reopened = Assert.IsType<ChainReopened>(Assert.Single(BackupDecisions.Resume(state, all, row, Now).Events));
        Assert.Equal(Evidence.Pairs(hits), reopened.Accepted);
        Assert.Equal(RefusalKind.Conflict, KindOf(BackupDecisions.Resume(state, all, null, Now)));
        Assert.Equal(RefusalKind.Conflict, KindOf(BackupDecisions.Resume(state, all, row with { Gate = [1] }, Now)));
        // Where there never was any, there is nothing to accept.
        Assert.Equal(["ChainReopened"], NamesOf(BackupDecisions.Resume(Frozen(Known), all, null, Now).Events));
    }

    [Fact]
    public void Accepted_hits_are_bounded_in_number_and_the_oldest_go_first()
    {
        var state = Known;
        for (var i = 0; i < 4; i++)
        {
            var pairs = Evidence.Pairs(Evidence.Many($"{i}", 2_000));
            state = Frozen(state).Apply(Resume(Frozen(state), Now.AddMinutes(i), pairs).Events);
        }
        Assert.Equal(4_000, Begin(state, "run", Now.AddMinutes(9)).Accepted!.Count);
        Assert.True(Begin(state, "run", Now.AddMinutes(9)).Accepted!.Contains(Evidence.Hit("3 7").Path, Evidence.Hit("3 7").Content));
        Assert.False(Begin(state, "run", Now.AddMinutes(9)).Accepted!.Contains(Evidence.Hit("1 7").Path, Evidence.Hit("1 7").Content));
    }

    [Fact]
    public void A_clean_run_after_a_resume_is_not_frozen_by_what_was_before_it()
    {
        var state = Known.Apply(new HitsFound(Id("c"), [], 190, 1, Now));
        state = Open("run", state).Apply(Commit(Open("run", state), "run", Evidence.Of(Evidence.Many("a", 20)).Json()).Events);
        Assert.Equal(FreezeCause.SlowBurn, state.Gate!.Verdict!.Frozen);
        state = state.Apply(Resume(state, Now).Events);
        Assert.Equal(ChainStatus.Open, Next(state, "clean", Evidence.Of().Json()).Chain);
        Assert.Equal(ChainStatus.Suspect, Next(state, "hit", Evidence.Of(Evidence.Hit("a")).Json()).Chain);
    }

    [Fact]
    public void While_frozen_it_is_told_once_a_day_that_nothing_is_protected_and_not_once_more_for_days_that_nobody_counted()
    {
        var state = Frozen(Committed("head"));
        Assert.Equal((Now, Now.AddDays(1)), (state.UnprotectedSince, BackupDecisions.DueAt(state)));
        Assert.Empty(BackupDecisions.Check(state, Now.AddDays(1).AddTicks(-1)).Events);
        Assert.Equal([new StillFrozen(Now, Now, Now.AddDays(1))], BackupDecisions.Check(state, Now.AddDays(1)).Events);
        state = state.Apply(new StillFrozen(Now, Now, Now.AddDays(1)));
        Assert.Empty(BackupDecisions.Check(state, Now.AddDays(1)).Events);
        Assert.Equal((HappeningKind.StillFrozen, Now), (state.History[0].Kind, state.History[0].Since));
        // The platform was down for a week.
        state = state.Apply(BackupDecisions.Check(state, Now.AddDays(8)).Events);
        Assert.Empty(BackupDecisions.Check(state, Now.AddDays(8).AddHours(23)).Events);
        Assert.Equal(Now.AddDays(9), BackupDecisions.DueAt(state));
        // Where there is no snapshot at all, nothing is protected since the freeze.
        Assert.Equal(Now, Frozen(BackupState.Nothing).UnprotectedSince);
        Assert.Null(state.Apply(Resume(state, Now).Events).UnprotectedSince);
    }

    [Fact]
    public void The_last_snapshot_before_a_freeze_stays_until_thirty_days_after_its_end()
    {
        Assert.Null(Known.PinnedAt(Now));
        var state = Frozen(Known);
        Assert.Equal(new PinnedSnapshot(Id("c"), 3, null), state.PinnedAt(Now.AddYears(3)));
        state = state.Apply(Resume(state, Now.AddYears(1)).Events);
        state = Next(state, "after", Evidence.Of().Json());
        Assert.Equal(Id("c"), state.PinnedAt(Now.AddYears(1).AddDays(29))!.Snapshot);
        Assert.Null(state.PinnedAt(Now.AddYears(1).AddDays(30)));
        Assert.Null(Frozen(BackupState.Nothing).PinnedAt(Now));
    }

    private static BackupState Next(BackupState state, string run, byte[] gate)
    {
        var open = Open(run, state);
        return open.Apply(Commit(open, run, gate).Events);
    }

    private static RunProceeds Begin(BackupState state, string run, DateTimeOffset? now = null)
    {
        var begin = new BeginPayload(Id(run), state.Head?.Snapshot, null);
        return Assert.IsType<RunProceeds>(BackupDecisions.Begin(state, Request(begin, run), begin, now ?? Now).Reply);
    }

    private static BackupDecision Commit(BackupState state, string run, byte[]? gate)
    {
        var payload = new CommitPayload(Id(run), Root(run), 3, 1000, gate);
        return BackupDecisions.Commit(state, Request(payload, run), payload, Whole, Now);
    }

    private static BackupDecision Freeze(BackupState state, string reason) => BackupDecisions.Freeze(
        state, new FreezeBackups(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"), FreezeCause.Person, Named.Ada) { Reason = reason },
        Now);

    private static BackupDecision Resume(BackupState state, DateTimeOffset now, HitPairs? accepts = null) => BackupDecisions.Resume(
        state, new ResumeBackups(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"), Named.Ada) { Accepts = accepts }, null, now);
}
