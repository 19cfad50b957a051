using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Storage.Sqlite;
using HostAtlas.Engine.Tests.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>What the actor adds to the decisions: order, answers, the door's part, faults, restarts.</summary>
public sealed class BackupActorTests : TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly ServerKey Server = new(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"));

    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new(Named.Noon);
    private readonly DirectoryVaultUnderTest _vault;
    private readonly HeldStore _store;
    private readonly TestProbe _shard, _doors;
    private IActorRef _chain;

    public BackupActorTests() : base("""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """)
    {
        var file = new DataFile(_folder.Path);
        file.Prepare();
        _vault = new DirectoryVaultUnderTest(_folder.Path);
        _store = new HeldStore(new SqliteBackupStore(file, SqliteStoreUnderTest.NewSeals(file)));
        (_shard, _doors) = (CreateTestProbe(), CreateTestProbe());
        _chain = Start();
    }

    [Fact]
    public void A_whole_run_is_begun_sent_committed_and_listed()
    {
        Begin("run");
        var root = AgentsRun.Announced(Root("run"));
        var granted = Ask<UploadsGranted>(new UploadsPayload(Id("run"), [root], []));
        Assert.Contains($"/vault/{Server.Team}/{Server.Server}/{root.Name}?", Assert.Single(granted.Tickets).Url, StringComparison.Ordinal);
        Assert.Equal(RefusalKind.ObjectMissing, Ask<Refused>(Commit("run", root)).Kind);
        Put(root);
        Assert.Equal(1, Ask<SnapshotKept>(Commit("run", root)).Generation);
        var item = Assert.Single(Ask<SnapshotsListed>(new ListPayload()).Items);
        Assert.Equal((Id("run"), root.Name, root.Size), (item.Snapshot, item.SnapshotObject, item.Bytes));
        var downloads = Ask<DownloadsGranted>(new DownloadsPayload([root.Name, Name("nothing")]));
        Assert.Equal(("GET", root.Name), (Assert.Single(downloads.Tickets).Method, downloads.Tickets[0].Name));
        Assert.Equal([Name("nothing")], downloads.Gone);
    }

    [Fact]
    public void The_door_hears_whether_a_signature_is_spent()
    {
        Begin("run", settled: true);
        Ask<Refused>(Request(new UploadsPayload(Id("never begun"), [], []), "two"), settled: false);
        Ask<SnapshotsListed>(Request(new ListPayload(), "three"), settled: true);
    }

    [Fact]
    public void Requests_are_carried_out_one_after_the_other()
    {
        Begin("run");
        var root = AgentsRun.Announced(Root("run"));
        Put(root);
        _store.Hold();
        _chain.Tell(Request(new UploadsPayload(Id("run"), [root], []), "uploads"), TestActor);
        _chain.Tell(Request(Commit("run", root), "commit"), TestActor);
        ExpectNoMsg(TimeSpan.FromMilliseconds(200));
        // An upload that is about to be named does not wait behind them.
        Assert.IsType<Done>(AskToKeep());
        _store.LetGo();
        Assert.Single(ExpectMsg<UploadsGranted>(Soon).Present);
        ExpectMsg<SnapshotKept>(Soon);
    }

    [Fact]
    public void A_store_that_is_away_is_busy_nothing_is_changed_and_the_next_request_works()
    {
        Begin("run");
        var root = AgentsRun.Announced(Root("run"));
        _store.Fault = new IOException("away");
        Assert.Equal(RefusalKind.EngineBusy, Ask<Refused>(Request(new UploadsPayload(Id("run"), [root], []), "one"), settled: false).Kind);
        _store.Fault = null;
        Ask<UploadsGranted>(new UploadsPayload(Id("run"), [root], []));
        Assert.Single(Events<ObjectsAnnounced>());
    }

    [Fact]
    public void After_a_restart_a_spent_request_is_a_replay_and_the_run_goes_on()
    {
        var begin = Request(new BeginPayload(Id("run"), null, null), "begin");
        Ask<RunProceeds>(begin, settled: true);
        Restart();
        Assert.Equal(RefusalKind.RequestReplayed, Ask<Refused>(begin with { Call = Guid.Empty }, settled: true).Kind);
        Ask<RunProceeds>(begin, settled: true);
        Ask<UploadsGranted>(new UploadsPayload(Id("run"), [New("a")], []));
        Assert.Equal("RequestAdmitted", Events<object>()[0].GetType().Name);
    }

    [Fact]
    public async Task Silence_is_found_by_being_looked_for_and_the_row_of_what_is_due_moves_on()
    {
        Begin("run");
        Assert.Equal([Server], await _store.DueAsync(Named.Noon.AddHours(6), 9, default));
        Assert.Empty(await _store.DueAsync(Named.Noon.AddHours(5), 9, default));
        _chain.Tell(new CheckBackups(Server.Team, Server.Server), TestActor);
        Assert.Equal(ChainStatus.Open, Show().Chain);
        _time.Advance(TimeSpan.FromHours(6));
        _chain.Tell(new CheckBackups(Server.Team, Server.Server), TestActor);
        var shown = Show();
        Assert.Equal((ChainStatus.Suspect, HappeningKind.SuspectedRunVanished), (shown.Chain, shown.History[0].Kind));
        // The earlier of two times stands until somebody looks again: asleep for ever would be worse than woken for nothing.
        _chain.Tell(new CheckBackups(Server.Team, Server.Server), TestActor);
        Show();
        Assert.Empty(await _store.DueAsync(Named.Noon.AddDays(6), 9, default));
        Assert.Equal([Server], await _store.DueAsync(Named.Noon.AddDays(7), 9, default));
    }

    [Fact]
    public void A_frozen_chain_lets_no_object_in_and_an_unfrozen_one_does()
    {
        Begin("run");
        Freeze();
        Assert.Equal(RefusalKind.BackupsFrozen, Assert.IsType<Refused>(AskToKeep()).Kind);
        Assert.Equal(RefusalKind.BackupsFrozen, Ask<Refused>(new UploadsPayload(Id("run"), [New("a")], [])).Kind);
        Ask<SnapshotsListed>(new ListPayload());
        Restart();
        Assert.Equal(ChainStatus.Frozen, Show().Chain);
        Resume();
        Assert.IsType<Done>(AskToKeep());
        Assert.Equal(RefusalKind.Conflict, Ask<Refused>(new UploadsPayload(Id("run"), [New("a")], [])).Kind);
    }

    [Fact]
    public async Task Evidence_that_freezes_is_kept_over_a_restart_and_accepted_as_it_lies_there()
    {
        Begin("run");
        var root = AgentsRun.Announced(Root("run"));
        Ask<UploadsGranted>(new UploadsPayload(Id("run"), [root], []));
        Put(root);
        var hits = Evidence.Many("a", 60);
        var commit = Commit("run", root) with { Gate = Evidence.Of(hits).Json() };
        Assert.Equal(RefusalKind.BackupsFrozen, Ask<Refused>(Request(commit, "commit"), settled: true).Kind);
        Restart();
        var shown = Show();
        Assert.Equal((ChainStatus.Frozen, FreezeCause.HitShare, 1L),
            (shown.Chain, shown.Verdict!.Frozen!.Value, shown.Verdict.Evidence!.Value));
        Assert.Empty(Ask<SnapshotsListed>(new ListPayload()).Items);
        Assert.Equal(commit.Gate, (await _store.EvidenceAsync(Server, 1, default))!.Gate);
        Assert.Equal([Server], await _store.DueAsync(Named.Noon.AddDays(1), 9, default));
        _chain.Tell(new ResumeBackups(Server.Team, Server.Server, Named.Ada) { Reason = "seen", AcceptsAll = true }, TestActor);
        ExpectMsg<Done>(Soon);
        Restart();
        var proceeds = Ask<RunProceeds>(new BeginPayload(Id("next"), null, null));
        Assert.Equal((true, true), (proceeds.Learning, proceeds.NewEpoch));
        Assert.Equal(Evidence.Pairs(hits), proceeds.Accepted);
    }

    [Fact]
    public void A_sweep_deletes_what_a_dead_run_left_and_nothing_while_the_chain_is_suspect_or_frozen()
    {
        Begin("run");
        var left = AgentsRun.Announced(Name("left"));
        Ask<UploadsGranted>(new UploadsPayload(Id("run"), [left], []));
        Put(left);
        _time.Advance(TimeSpan.FromDays(8));
        _chain.Tell(new CheckBackups(Server.Team, Server.Server), TestActor);
        Assert.Equal(RetentionStop.Suspect, Sweep(SweepStep.Mark).Stop);
        Resume();
        Assert.Equal(1, Sweep(SweepStep.Mark).Noticed.Objects);
        _time.Advance(TimeSpan.FromDays(8));
        Assert.Equal(1, Sweep(SweepStep.Mark).Marked.Objects);
        Freeze();
        foreach (var step in Enum.GetValues<SweepStep>())
            Assert.Equal(new SweepDone(RetentionStop.Frozen), Sweep(step));
        Restart();
        Assert.Equal(new SweepDone(RetentionStop.Frozen), Sweep(SweepStep.Delete));
        Assert.True(File.Exists(_vault.PathOf(new(Server.Team, Server.Server, left.Name))));
        Resume();
        _store.Fault = new IOException("away");
        _chain.Tell(Sweeping(SweepStep.Delete), TestActor);
        Assert.Equal(RefusalKind.EngineBusy, ExpectMsg<Refused>(Soon).Kind);
        _store.Fault = null;
        // The vault had lost it by then: the row is deleted once more, and the journal has it once.
        Assert.Equal(1, Sweep(SweepStep.Delete).Deleted.Objects);
        Assert.False(File.Exists(_vault.PathOf(new(Server.Team, Server.Server, left.Name))));
        Assert.Single(Events<ObjectsDeleted>());
        Assert.Equal(0, Sweep(SweepStep.Delete).Deleted.Objects);
    }

    [Fact]
    public void A_server_without_backups_shows_none_and_leaves_at_once()
    {
        Assert.Empty(Ask<SnapshotsListed>(new ListPayload()).Items);
        _shard.ExpectMsg<Akka.Cluster.Sharding.Passivate>(Soon);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _vault.Dispose();
        _folder.Dispose();
    }

    private IActorRef Start()
    {
        var desk = new BackupDesk(_store, _vault.Vault, new EngineOptions { DataDirectory = _folder.Path, RootKey = new byte[32] });
        return _shard.ChildActorOf(Props.Create(() => new BackupActor(Server, _time, desk, TestSeals.Journal, () => _doors)));
    }

    private void Restart()
    {
        Watch(_chain);
        Sys.Stop(_chain);
        ExpectTerminated(_chain, Soon);
        _chain = Start();
    }

    private void Begin(string run, bool? settled = null) =>
        Ask<RunProceeds>(Request(new BeginPayload(Id(run), null, null), $"begin {run}"), settled);

    private T Ask<T>(IBackupPayload payload) => Ask<T>(Request(payload, $"{Guid.CreateVersion7()}"));

    private T Ask<T>(BackupRequest request, bool? settled = null)
    {
        _chain.Tell(request, TestActor);
        var reply = ExpectMsg<T>(Soon);
        if (settled is { } spent)
        {
            var heard = _doors.FishForMessage<RequestSettled>(message => message.Signature == request.Signature, Soon);
            Assert.Equal((Server.Team, Server.Server, spent), (heard.Team, heard.Server, heard.IsSpent));
        }
        return reply;
    }

    private SweepDone Sweep(SweepStep step)
    {
        _chain.Tell(Sweeping(step), TestActor);
        return ExpectMsg<SweepDone>(Soon);
    }

    private static SweepBackups Sweeping(SweepStep step) =>
        new(Server.Team, Server.Server, step, null, DryRun: false, Author.Platform);

    private void Freeze()
    {
        _chain.Tell(new FreezeBackups(Server.Team, Server.Server, FreezeCause.Person, Named.Ada), TestActor);
        ExpectMsg<Done>(Soon);
    }

    private void Resume()
    {
        _chain.Tell(new ResumeBackups(Server.Team, Server.Server, Named.Ada), TestActor);
        ExpectMsg<Done>(Soon);
    }

    private object AskToKeep()
    {
        _chain.Tell(new AskToKeep(Server.Team, Server.Server), TestActor);
        return ExpectMsg<object>(Soon);
    }

    private BackupsShown Show()
    {
        _chain.Tell(new ShowBackups(Server.Team, Server.Server), TestActor);
        return ExpectMsg<BackupsShown>(Soon);
    }

    private static CommitPayload Commit(string run, AnnouncedObject root) => new(Id(run), root.Name, 1, root.Size, "{}"u8.ToArray());

    private void Put(AnnouncedObject announced)
    {
        var bytes = AgentsRun.BytesOf(announced.Name);
        _vault.Vault.PutAsync(
            new(Server.Team, Server.Server, announced.Name), Sealed.FormOf(bytes), new MemoryStream(bytes), Sealed.Always, default)
            .GetAwaiter().GetResult();
    }

    private List<T> Events<T>() where T : class => JournalReading.EventsOf(this, $"backup-{Server}").OfType<T>().ToList();
}
