using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Backups.Retention;

/// <summary>What stays, what may go, and what stops it.</summary>
public sealed class RetentionRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly RetentionPolicy Nothing = new(0, 0, 0, 0, 0);
    private static readonly RunSchedule Nightly = RunSchedule.Read("0 3 * * *")!;

    [Fact]
    public void The_newest_the_pinned_and_all_within_the_floor_stay_under_any_policy()
    {
        var chain = Chain(Enumerable.Range(0, 50).Select(day => Now.AddDays(-60 + day)));
        var rules = Rules(Nothing) with { Pinned = new HashSet<SnapshotId> { chain[3].Snapshot } };
        var fates = RetentionPlan.Of(chain, rules, Now);
        Assert.Equal(FateReason.Pinned, fates[3].Reason);
        Assert.Equal(FateReason.Head, fates[^1].Reason);
        Assert.All(fates.Where(fate => fate.Snapshot.At > Now.AddDays(-30)), fate => Assert.True(fate.Stays));
        Assert.All(fates.Where(fate => fate.Snapshot.At <= Now.AddDays(-30)).Except([fates[3]]), fate => Assert.False(fate.Stays));
        Assert.Equal(FateReason.Head, Assert.Single(RetentionPlan.Of(chain.Take(1), Rules(Nothing), Now)).Reason);
        Assert.Empty(RetentionPlan.Of([], Rules(Nothing), Now));
    }

    [Theory]
    [InlineData(3, 0, 0, 0, 0, FateReason.Last, "2026-11-29 2026-11-30 2026-12-01")]
    [InlineData(0, 3, 0, 0, 0, FateReason.Daily, "2026-11-29 2026-11-30 2026-12-01")]
    [InlineData(0, 0, 3, 0, 0, FateReason.Weekly, "2026-11-16 2026-11-23 2026-11-30")]
    [InlineData(0, 0, 0, 3, 0, FateReason.Monthly, "2026-10-01 2026-11-01 2026-12-01")]
    [InlineData(0, 0, 0, 0, 3, FateReason.Yearly, "2025-01-01 2026-01-01")]
    public void Of_the_newest_periods_the_first_snapshot_stays(
        int last, int daily, int weekly, int monthly, int yearly, FateReason reason, string days)
    {
        var first = new DateTimeOffset(2025, 1, 1, 3, 0, 0, TimeSpan.Zero);
        // It ended a month ago: all is older than the floor. The newest is the second of its slot: it stays as the head and does not count.
        var nights = Enumerable.Range(0, 700).Select(day => first.AddDays(day)).Where(at => at < Now.AddDays(-30));
        var chain = Chain(nights.Append(Now.AddDays(-30)));
        var stay = RetentionPlan.Of(chain, Rules(new(last, daily, weekly, monthly, yearly), Nightly), Now)
            .Where(fate => fate.Reason == reason).Select(fate => $"{fate.Snapshot.At:yyyy-MM-dd}");
        Assert.Equal(days, string.Join(' ', stay));
    }

    [Fact]
    public void A_thousand_snapshots_of_a_hostile_host_push_out_none_of_those_before_them()
    {
        var chain = Chain(Enumerable.Range(0, 300).Select(day => Now.AddDays(-300 + day)));
        var before = Staying(chain, Now);
        var flood = Enumerable.Range(1, 1_000).Select(second => Now.AddSeconds(second));
        var flooded = Chain([.. chain.Select(snapshot => snapshot.At), .. flood]);
        var after = Staying(flooded, Now.AddHours(1));
        Assert.Subset(after, before);
    }

    [Fact]
    public void What_stays_by_the_calendar_does_not_change_when_others_go_or_the_day_goes_on()
    {
        var chain = Chain(Enumerable.Range(0, 4_000).Select(quarter => Now.AddHours(-6 * (4_000 - quarter))));
        var once = RetentionPlan.Of(chain, Rules(RetentionPolicy.Default, Nightly), Now).Where(fate => fate.Stays).ToList();
        var twice = RetentionPlan.Of(once.Select(fate => fate.Snapshot), Rules(RetentionPolicy.Default, Nightly), Now.AddMinutes(1));
        Assert.Equal(once.Select(fate => fate.Snapshot.Number), twice.Where(fate => fate.Stays).Select(fate => fate.Snapshot.Number));
    }

    [Fact]
    public void Of_a_slot_the_first_counts_and_no_slot_is_shorter_than_an_hour()
    {
        DateTimeOffset[] times = [.. new[] { 0, 5, 59, 60 }.Select(minutes => Now.AddDays(-40).AddMinutes(minutes))];
        var fates = RetentionPlan.Of(Chain([.. times, Now]), Rules(new(10, 0, 0, 0, 0), RunSchedule.Read("* * * * *")), Now);
        Assert.Equal(
            [FateReason.Last, FateReason.NotFirstOfSlot, FateReason.NotFirstOfSlot, FateReason.Last, FateReason.Head],
            fates.Select(fate => fate.Reason));
        Assert.All(RetentionPlan.Of(Chain([.. times, Now]), Rules(new(10, 0, 0, 0, 0)), Now), fate => Assert.True(fate.Stays));
    }

    [Fact]
    public void A_line_that_names_no_more_times_is_one_slot()
    {
        var never = RunSchedule.Read("0 0 30 2 *")!;
        Assert.Equal(never.SlotOf(Now), never.SlotOf(Now.AddYears(3)));
        Assert.Equal(0, never.SlotsWithin(Now, Now.AddYears(3)));
    }

    [Fact]
    public void A_lower_floor_holds_after_a_week_a_higher_one_at_once()
    {
        var asked = RetentionFloor.Default.AskedFor(7, Now);
        Assert.Equal((30, 30, 7), (asked.At(Now), asked.At(Now.AddDays(7).AddTicks(-1)), asked.At(Now.AddDays(7))));
        Assert.Equal(asked, asked.AskedFor(7, Now.AddDays(3)));
        Assert.Equal(30, asked.AskedFor(30, Now.AddDays(6)).At(Now.AddYears(1)));
        Assert.Equal(Now.AddDays(10), asked.AskedFor(8, Now.AddDays(3)).NextFrom);
        Assert.Equal(90, asked.AskedFor(90, Now).At(Now));
        Assert.Throws<ArgumentOutOfRangeException>(() => asked.AskedFor(6, Now));
    }

    [Fact]
    public void Whatever_is_not_open_held_or_running_stops_what_it_should()
    {
        var open = Runs.Committed("first");
        Assert.Equal(RetentionStop.None, RetentionStops.Of(open, null, Now));
        Assert.Equal(RetentionStop.None, RetentionStops.Of(open, Now, Now));
        Assert.Equal(RetentionStop.Held, RetentionStops.Of(open, Now.AddTicks(1), Now));
        Assert.Equal(RetentionStop.RunOpen, RetentionStops.Of(Runs.Open("second", open), null, Now.AddYears(1)));
        Assert.Equal(RetentionStop.Suspect, RetentionStops.Of(Runs.Suspect(open), Now.AddDays(1), Now));
        Assert.Equal(RetentionStop.Frozen, RetentionStops.Of(Runs.Frozen(open), Now.AddDays(1), Now));
    }

    [Theory]
    // needed, days since the notice (-1: none), marked, what stops, what is to be done
    [InlineData(true, -1, false, RetentionStop.None, ObjectFate.Stays)]
    [InlineData(true, 9, false, RetentionStop.Frozen, ObjectFate.NoticeDropped)]
    [InlineData(false, -1, false, RetentionStop.None, ObjectFate.NoticeDue)]
    [InlineData(false, -1, false, RetentionStop.RunOpen, ObjectFate.NoticeDue)]
    [InlineData(false, -1, false, RetentionStop.Held, ObjectFate.Stays)]
    [InlineData(false, -1, false, RetentionStop.Suspect, ObjectFate.Stays)]
    [InlineData(false, 6, false, RetentionStop.None, ObjectFate.Stays)]
    [InlineData(false, 7, false, RetentionStop.None, ObjectFate.MarkDue)]
    [InlineData(false, 7, false, RetentionStop.RunOpen, ObjectFate.Stays)]
    [InlineData(false, 99, false, RetentionStop.Held, ObjectFate.Stays)]
    [InlineData(false, 99, false, RetentionStop.Suspect, ObjectFate.Stays)]
    [InlineData(false, 99, false, RetentionStop.Frozen, ObjectFate.Stays)]
    [InlineData(false, 9, true, RetentionStop.None, ObjectFate.DeletionDue)]
    [InlineData(false, 9, true, RetentionStop.RunOpen, ObjectFate.DeletionDue)]
    [InlineData(false, 9, true, RetentionStop.Held, ObjectFate.DeletionDue)]
    [InlineData(false, 9, true, RetentionStop.Suspect, ObjectFate.Stays)]
    [InlineData(false, 9, true, RetentionStop.Frozen, ObjectFate.Stays)]
    public void An_object_goes_by_notice_mark_and_deletion(bool needed, int days, bool marked, RetentionStop stop, ObjectFate fate) =>
        Assert.Equal(fate, ObjectExpiry.Of(new(needed, days < 0 ? null : Now.AddDays(-days), marked), stop, null, Now));

    [Fact]
    public void The_week_of_a_notice_begins_anew_when_the_chain_is_opened_again()
    {
        var standing = new ObjectStanding(IsNeeded: false, Now.AddDays(-99), IsMarked: false);
        Assert.Equal(ObjectFate.Stays, ObjectExpiry.Of(standing, RetentionStop.None, Now.AddDays(-6), Now));
        Assert.Equal(ObjectFate.MarkDue, ObjectExpiry.Of(standing, RetentionStop.None, Now.AddDays(-7), Now));
    }

    [Theory]
    [InlineData("0 * * * *", 48, 1, false)]
    [InlineData("0 * * * *", 49, 1, true)]
    [InlineData("* * * * *", 49, 1, true)]
    [InlineData("0 3 * * *", 14, 7, false)]
    [InlineData("0 3 * * *", 15, 7, true)]
    [InlineData("0 3 * * *", 5, 1, true)]
    [InlineData("0 3 * * 0", 4, 7, false)]
    [InlineData("0 3 * * 0", 5, 7, true)]
    [InlineData(null, 1_000, 1, false)]
    public void More_than_twice_the_scheduled_commits_are_too_many(string? line, int commits, int days, bool tooMany)
    {
        var times = Enumerable.Range(0, commits).Select(i => Now - (TimeSpan.FromDays(days) * i / commits)).ToList();
        Assert.Equal(tooMany, CommitRate.IsTooHigh(times, line is null ? null : RunSchedule.Read(line), Now));
    }

    [Fact]
    public void A_count_beyond_its_limits_is_told()
    {
        Assert.Null(RetentionPolicy.Default.Fault);
        Assert.NotNull((Nothing with { Weekly = -1 }).Fault);
        Assert.NotNull((Nothing with { Last = RetentionPolicy.CountAtMost + 1 }).Fault);
    }

    private static RetentionRules Rules(RetentionPolicy policy, RunSchedule? schedule = null) =>
        new(policy, RetentionFloor.Default.Days, schedule, new HashSet<SnapshotId>());

    private static HashSet<long> Staying(IReadOnlyList<CommittedSnapshot> chain, DateTimeOffset now) =>
        [.. RetentionPlan.Of(chain, Rules(RetentionPolicy.Default with { Last = 0 }, Nightly), now)
            .Where(fate => fate.Stays).Select(fate => fate.Snapshot.Number)];

    private static List<CommittedSnapshot> Chain(IEnumerable<DateTimeOffset> times) =>
        [.. times.Select((at, i) => new CommittedSnapshot(
            Runs.Id($"{i}"), i + 1, i + 1, Runs.Root($"{i}"), "0011223344556677", 1, 1, at))];
}
