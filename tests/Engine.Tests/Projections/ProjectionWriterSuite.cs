using System.Data.Common;
using System.Text;
using CsCheck;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Projections;

/// <summary>Laws of carrying the journal into real tables, whichever store has them.</summary>
public abstract class ProjectionWriterSuite
{
    /// <summary>Empty tables; those that were given before are not used any more.</summary>
    protected abstract IProjectionStore NewStore();

    /// <summary>The audit logs of tables that were given.</summary>
    protected abstract IAuditLog LogsOf(IProjectionStore store);

    /// <summary>The changes of tables that were given.</summary>
    protected abstract IChangeLog ChangesOf(IProjectionStore store);

    /// <summary>Makes the tables given last refuse every server.</summary>
    protected abstract void RefuseServers();

    /// <summary>Makes them take servers again.</summary>
    protected abstract void TakeServers();

    /// <summary>How many tables there can be at a time; -1 is any number.</summary>
    protected virtual int Threads => -1;

    [Fact]
    public void However_the_journal_is_cut_and_the_writer_restarted_the_tables_are_the_same() =>
        Gen.Select(JournalScript.Journals, Gen.Int[1, 9], Gen.Int[0, 3]).Sample((journal, size, resend) =>
        {
            var store = NewStore();
            for (var from = 0; from < journal.Count; from += size)
            {
                // A new writer begins at the stored offset; what it is given overlaps with what is known.
                var writer = Writer(store, store.ReadOffsetAsync(default).Result, journal);
                writer.WriteAsync([.. journal.Skip(Math.Max(0, from - resend)).Take(size + Math.Min(from, resend))], default).Wait();
            }
            AssertHolds(store, journal);
            Assert.Equal(journal.Count == 0 ? 0 : journal[^1].Offset, store.ReadOffsetAsync(default).Result);
            // Nothing was lost on the way, so the logs are those of one reading, entry for entry.
            foreach (var team in JournalScript.Teams)
            {
                Assert.Equal(Texts(Told(journal).Where(entry => entry.Team == team)), Texts(Log(store, team)));
                var changes = Changed(journal).Where(change => change.Team == team)
                    .Select(change => new KeptChange(new ChangePlace(change.Number, change.AtMs), change.Change)).ToList();
                Assert.Equal(changes, ChangesOf(store).ReadAsync(team, 0, 1_000, default).Result);
                Assert.Equal(changes.Skip(2).Take(3), ChangesOf(store).ReadAsync(team, 2, 3, default).Result);
                var latest = ChangesOf(store).LatestAsync([team], default).Result;
                Assert.Equal(changes.Select(change => change.Place).LastOrDefault(), latest.GetValueOrDefault(team));
            }
        }, iter: 25, threads: Threads);

    [Fact]
    public void Events_that_were_never_delivered_are_read_as_soon_as_a_later_one_of_their_entity_comes() =>
        Gen.Select(JournalScript.Journals, Gen.Int[0, 9].Array[80]).Sample((journal, lost) =>
        {
            var store = NewStore();
            var last = journal.GroupBy(entry => entry.PersistenceId).Select(events => events.Last()).ToHashSet();
            var delivered = journal.Where((entry, i) => last.Contains(entry) || lost[i % lost.Length] > 2).ToList();
            var writer = Writer(store, 0, journal);
            foreach (var batch in delivered.Chunk(7)) writer.WriteAsync(batch, default).Wait();
            AssertHolds(store, journal);
        }, iter: 25, threads: Threads);

