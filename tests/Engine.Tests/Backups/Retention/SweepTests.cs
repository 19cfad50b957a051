using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups.Retention;

/// <summary>Sweeps over a real store and a real vault, one decision after the other.</summary>
public sealed class SweepTests : IDisposable
{
    private static readonly RetentionPolicy OnlyTheNewest = new(1, 0, 0, 0, 0);

    private readonly ChainUnderTest _chain = new();

    [Fact]
    public async Task What_no_rule_keeps_expires_is_noticed_and_a_week_later_deleted()
    {
        var (old, kept, shared) = await TwoSnapshotsAsync();
        _chain.Now = Now.AddDays(29);
        Assert.Equal(0, (await _chain.SweepAsync()).Expired);
        _chain.Now = Now.AddDays(31);
        var swept = await _chain.SweepAsync();
        Assert.Equal((1, 2, 0), (swept.Expired, swept.Noticed.Objects, swept.Marked.Objects));
        Assert.Equal((FateReason.BeyondCounts, _chain.Now), (Chain()[^1].Why!.Value, Chain()[^1].ExpiredAt!.Value));
        _chain.Now = _chain.Now.AddDays(7).AddSeconds(-1);
        Assert.Equal((0, 0), ((await _chain.SweepAsync()).Marked.Objects, Chain().Count - 2));
        _chain.Now = _chain.Now.AddSeconds(1);
        swept = await _chain.SweepAsync();
        Assert.Equal((2, 2), (swept.Marked.Objects, swept.Deleted.Objects));
        Assert.Equal(kept.Id, Assert.Single(Chain()).Snapshot.Snapshot);
        await AssertHasAsync([.. kept.Needed.Select(one => one.Name), shared], true);
        await AssertHasAsync(old.Needed.Select(one => one.Name).Except([shared]), false);
        var space = await _chain.Store.SpaceAsync(ChainUnderTest.Server, ChainExtent.Of(_chain.State).Steps, _chain.Now, default);
        Assert.Equal((kept.Needed.Count + 1, 0, 0), (space.Live.Objects, space.Noticed.Objects, space.Marked.Objects));
        Assert.Equal(new SweepTally(ChainUnderTest.Server), await _chain.SweepAsync());
    }

    /// <summary>After every write the process may die before its journal; what comes next must be as if it had not been written.</summary>
    [Theory]
    [InlineData(SweepStep.Expire)]
    [InlineData(SweepStep.Mark)]
    [InlineData(SweepStep.Delete)]
    public async Task A_step_that_died_before_its_journal_did_not_happen_and_is_done_again(SweepStep step)
    {
        var (old, kept, _) = await TwoSnapshotsAsync();
        foreach (var day in (int[])[31, 38, 45])
        {
            _chain.Now = Now.AddDays(day);
            foreach (var each in Enum.GetValues<SweepStep>())
            {
                var before = Chain();
                if (each == step)
                {
                    await _chain.SweepAsync(each, killed: true);
                    // The journal knows nothing of it, so nothing has expired or ended.
                    Assert.Equal(before, Chain());
                }
                await _chain.SweepAsync(each);
            }
        }
        Assert.Equal(kept.Id, Assert.Single(Chain()).Snapshot.Snapshot);
        await AssertHasAsync(kept.Needed.Select(one => one.Name), true);
        await AssertHasAsync([old.Needed[0].Name, old.Needed[1].Name], false);
    }

