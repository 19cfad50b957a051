using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>What every store of backups must do; each database runs these same tests.</summary>
public abstract partial class BackupStoreSuite
{
    private static readonly ServerKey Mine = new(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"));

    /// <summary>Others whose rows must never be seen or touched.</summary>
    private static readonly ServerKey[] Others =
        [Mine with { Server = Named.Id<ServerId>("neighbour") }, Mine with { Team = Named.Id<TeamId>("stranger") }];

    /// <summary>The store, empty.</summary>
    protected abstract IBackupStore Store { get; }

    /// <summary>The list of sweeps beside it.</summary>
    protected abstract ISweepList Sweeps { get; }

    [Fact]
    public async Task What_was_announced_is_known_and_needed_by_its_run_alone()
    {
        await AnnounceAsync(Mine, "run", [New("a"), New("b", 7)], []);
        var rows = await FindAsync(Mine, "run", Name("a"), Name("b"), Name("c"));
        Assert.Equal(new[] { Name("a"), Name("b") }.ToHashSet(), rows.Known.Keys.ToHashSet());
        Assert.Equal((7L, true), (rows.Known[Name("b")].Size, rows.Known[Name("b")].InRun));
        Assert.Equal(Named.Bytes("b"), rows.Known[Name("b")].Sha256);
        Assert.False((await FindAsync(Mine, "other", Name("a"))).Known[Name("a")].InRun);
        Assert.Equal([Name("a"), Name("b")], (await NeededAsync(Mine, "run")).Select(needed => needed.Name).Order(ByText));
        Assert.Empty(await NeededAsync(Mine, "other"));
    }

    [Fact]
    public async Task Announced_twice_is_announced_once_and_the_later_ticket_counts()
    {
        await AnnounceAsync(Mine, "run", [New("a")], [], Now.AddMinutes(15));
        await AnnounceAsync(Mine, "run", [New("a")], [], Now.AddMinutes(20));
        await AnnounceAsync(Mine, "run", [New("a")], [], null);
        Assert.Equal(Now.AddMinutes(20), (await FindAsync(Mine, "run", Name("a"))).Known[Name("a")].TicketUntil);
        Assert.Single(await NeededAsync(Mine, "run"));
    }

    [Fact]
    public async Task A_reused_object_is_needed_with_the_size_it_was_announced_with()
    {
        await AnnounceAsync(Mine, "first", [New("a", 7)], []);
        await AnnounceAsync(Mine, "second", [New("b", 5)], [Name("a")]);
        Assert.Equal(12, (await NeededAsync(Mine, "second")).Sum(needed => needed.Size));
    }

    [Fact]
    public async Task A_needed_set_is_read_in_pages_without_a_gap_or_a_double()
    {
        AnnouncedObject[] all = [.. Enumerable.Range(0, 300).Select(i =>
            new AnnouncedObject(Name($"{i}", ObjectName.Kinds[i % 3]), i + 1, Named.Bytes($"{i}")))];
        await AnnounceAsync(Mine, "run", all, []);
        foreach (var size in (int[])[1, 7, 100, 300, 301])
        {
            var read = new List<ObjectName>();
            IReadOnlyList<NeededObject> page;
            do
            {
                page = await Store.NeededAsync(Mine, Id("run"), read.Count == 0 ? null : read[^1], size, default);
                read.AddRange(page.Select(needed => needed.Name));
            }
            while (page.Count == size);
            Assert.Equal(all.Select(announced => announced.Name).Order(ByText), read.Order(ByText));
        }
    }

    [Fact]
    public async Task Living_tickets_are_those_whose_time_is_not_over()
    {
        await AnnounceAsync(Mine, "run", [New("a")], [], Now.AddMinutes(15));
        await AnnounceAsync(Mine, "run", [New("b")], [], Now.AddMinutes(16));
        await AnnounceAsync(Mine, "run", [New("c")], [], null);
        Assert.Equal([Name("b")], (await Store.FindAsync(Mine, Id("x"), [], Now.AddMinutes(15), default)).LivingTickets);
        Assert.Equal(2, (await Store.FindAsync(Mine, Id("x"), [], Now, default)).LivingTickets.Count);
    }

    [Fact]
    public async Task Snapshots_are_listed_newest_first_up_to_a_number_and_found_by_id()
    {
        foreach (var number in (long[])[1, 2, 3]) await KeepAsync(Mine, $"run {number}", number);
        Assert.Equal([Id("run 2"), Id("run 1")], (await ChainAsync(Mine, 2)).Select(item => item.Snapshot));
        Assert.Empty(await ChainAsync(Mine, 0));
        Assert.Equal(Snapshot("run 3", 3), await Store.FindSnapshotAsync(Mine, Id("run 3"), default));
        Assert.Null(await Store.FindSnapshotAsync(Mine, Id("none"), default));
    }

    [Fact]
    public async Task A_commit_takes_the_place_of_one_that_never_came_to_be()
    {
        await KeepAsync(Mine, "first", 1);
        await KeepAsync(Mine, "lost", 2);
        await KeepAsync(Mine, "second", 2);
        Assert.Equal([Id("second"), Id("first")], (await ChainAsync(Mine, 9)).Select(item => item.Snapshot));
        await KeepAsync(Mine, "second", 2);
        Assert.Equal(2, (await ChainAsync(Mine, 9)).Count);
    }

    [Fact]
    public async Task Who_is_due_is_told_in_order_and_moves_with_each_write()
    {
        await Store.WriteAsync(Mine, new BackupWrites(Now.AddHours(2)), default);
        await Store.WriteAsync(Others[0], new BackupWrites(Now.AddHours(1)), default);
        Assert.Empty(await Store.DueAsync(Now, 9, default));
        Assert.Equal([Others[0], Mine], await Store.DueAsync(Now.AddHours(2), 9, default));
        Assert.Equal([Others[0]], await Store.DueAsync(Now.AddHours(2), 1, default));
        await Store.WriteAsync(Others[0], new BackupWrites(null), default);
        await Store.WriteAsync(Mine, new BackupWrites(Now.AddHours(3)), default);
        Assert.Empty(await Store.DueAsync(Now.AddHours(2), 9, default));
    }

    [Fact]
    public async Task No_server_sees_or_touches_what_another_one_has()
    {
        foreach (var server in Others.Prepend(Mine))
        {
            await AnnounceAsync(server, "run", [New("a", server == Mine ? 100 : 77)], [], Now.AddMinutes(15));
            await KeepAsync(server, "run", 1);
        }
        await AnnounceAsync(Others[1], "run", [New("theirs", 1000)], [], Now.AddMinutes(15));
        await KeepAsync(Mine, "mine", 1);
        Assert.Equal(100, (await FindAsync(Mine, "run", Name("a"))).Known[Name("a")].Size);
        Assert.Empty((await FindAsync(Mine, "run", Name("theirs"))).Known);
        Assert.Equal([Name("a")], (await FindAsync(Mine, "run")).LivingTickets);
        Assert.Single(await NeededAsync(Mine, "run"));
        Assert.Equal([Id("mine")], (await ChainAsync(Mine, 9)).Select(item => item.Snapshot));
        foreach (var other in Others)
            Assert.Equal([Id("run")], (await ChainAsync(other, 9)).Select(item => item.Snapshot));
        Assert.Equal((177L, 1077L), (await Store.TeamBytesAsync(Mine.Team, default), await Store.TeamBytesAsync(Others[1].Team, default)));
        Assert.Equal(0, await Store.TeamBytesAsync(Named.Id<TeamId>("nobody"), default));
    }

    [Fact]
    public async Task Evidence_is_found_by_its_number_and_only_the_newest_is_kept()
    {
        foreach (var server in Others) await JudgeAsync(server, 1, "theirs");
        Assert.Null(await Store.EvidenceAsync(Mine, 1, default));
        for (var number = 1; number <= KeptEvidence.KeptAtMost + 2; number++) await JudgeAsync(Mine, number, $"run {number}");
        Assert.Null(await Store.EvidenceAsync(Mine, 2, default));
        var row = (await Store.EvidenceAsync(Mine, 3, default))!;
        Assert.Equal((Id("run 3"), Now, "evidence of run 3"), (row.Run, row.At, System.Text.Encoding.UTF8.GetString(row.Gate)));
        foreach (var server in Others)
            Assert.Equal("evidence of theirs", System.Text.Encoding.UTF8.GetString((await Store.EvidenceAsync(server, 1, default))!.Gate));
    }

    [Fact]
    public async Task Evidence_takes_the_place_of_one_whose_decision_never_came_to_be()
    {
        await JudgeAsync(Mine, 1, "kept");
        await JudgeAsync(Mine, 2, "lost");
        await JudgeAsync(Mine, 2, "second");
        Assert.Equal(Id("second"), (await Store.EvidenceAsync(Mine, 2, default))!.Run);
        Assert.Equal(Id("kept"), (await Store.EvidenceAsync(Mine, 1, default))!.Run);
    }

    protected Task JudgeAsync(ServerKey server, long number, string run) => Store.WriteAsync(
        server, new BackupWrites(null, Evidence: new KeptEvidence(
            number, Id(run), Now, System.Text.Encoding.UTF8.GetBytes($"evidence of {run}"))), default);

    protected Task AnnounceAsync(
        ServerKey server, string run, AnnouncedObject[] objects, ObjectName[] reused, DateTimeOffset? until = null) => Store.WriteAsync(
        server, new BackupWrites(null, new Announcement(Id(run), [.. objects.Select(announced => (announced, until))], reused, Now)),
        default);

    protected Task KeepAsync(ServerKey server, string run, long number, byte[]? gate = null) =>
        Store.WriteAsync(server, new BackupWrites(null, Kept: new KeptSnapshot(Snapshot(run, number), gate)), default);

    private static Comparer<ObjectName> ByText =>
        Comparer<ObjectName>.Create((left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    private static CommittedSnapshot Snapshot(string run, long number) =>
        new(Id(run), number, (int)number, Root(run), "0011223344556677", 3, 1000, Now);

    private async Task<IReadOnlyList<CommittedSnapshot>> ChainAsync(ServerKey server, long upTo) =>
        [.. (await Store.ChainAsync(server, new ChainExtent(upTo, 0), default)).Select(item => item.Snapshot)];

    private Task<ObjectRows> FindAsync(ServerKey server, string run, params ObjectName[] names) =>
        Store.FindAsync(server, Id(run), names, Now, default);

    private Task<IReadOnlyList<NeededObject>> NeededAsync(ServerKey server, string run) =>
        Store.NeededAsync(server, Id(run), null, 1000, default);
}