    [Fact]
    public void Events_that_no_later_one_follows_are_found_by_comparing_heads() =>
        Gen.Select(JournalScript.Journals, Gen.Int[0, 9].Array[80], Gen.Int[1, 4]).Sample((journal, lost, page) =>
        {
            var store = NewStore();
            var writer = Writer(store, 0, journal);
            foreach (var batch in journal.Where((_, i) => lost[i % lost.Length] > 2).Chunk(7)) writer.WriteAsync(batch, default).Wait();
            var offset = writer.Offset;
            var heads = journal.GroupBy(entry => entry.PersistenceId)
                .Select(events => new JournalHead(events.Key, events.Max(entry => entry.SequenceNr)))
                .OrderBy(head => head.PersistenceId, StringComparer.Ordinal).ToList();
            // Servers come before teams in this order: what a team's journal brings in one pass, its servers find in the next.
            for (var pass = 0; pass < 2; pass++)
                foreach (var paged in heads.Chunk(page)) writer.ReconcileAsync(paged, default).Wait();
            AssertHolds(store, journal);
            Assert.Equal((offset, offset), (writer.Offset, store.ReadOffsetAsync(default).Result));
            foreach (var paged in heads.Chunk(page)) Assert.Equal(0, writer.ReconcileAsync(paged, default).Result);
        }, iter: 25, threads: Threads);

    [Fact]
    public async Task A_team_that_nobody_founded_is_read_once_and_not_at_every_comparison()
    {
        var store = NewStore();
        var reads = 0;
        var invited = JournalScript.Full.Where(entry => entry.Event is InvitationIssued).Take(1).ToList();
        var writer = new ProjectionWriter(store, 0, (_, _, _) =>
        {
            reads++;
            return Task.FromResult<IReadOnlyList<JournalEntry>>(invited);
        });
        JournalHead[] heads = [new(invited[0].PersistenceId, invited[0].SequenceNr)];
        await writer.ReconcileAsync(heads, default);
        await writer.ReconcileAsync(heads, default);
        Assert.Equal(1, reads);
        Assert.False(await store.AnyTeamAsync(default));
    }

    [Fact]
    public async Task When_a_row_is_refused_half_way_nothing_of_the_batch_is_kept_and_the_next_try_tells_all_of_it()
    {
        var journal = JournalScript.Full;
        var store = NewStore();
        RefuseServers();
        var writer = Writer(store, 0, journal);
        await Assert.ThrowsAnyAsync<DbException>(() => writer.WriteAsync(journal, default));
        Assert.Equal((0L, 0L), (writer.Offset, await store.ReadOffsetAsync(default)));
        Assert.False(await store.AnyTeamAsync(default));

        TakeServers();
        await writer.WriteAsync(journal, default);
        AssertHolds(store, journal);
    }

    [Fact]
    public async Task Of_a_teams_changes_the_newest_thousand_are_kept()
    {
        var (store, team, pid) = (NewStore(), JournalScript.Teams[0], JournalScript.TeamPid(JournalScript.Teams[0]));
        var start = JournalScript.Full.Where(entry => entry.PersistenceId == pid).Take(2).ToList();
        var many = Enumerable.Range(3, ChangeRows.Kept + 20).Select(number => new JournalEntry(
            1_000 + number, pid, number, new PlanSet(number, Named.Noon.AddSeconds(number), Named.Ada)));
        foreach (var batch in start.Concat(many).Chunk(400))
            await Writer(store, await store.ReadOffsetAsync(default), []).WriteAsync(batch, default);
        var kept = await ChangesOf(store).ReadAsync(team, 0, 2_000, default);
        Assert.Equal((ChangeRows.Kept, 23L, ChangeRows.Kept + 22L), (kept.Count, kept[0].Place.Number, kept[^1].Place.Number));
        Assert.Equal(new Change("team.plan-set", "team", team.Value), kept[0].Change);
        Assert.Empty(await ChangesOf(store).ReadAsync(JournalScript.Teams[1], 0, 2_000, default));
        Assert.Equal([team], (await ChangesOf(store).LatestAsync(JournalScript.Teams, default)).Keys);
    }

