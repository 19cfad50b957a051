using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>Runs and what time brings. The table of states and inputs is <see cref="ChainTableTests"/>.</summary>
public sealed class BackupDecisionsTests
{
    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, "head", false)]
    [InlineData("head", "head", true)]
    [InlineData("head", null, false)]
    [InlineData("head", "older", false)]
    public void A_run_builds_on_the_head_or_on_nothing_where_there_is_none(string? head, string? parent, bool proceeds)
    {
        var state = head is null ? BackupState.Nothing : Committed(head, Committed("older"));
        var decision = Begin(state, "run", parent);
        if (!proceeds) Assert.Equal(RefusalKind.Conflict, KindOf(decision));
        else Assert.Equal(["RequestAdmitted", "RunBegan"], NamesOf(decision.Events));
        Assert.Equal(proceeds, state.Apply(decision.Events).Run(Id("run")) is not null);
    }

    [Theory]
    [InlineData(ChainStatus.Open, true)]
    [InlineData(ChainStatus.Suspect, false)]
    [InlineData(ChainStatus.Frozen, false)]
    public void Only_an_open_chain_is_closed_for_good(ChainStatus chain, bool closes)
    {
        var state = In(chain, Open("run", Committed("head")));
        var decision = BackupDecisions.Close(state, Named.Ada, Now);
        if (closes) Assert.Equal([new BackupsClosed(Now, Named.Ada)], decision.Events);
        else Assert.Equal(RefusalKind.Conflict, KindOf(decision));
    }

    [Fact]
    public void A_closed_chain_takes_and_shows_nothing_more_and_nothing_is_due_of_it()
    {
        var state = BackupState.Apply(Open("run", Committed("head")), new ScheduleChanged(null, "0 2 * * *", Now, Named.Ada));
        Assert.NotNull(BackupDecisions.DueAt(state));
        state = state.Apply(BackupDecisions.Close(state, Named.Ada, Now).Events);
        Assert.Equal((Now, true, null), (state.ClosedAt, state.Exists, BackupDecisions.DueAt(state)));
        Assert.Empty(BackupDecisions.Check(state, Now.AddDays(30)).Events);
        Assert.Equal(RefusalKind.CredentialsRejected, Assert.IsType<Refused>(BackupDecisions.AskToKeep(state)).Kind);
        foreach (var payload in (IBackupPayload[])[new BeginPayload(Id("next"), Id("head"), null), new ListPayload()])
            Assert.Equal(RefusalKind.CredentialsRejected, BackupDecisions.TurnAway(state, Request(payload), Now)?.Kind);
        Assert.Equal((0, Done.Instance), (
            BackupDecisions.Close(state, Named.Ada, Now).Events.Count, BackupDecisions.Close(state, Named.Ada, Now).Reply));
    }

    [Fact]
    public void A_persons_leave_lets_one_chain_begin_anew()
    {
        var state = Committed("head");
        Assert.Equal(["NewChainApproved"], NamesOf(BackupDecisions.ApproveNewChain(state, Now, Named.Ada).Events));
        state = state.Apply(new NewChainApproved(Now, Named.Ada));
        Assert.Empty(BackupDecisions.ApproveNewChain(state, Now, Named.Ada).Events);
        Assert.IsType<RunProceeds>(Begin(state, "anew", null).Reply);
        Assert.IsType<RunProceeds>(Begin(state, "on", "head").Reply);
        Assert.Equal(RefusalKind.Conflict, KindOf(Begin(Committed("anew", state), "again", null)));
    }

    [Fact]
    public void A_begin_that_is_sent_again_proceeds_and_counts_as_a_sign_of_life()
    {
        var state = Open("run");
        var again = BackupDecisions.Begin(
            state, Request(new BeginPayload(Id("run"), null, null), "anew"), new BeginPayload(Id("run"), null, null), Now.AddHours(5));
        Assert.IsType<RunProceeds>(again.Reply);
        var after = state.Apply(again.Events);
        Assert.Equal(Now.AddHours(5), Assert.Single(after.Runs).HeardAt);
        Assert.Equal(RefusalKind.Conflict, KindOf(Begin(Open("run", Committed("head")), "run", null)));
    }

    [Fact]
    public void A_run_that_is_over_never_begins_again()
    {
        foreach (var end in Enum.GetValues<RunEnd>())
            Assert.Equal(RefusalKind.Conflict, KindOf(Begin(Open("run").Apply(new RunEnded(Id("run"), end, Now)), "run", null)));
        Assert.Equal(RefusalKind.Conflict, KindOf(Begin(Committed("run"), "run", "run")));
    }

    [Fact]
    public void Of_too_many_open_runs_the_one_not_heard_of_for_longest_is_closed()
    {
        var state = BackupState.Nothing;
        for (var i = 0; i < BackupState.OpenRunsAtMost; i++)
            state = state.Apply(new RunBegan(Id($"{i}"), null, Now.AddMinutes(i == 2 ? -9 : i)));
        var decision = Begin(state, "more", null);
        Assert.Equal(new RunEnded(Id("2"), RunEnd.Displaced, Now), decision.Events[1]);
        Assert.Equal(BackupState.OpenRunsAtMost, state.Apply(decision.Events).Runs.Count);
    }

    [Fact]
    public void Another_schedule_is_an_event_and_the_same_one_is_not()
    {
        var state = BackupState.Nothing.Apply(Begin(BackupState.Nothing, "run", null, "0 2 * * *").Events);
        Assert.Equal("0 2 * * *", state.Schedule);
        Assert.DoesNotContain("ScheduleChanged", NamesOf(Begin(state, "next", null, "0 2 * * *").Events));
        var agent = Author.OfServer(Named.Id<ServerId>("server"), "192.0.2.9");
        Assert.Contains(new ScheduleChanged("0 2 * * *", null, Now, agent), Begin(state, "next", null).Events);
    }

    [Fact]
    public void A_signature_is_spent_for_everybody_but_the_gateways_own_retry()
    {
        var request = Request(new BeginPayload(Id("run"), null, null));
        var state = BackupState.Nothing.Apply(Begin(BackupState.Nothing, "run", null).Events);
        Assert.Null(BackupDecisions.TurnAway(state, request, Now));
        Assert.Equal(RefusalKind.RequestReplayed, BackupDecisions.TurnAway(state, request with { Call = Guid.Empty }, Now)!.Kind);
        Assert.Null(BackupDecisions.TurnAway(state, request with { Call = Guid.Empty }, Now.AddSeconds(660)));
        var later = state.Apply(new RequestAdmitted(1, Guid.Empty, Now.AddHours(2), Now.AddHours(1)));
        Assert.Equal([1L], later.Spent.Select(spent => spent.Signature));
    }

    [Fact]
    public void A_run_of_which_nothing_is_heard_is_told_of_once_and_closed_after_seven_days()
    {
        var state = Open("run");
        Assert.Equal(Now.AddHours(6), BackupDecisions.DueAt(state));
        Assert.Empty(BackupDecisions.Check(state, Now.AddHours(6).AddTicks(-1)).Events);
        var silent = BackupDecisions.Check(state, Now.AddHours(6));
        Assert.Equal(["RunSilent", "ChainSuspected"], NamesOf(silent.Events));
        state = state.Apply(silent.Events);
        Assert.Equal((ChainStatus.Suspect, Now.AddHours(6)), (state.Chain, state.ChainSince));
        Assert.Empty(BackupDecisions.Check(state, Now.AddDays(6)).Events);
        Assert.Equal(Now.AddDays(7), BackupDecisions.DueAt(state));
        state = state.Apply(BackupDecisions.Check(state, Now.AddDays(7)).Events);
        Assert.Empty(state.Runs);
        Assert.Null(BackupDecisions.DueAt(state));
        Assert.Equal(
            [HappeningKind.RunExpired, HappeningKind.SuspectedRunVanished, HappeningKind.RunSilent],
            state.History.Select(item => item.Kind));
        Assert.Equal(Now, state.History[2].Since);
    }

    [Fact]
    public void A_silent_run_that_is_heard_again_goes_on_and_may_fall_silent_again()
    {
        var state = Open("run").Apply(new RunSilent(Id("run"), Now, Now.AddHours(6)));
        state = state.Apply(new ObjectsAnnounced(Id("run"), 1, 0, 10, Now.AddHours(7)));
        Assert.False(state.Runs[0].Silent);
        Assert.Equal(Now.AddHours(13), BackupDecisions.DueAt(state));
    }

    [Theory]
    [InlineData("0 2 * * *", 39)]      // At noon: the slots are in 14 and 38 hours; an hour of grace.
    [InlineData("0 * * * *", 3)]
    [InlineData("0 2 * * 1", 24 * 12 + 15)] // 2026-11-24 is a Tuesday: Monday in a week and six days.
    [InlineData("0 2 30 2 *", null)]
    public void A_slot_is_missed_after_the_second_one_since_the_last_run(string schedule, int? hours)
    {
        var state = Committed("run") with { Schedule = schedule };
        Assert.Equal(hours is { } h ? Now.AddHours(h) : null, BackupDecisions.DueAt(state));
        if (hours is null) return;
        Assert.Empty(BackupDecisions.Check(state, Now.AddHours(hours.Value).AddSeconds(-1)).Events);
        var missed = BackupDecisions.Check(state, Now.AddHours(hours.Value));
        Assert.Equal(["RunMissed"], NamesOf(missed.Events));
        state = state.Apply(missed.Events);
        Assert.Equal((HappeningKind.RunMissed, ChainStatus.Open), (state.History[0].Kind, state.Chain));
        Assert.Equal(Now.AddHours(hours.Value), state.History[0].Since);
        Assert.True(BackupDecisions.DueAt(state) >= Now.AddHours(hours.Value).AddDays(1), "Told again within a day.");
        // A run that began since then makes the count begin anew.
        var later = Now.AddDays(400);
        var next = state.Apply(new RunBegan(Id("next"), null, later), new RunEnded(Id("next"), RunEnd.Overtaken, later));
        Assert.Equal(RunSchedule.Read(schedule)!.MissedAfter(later), BackupDecisions.DueAt(next));
    }

    [Fact]
    public void History_and_what_else_grows_is_bounded()
    {
        var state = Committed("run");
        for (var i = 0; i < 500; i++)
        {
            state = Committed($"{i}", state);
            state = state.Apply(new RequestAdmitted(i, Guid.Empty, Now.AddMinutes(i + 11), Now.AddMinutes(i)));
        }
        Assert.Equal(BackupState.HistoryKept, state.History.Count);
        Assert.InRange(state.Closed.Count, 1, 50);
        Assert.InRange(state.Figures.Count, 1, 50);
        Assert.InRange(state.Spent.Count, 1, 20);
    }

    [Fact]
    public void Commits_without_end_do_not_push_out_what_went_wrong()
    {
        var state = Committed("run").Apply(new RunMissed(Now, Now));
        for (var i = 0; i < 500; i++) state = Committed($"{i}", state);
        Assert.Equal(BackupState.HistoryKept, state.History.Count);
        Assert.Equal(HappeningKind.RunMissed, state.History[^1].Kind);
        for (var i = 0; i < 500; i++) state = state.Apply(new RunMissed(Now, Now.AddDays(i)));
        Assert.Equal((BackupState.HistoryKept, Now.AddDays(499)), (state.History.Count, state.History[0].At));
    }

    [Fact]
    public void An_event_of_a_later_version_stops_the_entity() =>
        Assert.Throws<InvalidOperationException>(() => BackupState.Apply(BackupState.Nothing, new FromTheFuture(Now)));

    private static BackupState In(ChainStatus chain, BackupState state) => chain switch
    {
        ChainStatus.Suspect => Suspect(state),
        ChainStatus.Frozen => Frozen(state),
        _ => state,
    };

    private static BackupDecision Begin(BackupState state, string run, string? parent, string? schedule = null)
    {
        var begin = new BeginPayload(Id(run), parent is null ? null : Id(parent), schedule);
        return BackupDecisions.Begin(state, Request(begin), begin, Now);
    }

    private sealed record FromTheFuture(DateTimeOffset At) : IEntityEvent;
}
