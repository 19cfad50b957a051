using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;
using Akka.TestKit.Xunit2;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Storage.Sealing;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>What every entity owes to its base class, shown on a team.</summary>
public sealed class EntityActorTests() : TestKit(Config)
{
    private const string Config = """
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.persistence.journal.plugin = "akka.persistence.journal.flaky"
        akka.persistence.journal.flaky.class = "HostAtlas.Engine.Tests.Cluster.FlakyJournal, HostAtlas.Engine.Tests"
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """;

    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly UserId Ada = Named.Id<UserId>("ada");
    private static readonly IssueInvitation Issue =
        new(Team, Named.Id<InvitationId>("i"), Named.Hash("i"), TeamRole.Owner, Named.Noon.AddHours(24), Named.Ada);
    private readonly ManualTime _time = new(Named.Noon);

    [Fact]
    public void A_change_is_answered_after_it_is_in_the_journal()
    {
        var team = Founded();
        Assert.Equal(["InvitationIssued", "TeamFounded", "MemberJoined"], JournalOf(Team).Select(happened => happened.GetType().Name));
        Assert.Equal(Team, Ask<Authorized>(team, new AuthorizeUser(Team, Ada)).Team);
    }

    [Fact]
    public void Answers_come_in_the_order_of_the_commands_also_when_some_change_nothing()
    {
        var team = Founded();
        for (var i = 1; i <= 20; i++)
        {
            team.Tell(new SetPlan(Team, 100 + i, Named.Ada), TestActor);
            team.Tell(new AuthorizeUser(Team, Ada), TestActor);
            team.Tell(new FindServer(Team, Named.Id<ServerId>("none")), TestActor);
        }
        for (var i = 1; i <= 20; i++)
        {
            ExpectMsg<Done>();
            ExpectMsg<Authorized>();
            ExpectMsg<Refused>();
        }
    }

    [Fact]
    public void A_rejected_event_is_no_success_and_leaves_no_trace_in_the_state()
    {
        var team = Start();
        Ask<Done>(team, Issue);
        Assert.Equal(RefusalKind.Internal, Ask<Refused>(team, Accept(FlakyJournal.Rejected)).Kind);
        Assert.Equal(["InvitationIssued"], JournalOf(Team).Select(happened => happened.GetType().Name));
        Assert.True(Ask<InvitationOpen>(Start("again"), new InspectInvitation(Team, Issue.Invitation, Issue.Hash)).Founding);
    }

    [Fact]
    public void A_failed_write_is_answered_busy_and_the_entity_starts_anew_from_its_journal()
    {
        var team = Start();
        Watch(team);
        Ask<Done>(team, Issue);
        Assert.Equal(RefusalKind.EngineBusy, Ask<Refused>(team, Accept(FlakyJournal.Failed)).Kind);
        ExpectTerminated(team);
        var again = Start("again");
        Assert.True(Ask<InvitationOpen>(again, new InspectInvitation(Team, Issue.Invitation, Issue.Hash)).Founding);
        Assert.Equal("Engines", Ask<TeamJoined>(again, Accept("Engines")).Name);
    }

    [Fact]
    public void A_snapshot_is_kept_every_hundred_events_the_newest_two_stay_and_the_journal_is_whole()
    {
        var team = Founded();
        for (var i = 0; i < 350; i++) Ask<Done>(team, new SetPlan(Team, i, Named.Ada));
        Assert.Equal(353, JournalOf(Team).Count);
        AwaitAssert(() => Assert.Equal([200L, 300L], Snapshots()), TimeSpan.FromSeconds(10));

        Stop(team);
        var again = Start("again");
        Assert.Equal(RefusalKind.PlanLimitReached, FillTo(again, 350));
    }

    [Fact]
    public void An_entity_without_state_answers_and_leaves_at_once()
    {
        var shard = CreateTestProbe();
        var team = shard.ChildActorOf(Props.Create(() => new TeamActor(Team.ToString(), _time, TestSeals.Journal)));
        Assert.Equal(RefusalKind.NotFound, Ask<Refused>(team, new AuthorizeUser(Team, Ada)).Kind);
        var leaving = shard.ExpectMsg<Passivate>();
        Watch(team);
        team.Tell(leaving.StopMessage);
        ExpectTerminated(team);
        Assert.Empty(JournalOf(Team));
    }

    [Fact]
    public void A_stop_waits_behind_a_running_persist_and_its_reply()
    {
        var team = Start();
        Watch(team);
        team.Tell(Issue, TestActor);
        team.Tell(StopEntity.Instance, TestActor);
        ExpectMsg<Done>();
        ExpectTerminated(team);
    }

    [Fact]
    public void An_event_of_a_later_version_stops_the_entity_instead_of_being_passed_over()
    {
        Write(new EventOfTomorrow(Named.Noon), 1);
        var team = Start();
        Watch(team);
        team.Tell(new AuthorizeUser(Team, Ada), TestActor);
        FishForMessage(message => message is Terminated);
    }

    [Fact]
    public void A_plain_event_stops_the_entity_for_nothing_of_this_platform_writes_one()
    {
        Write(new TeamFounded("planted", Named.Noon, Named.Ada), 1);
        var team = Start();
        Watch(team);
        team.Tell(new AuthorizeUser(Team, Ada), TestActor);
        FishForMessage(message => message is Terminated);
    }