    [Fact]
    public async Task A_second_projection_is_stopped_by_the_offset()
    {
        var store = NewStore();
        var journal = JournalScript.Full;
        var (one, other) = (Writer(store, 0, journal), Writer(store, 0, journal));
        await one.WriteAsync([journal[0]], default);
        await Assert.ThrowsAsync<ProjectionMovedException>(() => other.WriteAsync(journal, default));
        Assert.Equal(journal[0].Offset, await store.ReadOffsetAsync(default));
    }

    [Fact]
    public async Task A_journal_that_lacks_events_is_an_error_and_not_a_guess()
    {
        var store = NewStore();
        var holed = JournalScript.Full.Where((_, i) => i != 1).ToList();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Writer(store, 0, holed).WriteAsync(holed, default));
        Assert.Equal(0, await store.ReadOffsetAsync(default));
    }

    private static ProjectionWriter Writer(IProjectionStore store, long offset, IReadOnlyList<JournalEntry> journal) =>
        new(store, offset, (id, from, to) => Task.FromResult<IReadOnlyList<JournalEntry>>(
            [.. journal.Where(entry => entry.PersistenceId == id && entry.SequenceNr >= from && entry.SequenceNr <= to)]));

    private void AssertHolds(IProjectionStore store, IReadOnlyList<JournalEntry> journal)
    {
        AssertLogsHold(store, journal);
        var expected = new ProjectedRows();
        foreach (var entry in journal) ProjectionRules.Tell(expected, entry);
        var actual = store.LoadAsync(JournalScript.Teams, JournalScript.Servers, AuditWanted.Nothing, default).Result;
        foreach (var team in JournalScript.Teams) Assert.Equal(expected.Find(team), actual.Find(team));
        foreach (var server in JournalScript.Servers) Assert.Equal(expected.Find(server), actual.Find(server));
    }

    /// <summary>
    /// Each event that is told stands in its team's log once, in its entity's order, and the chain and its head are whole. Entities may
    /// stand in another order than in the journal where events came late.
    /// </summary>
    private void AssertLogsHold(IProjectionStore store, IReadOnlyList<JournalEntry> journal)
    {
        var told = Told(journal);
        foreach (var team in JournalScript.Teams)
        {
            var log = Log(store, team);
            Assert.Equal(told.Where(entry => entry.Team == team).Select(EventOf).Order(), log.Select(EventOf).Order());
            foreach (var events in log.Select(EventOf).GroupBy(source => source.Entity)) Assert.Equal(events.Order(), events);
            var head = LogsOf(store).HeadAsync(team, default).Result;
            Assert.Equal(log.Count == 0 ? null : Convert.ToHexString(log[^1].Hash),
                head is null ? null : Convert.ToHexString(head.Vouched!.Head.Hash));
            var hash = AuditChain.Start(team);
            foreach (var entry in log) Assert.Equal(hash = AuditChain.Next(hash, entry.Canonical), entry.Hash);
        }
    }

    private List<ChainedEntry> Log(IProjectionStore store, TeamId team) =>
        [.. LogsOf(store).ReadAsync(team, 0, long.MaxValue, 1_000, default).Result.Select(entry => entry.Entry!)];

    private static IReadOnlyList<ChainedEntry> Told(IReadOnlyList<JournalEntry> journal) => Rows(journal).Added;

    private static IReadOnlyList<NumberedChange> Changed(IReadOnlyList<JournalEntry> journal) => Rows(journal).Changes.Added;

    private static AuditRows Rows(IReadOnlyList<JournalEntry> journal)
    {
        var rows = new ProjectedRows([], [], new AuditRows([], []));
        foreach (var entry in journal) ProjectionRules.Tell(rows, entry);
        return rows.Audit!;
    }

    private static IEnumerable<string> Texts(IEnumerable<ChainedEntry> log) =>
        log.Select(entry => Encoding.UTF8.GetString(entry.Canonical));

    private static (string Entity, long Number) EventOf(ChainedEntry entry)
    {
        var source = CanonicalJson.TryRead(entry.Canonical)!["event"]!;
        return ((string)source["entity"]!, (long)source["number"]!);
    }
}
