using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Backups;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <content>What retention reads and writes.</content>
public abstract partial class BackupStoreSuite
{
    private const int Noticed = 1, Marked = 2;

    [Fact]
    public async Task What_a_kept_snapshot_or_an_open_run_needs_is_needed_and_the_rest_is_restless()
    {
        await CommitAsync(Mine, "old", 1, New("a"), New("b"));
        await CommitAsync(Mine, "new", 2, New("c"));
        await AnnounceAsync(Mine, "open", [New("d")], [Name("a")]);
        await AnnounceAsync(Mine, "dead", [New("e", 7)], []);
        Assert.Equal(["e"], await RestlessAsync(new(2, 0), "open"));
        Assert.Equal(["d", "e"], (await RestlessAsync(new(2, 0), "")).Order());
        // Beyond the head is a commit that never came to be.
        Assert.Equal(["c", "e"], (await RestlessAsync(new(1, 0), "open")).Order());
        await SweepAsync(Mine, new SweepWrites(1, Now) { Expired = [new(Id("old"), 1, Now, FateReason.BeyondCounts)] });
        Assert.Equal(["b", "e"], (await RestlessAsync(new(2, 1), "open")).Order());
        // Before the journal has the step, it has not expired.
        Assert.Equal(["e"], await RestlessAsync(new(2, 0), "open"));
        var chain = await Store.ChainAsync(Mine, new(2, 1), default);
        Assert.Equal([(Id("new"), null), (Id("old"), FateReason.BeyondCounts)], chain.Select(item => (item.Snapshot.Snapshot, item.Why)));
        Assert.Equal([null, Now], chain.Select(item => item.ExpiredAt));
    }

    [Fact]
    public async Task A_notice_and_a_mark_count_once_their_step_came_to_be_and_the_next_step_takes_back_those_that_did_not()
    {
        await CommitAsync(Mine, "old", 1, New("a"), New("b"));
        await SweepAsync(Mine, new SweepWrites(1, Now)
        {
            Expired = [new(Id("old"), 1, Now, FateReason.NotFirstOfSlot)],
            Noticed = [Name("a"), Name("b")],
        });
        await SweepAsync(Mine, new SweepWrites(Marked, Now.AddDays(7)) { Marked = [Name("a")] });
        Assert.Equal([(Now, false), (Now, false)], Standings(await PageAsync(new(1, Noticed), ObjectsWanted.All)));
        Assert.Equal([Name("a")], (await PageAsync(new(1, Marked), ObjectsWanted.Marked)).Select(item => item.Name));
        Assert.Equal([Name("b")], (await PageAsync(new(1, Marked), ObjectsWanted.Restless)).Select(item => item.Name));
        Assert.Empty(await Store.ChainAsync(Mine, new(1, Marked), default));
        Assert.Single(await Store.ChainAsync(Mine, new(1, Noticed), default));
        var space = await Store.SpaceAsync(Mine, Marked, Now, default);
        Assert.Equal((new ObjectSum(2, 200), new ObjectSum(1, 100), new ObjectSum(1, 100), Now),
            (space.Total, space.Noticed, space.Marked, space.FirstNoticedAt));
        Assert.Equal((2, 0), ((await Store.SpaceAsync(Mine, Noticed, Now, default)).Noticed.Objects, space.Live.Objects));
        // Another step of the same number: what the dead one wrote is as if it had not been.
        await SweepAsync(Mine, new SweepWrites(Marked, Now) { Unnoticed = [Name("b")] });
        Assert.Equal([(Now, false), (null, false)],
            Standings(await PageAsync(new(1, Marked), ObjectsWanted.All)).OrderByDescending(item => item.At));
        Assert.Single(await Store.ChainAsync(Mine, new(1, Marked), default));
    }

    [Fact]
    public async Task What_is_named_again_has_neither_notice_nor_mark_and_what_is_cancelled_has_none_of_those_that_can_be_taken_back()
    {
        await CommitAsync(Mine, "old", 1, New("a"), New("b"), New("c"), New("d"));
        await SweepAsync(Mine, new SweepWrites(1, Now)
        {
            Expired = [new(Id("old"), 1, Now, FateReason.BeyondCounts)],
            Noticed = [Name("a"), Name("b"), Name("c"), Name("d")],
        });
        await AnnounceAsync(Mine, "next", [New("a")], [Name("b")]);
        Assert.Equal(["c", "d"], (await RestlessAsync(new(1, 1), "next")).Order());
        await SweepAsync(Mine, new SweepWrites(2, Now) { BringsBack = true });
        Assert.Empty(await RestlessAsync(new(1, 1), "next"));
        Assert.Null((await Store.ChainAsync(Mine, new(1, 1), default))[0].ExpiredAt);
        await SweepAsync(Mine, new SweepWrites(2, Now) { Noticed = [Name("c")] });
        await SweepAsync(Mine, new SweepWrites(3, Now) { Marked = [Name("c")] });
        await SweepAsync(Mine, new SweepWrites(4, Now) { BringsBack = true });
        Assert.Equal([(Name("c"), 3L)], (await FindAsync(Mine, "x", Name("c"))).Known.Select(row => (row.Key, row.Value.MarkedBy!.Value)));
    }