    [Fact]
    public async Task A_mark_that_was_never_journalled_does_not_come_true_with_the_next_step_of_its_number()
    {
        var (old, _, shared) = await TwoSnapshotsAsync();
        await ExpireAsync();
        await _chain.SweepAsync(SweepStep.Mark, killed: true);
        // Back to life, somebody uses what the dead step had marked; then another step takes the number.
        var next = new AgentsRun(_chain, "next");
        await _chain.DoAsync(next.Begin());
        var granted = Assert.IsType<UploadsGranted>(await _chain.DoAsync(new UploadsPayload(next.Id, [], [old.Needed[1].Name])));
        Assert.Equal([old.Needed[1].Name], granted.Present);
        await _chain.TellAsync(new CancelDeletion(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, Named.Ada));
        Assert.IsType<UploadsGranted>(await _chain.DoAsync(new UploadsPayload(next.Id, [AgentsRun.Announced(Root("next"))], [])));
        _chain.Now = _chain.Now.AddDays(8);
        await _chain.TellAsync(new CheckBackups(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server));
        _chain.Resume();
        _chain.Now = _chain.Now.AddDays(30);
        var swept = await _chain.SweepAsync();
        Assert.Equal((1, 0), (swept.Expired, swept.Deleted.Objects));
        Assert.Equal(2, Chain().Count);
        await AssertHasAsync([old.Needed[0].Name, old.Needed[1].Name, shared], true);
    }

    [Fact]
    public async Task What_is_marked_is_gone_to_whoever_names_it_also_as_new()
    {
        var (old, _, _) = await TwoSnapshotsAsync();
        await ExpireAsync();
        await _chain.SweepAsync(SweepStep.Mark);
        var next = new AgentsRun(_chain, "next");
        await _chain.DoAsync(next.Begin());
        var names = old.Needed.Take(2).Select(one => one.Name).ToArray();
        var granted = Assert.IsType<UploadsGranted>(
            await _chain.DoAsync(new UploadsPayload(next.Id, [old.Needed[0]], [old.Needed[1].Name])));
        Assert.Equal(names, granted.Gone);
        Assert.Empty(granted.Present);
        Assert.Empty(granted.Tickets);
        Assert.Empty(await _chain.Store.NeededAsync(ChainUnderTest.Server, next.Id, null, 9, default));
        Assert.Equal(2, (await _chain.SweepAsync(SweepStep.Delete))!.Deleted.Objects);
    }

    [Fact]
    public async Task A_run_that_reuses_what_was_noticed_ends_the_notice()
    {
        var (old, _, _) = await TwoSnapshotsAsync();
        _chain.Now = Now.AddDays(31);
        await _chain.SweepAsync();
        var next = new AgentsRun(_chain, "next");
        await next.WholeAsync(1);
        await next.ReuseAsync(old.Needed[1].Name);
        Assert.IsType<SnapshotKept>(await _chain.DoAsync(next.Commit()));
        _chain.Now = _chain.Now.AddDays(8);
        await _chain.SweepAsync();
        await AssertHasAsync([old.Needed[1].Name], true);
        await AssertHasAsync([old.Needed[0].Name], false);
    }

    [Fact]
    public async Task While_a_run_is_open_nothing_is_marked_and_what_it_named_is_not_even_noticed()
    {
        await TwoSnapshotsAsync();
        _chain.Now = Now.AddDays(31);
        await _chain.SweepAsync();
        var open = new AgentsRun(_chain, "open");
        await open.WholeAsync(3);
        _chain.Now = _chain.Now.AddDays(8);
        var swept = await _chain.SweepAsync();
        Assert.Equal((RetentionStop.RunOpen, 0, 0), (swept.Stop, swept.Marked.Objects, swept.Noticed.Objects));
    }

    [Fact]
    public async Task What_a_dead_run_left_goes_a_week_after_it_ended_at_the_earliest()
    {
        await TwoSnapshotsAsync();
        var dead = new AgentsRun(_chain, "dead");
        await dead.WholeAsync(3);
        _chain.Now = Now.AddDays(7);
        await _chain.TellAsync(new CheckBackups(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server));
        _chain.Resume();
        Assert.Equal(3, (await _chain.SweepAsync()).Noticed.Objects);
        _chain.Now = Now.AddDays(14);
        Assert.Equal(3, (await _chain.SweepAsync()).Deleted.Objects);
        // What it needed is forgotten too.
        Assert.Empty(await _chain.Store.NeededAsync(ChainUnderTest.Server, dead.Id, null, 9, default));
        Assert.Equal(2, Chain().Count);
    }

