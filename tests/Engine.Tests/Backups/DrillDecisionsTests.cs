using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>Drills, and backups that begin and do not come to an end.</summary>
public sealed class DrillDecisionsTests
{
    private const string Nightly = "0 2 * * *";

    [Theory]
    [InlineData(ChainStatus.Open)]
    [InlineData(ChainStatus.Suspect)]
    [InlineData(ChainStatus.Frozen)]
    public void A_drill_is_told_whatever_the_chain_is_and_once(ChainStatus chain)
    {
        var state = Committed("run");
        if (chain == ChainStatus.Suspect) state = Suspect(state);
        if (chain == ChainStatus.Frozen) state = Frozen(state);
        Assert.Null(BackupDecisions.TurnAway(state, Request(Drill(0)), Now));
        var told = BackupDecisions.Drill(state, Request(Drill(0)), Drill(0), Now);
        Assert.Equal(["RequestAdmitted", "DrillDone"], NamesOf(told.Events));
        state = state.Apply(told.Events);
        Assert.Equal((HappeningKind.DrillPassed, 0L, chain), (state.History[0].Kind, state.LastDrill!.Failed, state.Chain));
        // The answer was lost: told again, it is the same drill.
        var again = BackupDecisions.Drill(state, Request(Drill(0), "again"), Drill(0), Now.AddMinutes(1));
        Assert.Equal((0, Done.Instance), (again.Events.Count, again.Reply));
        // Another one a moment later has to wait.
        var soon = BackupDecisions.Drill(state, Request(Drill(1), "soon"), Drill(1), Now.AddMinutes(1));
        Assert.Equal((RefusalKind.RateLimited, 540), (KindOf(soon), ((Refused)soon.Reply!).RetryAfterSeconds));
        state = state.Apply(BackupDecisions.Drill(state, Request(Drill(1), "soon"), Drill(1), Now.AddMinutes(10)).Events);
        Assert.Equal((HappeningKind.DrillFailed, 1L), (state.History[0].Kind, state.LastDrill!.Failed));
    }

    [Fact]
    public void There_is_no_drill_without_a_snapshot() =>
        Assert.Equal(RefusalKind.NotFound, KindOf(BackupDecisions.Drill(Open("run"), Request(Drill(0)), Drill(0), Now)));

    [Fact]
    public void Runs_that_begin_and_are_not_committed_are_told_of_after_two_slots_and_daily_from_then_on()
    {
        // At noon: the slots are in 14 and 38 hours, and an hour of grace.
        var state = Committed("run") with { Schedule = Nightly };
        state = Failed(state, 14);
        state = Failed(state, 38);
        Assert.Equal(Now.AddHours(39), BackupDecisions.DueAt(state));
        Assert.Empty(BackupDecisions.Check(state, Now.AddHours(39).AddSeconds(-1)).Events);
        var told = BackupDecisions.Check(state, Now.AddHours(39)).Events;
        Assert.Equal(Now, Assert.IsType<BackupsOverdue>(Assert.Single(told)).Since);
        state = state.Apply(told);
        Assert.Equal((HappeningKind.BackupsOverdue, Now), (state.History[0].Kind, state.History[0].Since));
        state = Failed(state, 62);
        Assert.Equal(Now.AddHours(63), BackupDecisions.DueAt(state));
        Assert.Equal(["BackupsOverdue"], NamesOf(BackupDecisions.Check(state, Now.AddHours(63)).Events));
        // One that is committed ends it; from its commit on it is counted anew.
        state = Committed("last", state) with { Schedule = Nightly };
        Assert.Null(state.TryingSince);
        Assert.DoesNotContain("BackupsOverdue", NamesOf(BackupDecisions.Check(state, Now.AddDays(400)).Events));
    }

    [Fact]
    public void A_server_that_never_had_a_backup_is_told_of_two_slots_after_its_first_run()
    {
        var state = Failed(Failed(BackupState.Nothing with { Schedule = Nightly }, 0), 14);
        Assert.Contains("BackupsOverdue", NamesOf(BackupDecisions.Check(state, Now.AddHours(39)).Events));
        Assert.DoesNotContain("BackupsOverdue", NamesOf(BackupDecisions.Check(state, Now.AddHours(38)).Events));
    }

    [Fact]
    public void Frozen_backups_and_those_without_a_schedule_are_not_overdue()
    {
        var state = Failed(Committed("run"), 14);
        Assert.Empty(BackupDecisions.Check(state, Now.AddDays(3)).Events);
        state = Frozen(state with { Schedule = Nightly });
        Assert.DoesNotContain("BackupsOverdue", NamesOf(BackupDecisions.Check(state, Now.AddDays(3)).Events));
    }

    private static DrillPayload Drill(int failed) => new(Id("run"), Now.AddMinutes(failed), 10, 1_000, failed);

    private static BackupState Failed(BackupState state, int hours) => state.Apply(
        new RunBegan(Id($"{hours}"), state.Head?.Snapshot, Now.AddHours(hours)),
        new RunEnded(Id($"{hours}"), RunEnd.Displaced, Now.AddHours(hours)));
}