    [Fact]
    public void An_event_that_was_copied_to_another_place_makes_the_entity_refuse_everything_at_once_and_change_nothing()
    {
        Write(TestSeals.Journal.Of($"team-{Team}").Seal(new TeamFounded("planted", Named.Noon, Named.Ada), 5), 1);
        var shard = CreateTestProbe();
        var team = shard.ChildActorOf(Props.Create(() => new TeamActor(Team.ToString(), _time, TestSeals.Journal)));
        Assert.Equal(RefusalKind.Internal, Ask<Refused>(team, Issue).Kind);
        shard.ExpectMsg<Passivate>();
        Assert.Equal(RefusalKind.Internal, Ask<Refused>(team, new AuthorizeUser(Team, Ada)).Kind);
    }

    [Fact]
    public void With_its_teams_keys_destroyed_an_entity_in_memory_and_a_recovered_one_do_not_exist_and_create_nothing()
    {
        var keys = new MemoryKeyStore();
        var (seals, journal) = SealsOf(keys);
        var living = Sys.ActorOf(Props.Create(() => new TeamActor(Team.ToString(), _time, journal)));
        Ask<Done>(living, Issue);
        Ask<TeamJoined>(living, Accept("Engines"));

        keys.Destroy(Team, int.MaxValue, Named.Noon);
        seals.Refresh(Team);
        var recovered = Sys.ActorOf(Props.Create(() => new TeamActor(Team.ToString(), _time, journal)));
        foreach (var team in new[] { living, recovered })
        {
            Assert.Equal(RefusalKind.NotFound, Ask<Refused>(team, new AuthorizeUser(Team, Ada)).Kind);
            Assert.Equal(RefusalKind.CredentialsRejected, Ask<Refused>(team, Accept("Engines")).Kind);
            Assert.Equal(RefusalKind.NotFound, Ask<Refused>(team, Issue).Kind);
        }
        // Nor is there a new key for it.
        Assert.NotNull(Assert.Single(keys.Load(Team)).DestroyedAt);
    }

    [Fact]
    public void While_the_keys_cannot_be_read_the_answer_is_busy_and_then_the_entity_is_as_before()
    {
        var keys = new MemoryKeyStore();
        var founding = SealsOf(keys).Journal;
        var first = Sys.ActorOf(Props.Create(() => new TeamActor(Team.ToString(), _time, founding)));
        Ask<Done>(first, Issue);
        Ask<TeamJoined>(first, Accept("Engines"));
        // Another process, which has read no key yet.
        keys.Away = new Microsoft.Data.Sqlite.SqliteException("away", 14);
        var journal = SealsOf(keys).Journal;
        Assert.Equal(RefusalKind.EngineBusy, Ask<Refused>(Again(), new AuthorizeUser(Team, Ada)).Kind);
        keys.Away = null;
        Assert.Equal("Engines", Ask<Authorized>(Again(), new AuthorizeUser(Team, Ada)).TeamName);

        IActorRef Again() => Sys.ActorOf(Props.Create(() => new TeamActor(Team.ToString(), _time, journal)));
    }

    [Fact]
    public void A_message_that_is_no_command_is_refused()
    {
        Assert.Equal(RefusalKind.Internal, Ask<Refused>(Founded(), "not a command").Kind);
    }

    private static AcceptInvitation Accept(string name) => new(Team, Issue.Invitation, Issue.Hash, Ada, "ada@example.org", name, Named.Ada);

    private IActorRef Start(string name = "team") =>
        Sys.ActorOf(Props.Create(() => new TeamActor(Team.ToString(), _time, TestSeals.Journal)), name);

    private IActorRef Founded()
    {
        var team = Start();
        Ask<Done>(team, Issue);
        Ask<TeamJoined>(team, Accept("Engines"));
        return team;
    }

    private T Ask<T>(IActorRef entity, object command)
    {
        entity.Tell(command, TestActor);
        return ExpectMsg<T>(TimeSpan.FromSeconds(10));
    }

    private void Stop(IActorRef entity)
    {
        Watch(entity);
        entity.Tell(StopEntity.Instance);
        ExpectTerminated(entity);
    }

    private RefusalKind FillTo(IActorRef team, int attempts)
    {
        for (var i = 0; i < attempts; i++)
        {
            team.Tell(new AddServer(Team, Named.Id<ServerId>($"{i}"), $"{i}", false, Named.Ada), TestActor);
            if (ExpectMsg<IEngineReply>() is not Refused refused) continue;
            return i == 349 ? refused.Kind : throw new InvalidOperationException($"Refused at {i}.");
        }
        throw new InvalidOperationException("Nothing was refused.");
    }

    private (TeamSeals Seals, JournalSeal Journal) SealsOf(MemoryKeyStore keys)
    {
        var roots = new RootKeys(Named.Bytes("root"));
        var seals = new TeamSeals(keys, roots, _time);
        return (seals, new JournalSeal(seals, new PlatformSeal(roots)));
    }

    private void Write(object payload, long sequenceNr)
    {
        Persistence.Instance.Apply(Sys).JournalFor(null)
            .Tell(new WriteMessages([new AtomicWrite(new Persistent(payload, sequenceNr, $"team-{Team}"))], TestActor, 1));
        FishForMessage(message => message is WriteMessageSuccess);
    }

    private List<object> JournalOf(TeamId team) => JournalReading.EventsOf(this, $"team-{team}");

    private IEnumerable<long> Snapshots()
    {
        var store = Persistence.Instance.Apply(Sys).SnapshotStoreFor(null);
        foreach (var at in new[] { 100L, 200L, 300L })
        {
            var reader = CreateTestProbe();
            store.Tell(new LoadSnapshot($"team-{Team}", new SnapshotSelectionCriteria(at, DateTime.MaxValue, at), at), reader);
            if (reader.ExpectMsg<LoadSnapshotResult>().Snapshot is not null) yield return at;
        }
    }

    private sealed record EventOfTomorrow(DateTimeOffset At) : IEntityEvent;
}