    [Theory]
    [InlineData(SweepStep.Expire)]
    [InlineData(SweepStep.Mark)]
    [InlineData(SweepStep.Delete)]
    public async Task A_frozen_chain_loses_nothing_at_whatever_step_it_was(SweepStep reached)
    {
        var (old, _, shared) = await TwoSnapshotsAsync();
        var names = old.Needed.Select(one => one.Name).Append(shared).ToList();
        if (reached >= SweepStep.Mark) await ExpireAsync();
        if (reached == SweepStep.Delete) await _chain.SweepAsync(SweepStep.Mark);
        _chain.Freeze();
        var before = (Chain(), _chain.State.Retention?.Steps);
        _chain.Now = _chain.Now.AddDays(400);
        Assert.Equal(new SweepTally(ChainUnderTest.Server) { Stop = RetentionStop.Frozen }, await _chain.SweepAsync());
        Assert.Equal(before.Item1, Chain());
        Assert.Equal(before.Steps, _chain.State.Retention?.Steps);
        await AssertHasAsync(names, true);
        // Opened again it goes on, but the week begins anew.
        _chain.Resume();
        Assert.Equal(0, (await _chain.SweepAsync()).Marked.Objects);
    }

    [Fact]
    public async Task The_last_good_snapshot_of_a_freeze_stays_for_thirty_days_after_its_end()
    {
        await TwoSnapshotsAsync();
        _chain.Freeze();
        _chain.Now = Now.AddDays(100);
        _chain.Resume();
        await CommitAsync("after");
        _chain.Now = Now.AddDays(129);
        await _chain.SweepAsync();
        Assert.Equal([null, null, FateReason.BeyondCounts], Chain().Select(item => item.Why));
        _chain.Now = Now.AddDays(131);
        await _chain.SweepAsync();
        Assert.Equal([null, FateReason.BeyondCounts, FateReason.BeyondCounts], Chain().Select(item => item.Why));
    }

    [Fact]
    public async Task Whoever_cancels_gets_back_what_has_lost_nothing_and_a_month_without_deletions()
    {
        await TwoSnapshotsAsync();
        await ExpireAsync();
        await _chain.TellAsync(
            new CancelDeletion(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, Named.Ada) { Reason = "not yet" });
        Assert.All(Chain(), item => Assert.Null(item.ExpiredAt));
        _chain.Now = _chain.Now.AddDays(29);
        Assert.Equal(new SweepTally(ChainUnderTest.Server) { Stop = RetentionStop.Held }, await _chain.SweepAsync());
        _chain.Now = _chain.Now.AddDays(2);
        Assert.Equal(1, (await _chain.SweepAsync()).Expired);
        Assert.Equal(2, Chain().Count);
    }

    [Fact]
    public async Task A_dry_run_tells_and_does_nothing()
    {
        await TwoSnapshotsAsync();
        _chain.Now = Now.AddDays(31);
        Assert.Equal(1, (await _chain.SweepAsync(SweepStep.Expire, dryRun: true))!.Expired);
        Assert.All(Chain(), item => Assert.Null(item.ExpiredAt));
        await ExpireAsync();
        Assert.Equal(2, (await _chain.SweepAsync(SweepStep.Mark, dryRun: true))!.Marked.Objects);
        await _chain.SweepAsync(SweepStep.Mark);
        Assert.Equal(2, (await _chain.SweepAsync(SweepStep.Delete, dryRun: true))!.Deleted.Objects);
        Assert.Equal(2, (await _chain.SweepAsync(SweepStep.Delete))!.Deleted.Objects);
    }