    [Fact]
    public async Task What_went_is_forgotten_with_all_that_needed_it_and_no_neighbour_loses_a_row()
    {
        foreach (var server in Others.Prepend(Mine))
        {
            await CommitAsync(server, "old", 1, New("a"), New("b"));
            await AnnounceAsync(server, "dead", [New("e")], []);
            await SweepAsync(server, new SweepWrites(1, Now)
            {
                Expired = [new(Id("old"), 1, Now, FateReason.BeyondCounts)],
                Noticed = [Name("a")],
            });
        }
        await SweepAsync(Mine, new SweepWrites(2, Now) { Marked = [Name("a")] });
        await SweepAsync(Mine, new SweepWrites(3, Now) { ForgetAllBut = [Id("open")], Deleted = Standing("a") });
        Assert.Empty((await FindAsync(Mine, "old", Name("a"))).Known);
        Assert.Empty(await NeededAsync(Mine, "old"));
        Assert.Empty(await NeededAsync(Mine, "dead"));
        Assert.Empty(await Store.ChainAsync(Mine, new(9, 3), default));
        await SweepAsync(Mine, new SweepWrites(4, Now) { Deleted = Standing("b", "e"), Wipes = true });
        Assert.Empty(await PageAsync(new(9, 3), ObjectsWanted.All));
        foreach (var other in Others)
        {
            Assert.Equal(2, (await NeededAsync(other, "old")).Count);
            Assert.Single(await NeededAsync(other, "dead"));
            Assert.Equal((3, 1), ((await Store.SpaceAsync(other, 1, Now, default)).Total.Objects,
                (await Store.SpaceAsync(other, 1, Now, default)).Noticed.Objects));
            Assert.NotNull((await Store.ChainAsync(other, new(9, 1), default))[0].ExpiredAt);
        }
        Assert.Equal(Others.Order(ByAddress), await Sweeps.ServersAsync(null, 9, default));
    }

    [Fact]
    public async Task What_the_vault_refuses_to_delete_is_asked_for_again_when_its_time_is_over_and_not_before()
    {
        await CommitAsync(Mine, "old", 1, New("a"), New("b"));
        await SweepAsync(Mine, new SweepWrites(1, Now) { Noticed = [Name("a"), Name("b")] });
        await SweepAsync(Mine, new SweepWrites(2, Now) { Marked = [Name("a"), Name("b")] });
        await SweepAsync(Mine, new SweepWrites(3, Now)
        {
            Held = [new(Name("a"), 100, Now.AddDays(2)), new(Name("b"), 100, Now.AddDays(1))],
        });
        var question = new ObjectQuestion(new(1, 2), [], ObjectsWanted.Marked, null, 9);
        foreach (var (at, count) in ((DateTimeOffset, int)[])[(Now, 0), (Now.AddDays(1), 1), (Now.AddDays(2), 2)])
        {
            Assert.Equal(count, (await Store.StandingAsync(Mine, question with { HeldAt = at }, default)).Count);
            var space = await Store.SpaceAsync(Mine, 2, at, default);
            DateTimeOffset? until = count == 2 ? null : Now.AddDays(2);
            Assert.Equal((2, new HeldSum(new(2 - count, 100 * (2 - count)), until)), (space.Marked.Objects, space.Held));
        }
        Assert.Equal(2, (await Store.StandingAsync(Mine, question, default)).Count);
    }

    [Fact]
    public async Task Every_server_with_objects_has_its_turn_once_a_day_at_a_time_of_its_own()
    {
        foreach (var server in Others.Prepend(Mine))
        {
            await AnnounceAsync(server, "run", [New("a")], []);
            await AnnounceAsync(server, "run", [New("b")], []);
        }
        Assert.Empty(await Sweeps.DueAsync(Now, 9, default));
        var first = SweepTime.After(Mine, Now);
        Assert.Contains(Mine, await Sweeps.DueAsync(first, 9, default));
        Assert.DoesNotContain(Mine, await Sweeps.DueAsync(first.AddSeconds(-1), 9, default));
        Assert.Equal(3, (await Sweeps.DueAsync(Now.AddDays(1), 9, default)).Count);
        await Sweeps.MoveAsync(Mine, SweepTime.After(Mine, first), default);
        Assert.Equal(2, (await Sweeps.DueAsync(Now.AddDays(1), 9, default)).Count);
        Assert.Contains(Mine, await Sweeps.DueAsync(first.AddDays(1), 9, default));
        var all = new List<ServerKey>();
        while (await Sweeps.ServersAsync(all.Count == 0 ? null : all[^1], 1, default) is [var next]) all.Add(next);
        Assert.Equal(Others.Append(Mine).Order(ByAddress), all);
    }

    private static Comparer<ServerKey> ByAddress =>
        Comparer<ServerKey>.Create((left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    private async Task CommitAsync(ServerKey server, string run, long number, params AnnouncedObject[] objects)
    {
        await AnnounceAsync(server, run, objects, []);
        await KeepAsync(server, run, number);
    }

    private Task SweepAsync(ServerKey server, SweepWrites sweep) =>
        Store.WriteAsync(server, new BackupWrites(null) { Sweep = sweep }, default);

    private async Task<string[]> RestlessAsync(ChainExtent extent, string open)
    {
        var names = new[] { "a", "b", "c", "d", "e" }.ToDictionary(name => Name(name));
        var question = new ObjectQuestion(extent, open.Length == 0 ? [] : [Id(open)], ObjectsWanted.Restless, null, 9);
        return [.. (await Store.StandingAsync(Mine, question, default)).Select(item => names[item.Name])];
    }

    private Task<IReadOnlyList<StandingObject>> PageAsync(ChainExtent extent, ObjectsWanted wanted) =>
        Store.StandingAsync(Mine, new ObjectQuestion(extent, [], wanted, null, 9), default);

    private static StandingObject[] Standing(params string[] names) =>
        [.. names.Select(name => new StandingObject(Name(name), 100, new ObjectStanding(false, Now, true)))];

    private static List<(DateTimeOffset? At, bool IsMarked)> Standings(IEnumerable<StandingObject> page) =>
        [.. page.Select(item => (item.Standing.NoticedAt, item.Standing.IsMarked))];
}