    [Fact]
    public async Task A_deleted_servers_vault_stays_for_thirty_days_and_then_nothing_is_left_of_it()
    {
        var (old, kept, shared) = await TwoSnapshotsAsync();
        await _chain.TellAsync(new CloseBackups(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, Named.Ada));
        var names = old.Needed.Concat(kept.Needed).Select(one => one.Name).Append(shared).ToList();
        _chain.Now = Now.AddDays(30).AddSeconds(-1);
        Assert.Equal(new SweepTally(ChainUnderTest.Server), await _chain.SweepAsync());
        await AssertHasAsync(names, true);
        _chain.Now = Now.AddDays(30);
        Assert.Null(await _chain.SweepAsync(SweepStep.Delete, killed: true));
        Assert.False(_chain.State.Retention?.Cleared ?? false);
        await _chain.SweepAsync();
        Assert.True(_chain.State.Retention!.Cleared);
        await AssertHasAsync(names, false);
        Assert.Equal(0, await _chain.Store.TeamBytesAsync(ChainUnderTest.Server.Team, default));
        Assert.Empty(Chain());
        Assert.Equal(new SweepTally(ChainUnderTest.Server), await _chain.SweepAsync());
    }

    [Fact]
    public async Task More_than_twice_the_commits_that_the_schedule_has_slots_make_the_chain_suspect()
    {
        for (var i = 0; i < 4; i++) await CommitAsync($"{i}", "0 2 * * *");
        Assert.Equal(ChainStatus.Open, _chain.State.Chain);
        await CommitAsync("one too many", "0 2 * * *");
        Assert.Equal((ChainStatus.Suspect, SuspicionCause.CommitsTooOften),
            (_chain.State.Chain, _chain.State.Gate!.Verdict!.Suspect!.Value));
        // Who opens it has seen them.
        _chain.Resume();
        await CommitAsync("after", "0 2 * * *");
        Assert.Equal(ChainStatus.Open, _chain.State.Chain);
    }

    [Fact]
    public async Task Without_a_schedule_any_number_of_commits_is_as_good_as_another()
    {
        for (var i = 0; i < 9; i++) await CommitAsync($"{i}");
        Assert.Equal(ChainStatus.Open, _chain.State.Chain);
    }

    public void Dispose() => _chain.Dispose();

    /// <summary>An old snapshot of three objects, and a new one of two and one of the old one's; only the newest is to stay.</summary>
    private async Task<(AgentsRun Old, AgentsRun Kept, ObjectName Shared)> TwoSnapshotsAsync()
    {
        await _chain.TellAsync(new ChooseRetention(
            ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, OnlyTheNewest, 30, Named.Ada));
        var old = await CommitAsync("old");
        var shared = old.Needed[2].Name;
        var kept = new AgentsRun(_chain, "kept");
        await kept.WholeAsync(2);
        await kept.ReuseAsync(shared);
        Assert.IsType<SnapshotKept>(await _chain.DoAsync(kept.Commit()));
        return (old, kept, shared);
    }

    /// <summary>To the day at which what has expired may be marked.</summary>
    private async Task ExpireAsync()
    {
        _chain.Now = Now.AddDays(31);
        await _chain.SweepAsync();
        _chain.Now = Now.AddDays(38);
    }

    private async Task<AgentsRun> CommitAsync(string name, string? schedule = null)
    {
        var run = new AgentsRun(_chain, name);
        Assert.IsType<RunProceeds>(await _chain.DoAsync(run.Begin() with { Schedule = schedule }));
        await run.WholeAsync(3, schedule);
        Assert.IsType<SnapshotKept>(await _chain.DoAsync(run.Commit()));
        return run;
    }

    private IReadOnlyList<ChainSnapshot> Chain() =>
        _chain.Store.ChainAsync(ChainUnderTest.Server, ChainExtent.Of(_chain.State), default).GetAwaiter().GetResult();

    private async Task AssertHasAsync(IEnumerable<ObjectName> names, bool has)
    {
        foreach (var name in names) Assert.Equal((name, has), (name, await _chain.HasAsync(name)));
    }
}
