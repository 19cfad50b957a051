using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Tests.Logs;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Servers;

/// <summary>The door: what passes, in which order it is refused, and the three states of a signature.</summary>
public sealed class ServerActorTests : TestKit
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly NameSet Names = new(1, 2, "cpu\nmem"u8.ToArray());
    private static readonly Refused Away = new(RefusalKind.EngineBusy, "The store is away.", 5);

    private readonly ManualTime _time = new(Named.Noon);
    private readonly HeldIngest _ingest = new();
    private readonly HeldInventories _kept = new();
    private readonly InventoryDesk _inventories;
    private readonly TestProbe _shard, _backups;
    private readonly IActorRef _door;

    public ServerActorTests() : base("""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.persistence.journal.plugin = "akka.persistence.journal.inmem"
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        """)
    {
        var options = new EngineOptions { DataDirectory = "unused", RootKey = new byte[32] };
        _inventories = new InventoryDesk(_kept);
        _shard = CreateTestProbe();
        _backups = CreateTestProbe();
        _door = _shard.ChildActorOf(Props.Create(() =>
            new ServerActor($"{Team}.{Server}", _time, options, _ingest, _inventories, TestSeals.Journal, () => _backups)));
    }

    [Fact]
    public void A_report_passes_into_the_stream_and_is_answered_by_it()
    {
        Issue("token");
        Send(Request("one"));
        var item = Taken(1)[0];
        Assert.Equal((Team, Server, 2, 0), (item.Team, item.Server, ((MetricsItem)item).Batch.SampleCount, item.Expired));
        Assert.Equal(_time.GetUtcNow(), item.AdmittedAt);
        HeldIngest.Commit(item, new MetricsStored(1, 2, 0));
        ExpectMsg(new MetricsStored(1, 2, 0));
    }

    [Fact]
    public void A_server_that_does_not_exist_answers_rejected_and_leaves_at_once()
    {
        Refuses(RefusalKind.CredentialsRejected, Request("one"));
        _shard.ExpectMsg<Passivate>();
        Assert.Empty(_ingest.Items);
    }

    [Fact]
    public void A_rotated_away_token_is_refused_in_the_next_request()
    {
        Issue("token");
        Issue("new");
        Refuses(RefusalKind.CredentialsRejected, Request("one"));
        Send(Request("one", token: "new"));
        Taken(1);
    }

    [Fact]
    public void In_flight_the_gateways_retry_waits_for_the_same_answer_and_any_other_call_is_a_replay()
    {
        Issue("token");
        var retry = CreateTestProbe();
        Send(Request("one"));
        _door.Tell(Request("one"), retry);
        Refuses(RefusalKind.RequestReplayed, Request("one") with { Call = Guid.Empty });
        HeldIngest.Commit(Assert.Single(Taken(1)), new MetricsStored(1, 2, 0));
        ExpectMsg<MetricsStored>();
        retry.ExpectMsg(new MetricsStored(1, 2, 0));
    }

    [Fact]
    public void Committed_is_a_replay_for_everybody()
    {
        Issue("token");
        Send(Request("one"));
        HeldIngest.Commit(Taken(1)[0], new MetricsStored(1, 2, 0));
        ExpectMsg<MetricsStored>();
        Refuses(RefusalKind.RequestReplayed, Request("one"));
        Assert.Single(_ingest.Items);
    }

    [Fact]
    public void Failed_is_forgotten_before_its_sender_hears_of_it()
    {
        Issue("token");
        Send(Request("one"));
        HeldIngest.Fail(Taken(1)[0], Away);
        ExpectMsg(Away);
        Send(Request("one"));
        HeldIngest.Commit(Taken(2)[1], new MetricsStored(1, 2, 0));
        ExpectMsg<MetricsStored>();
    }

    [Fact]
    public void A_full_channel_is_busy_and_remembers_nothing()
    {
        Issue("token");
        _ingest.Full = true;
        Assert.Equal(2, Refuses(RefusalKind.EngineBusy, Request("one")).RetryAfterSeconds);
        _ingest.Full = false;
        Send(Request("one"));
        Taken(1);
    }

    [Fact]
    public void A_refused_payload_is_not_remembered()
    {
        Issue("token");
        Assert.Equal("/reports/0/at", Assert.Single(Refuses(RefusalKind.InvalidContent, Request("one", aheadMs: 700_000)).Errors!).Pointer);
        Send(Request("one"));
        Taken(1);
    }

    [Fact]
    public void Only_expired_reports_are_answered_without_the_store_and_are_a_replay_afterwards()
    {
        Issue("token");
        Send(Request("one", aheadMs: -8 * 86_400_000L));
        ExpectMsg(new MetricsStored(0, 0, 1));
        Assert.Empty(_ingest.Items);
        Refuses(RefusalKind.RequestReplayed, Request("one", aheadMs: -8 * 86_400_000L));
    }

    [Fact]
    public void Token_window_replay_and_content_are_refused_in_this_order()
    {
        Issue("token");
        Send(Request("one"));
        HeldIngest.Commit(Taken(1)[0], new MetricsStored(1, 2, 0));
        ExpectMsg<MetricsStored>();
        var wrong = Request("one", token: "guess", aheadMs: 700_000) with { TimestampSeconds = 1_000_000_000 };
        Refuses(RefusalKind.CredentialsRejected, wrong);
        wrong = wrong with { Token = Named.Hash("token") };
        Refuses(RefusalKind.TimestampOutsideWindow, wrong);
        wrong = wrong with { TimestampSeconds = _time.GetUtcNow().ToUnixTimeSeconds() };
        Refuses(RefusalKind.RequestReplayed, wrong);
        Refuses(RefusalKind.InvalidContent, wrong with { Signature = Named.Bytes("two") });
    }

    [Fact]
    public void Beyond_3000_signatures_the_server_has_to_wait()
    {
        Issue("token");
        for (var i = 0; i < Limits.ReplaySetSize; i++) Send(Request($"{i}", aheadMs: -8 * 86_400_000L));
        for (var i = 0; i < Limits.ReplaySetSize; i++) ExpectMsg<MetricsStored>();
        Assert.NotNull(Refuses(RefusalKind.RateLimited, Request("one more")).RetryAfterSeconds);
        _time.Advance(TimeSpan.FromSeconds(Limits.ReplayKeptSeconds + 20));
        Send(Request("one more"));
        Taken(1);
    }

    [Fact]
    public void A_replay_that_the_table_knew_is_no_sign_of_life()
    {
        Issue("token");
        Send(Request("one"));
        HeldIngest.Commit(Taken(1)[0], new Refused(RefusalKind.RequestReplayed, "The table knew it."));
        ExpectMsg<Refused>();
        Assert.Empty(Events<ServerReported>());
        Send(Request("two"));
        HeldIngest.Commit(Taken(2)[1], new MetricsStored(1, 2, 0));
        ExpectMsg<MetricsStored>();
        AwaitAssert(() => Assert.Single(Events<ServerReported>()));
    }

    [Fact]
    public void A_thousand_reports_cost_one_event()
    {
        Issue("token");
        for (var i = 0; i < 1000; i++)
        {
            Send(Request($"{i}"));
            HeldIngest.Commit(Taken(i + 1)[i], new MetricsStored(1, 2, 0));
            ExpectMsg<MetricsStored>();
        }
        Assert.Equal(["TokenIssued", "ServerReported"], Events<object>().Select(happened => happened.GetType().Name));
    }

    [Fact]
    public void A_batch_that_came_after_the_slices_look_is_no_silence()
    {
        Issue("token");
        var looked = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMinutes(5));
        Send(Request("one"));
        HeldIngest.Commit(Taken(1)[0], new MetricsStored(1, 2, 0));
        ExpectMsg<MetricsStored>();
        _door.Tell(new CheckSilence(Team, Server, looked), TestActor);
        Issue("barrier");
        Assert.Empty(Events<ServerSilent>());
        _time.Advance(TimeSpan.FromMinutes(5));
        _door.Tell(new CheckSilence(Team, Server, looked), TestActor);
        Issue("second barrier");
        Assert.Equal(Named.Noon.AddMinutes(5), Assert.Single(Events<ServerSilent>()).LastSeenAt);
    }

    [Fact]
    public void A_request_about_backups_is_handed_on_with_its_sender_and_in_flight_until_it_is_settled()
    {
        Issue("token");
        var request = Request("one") with { Payload = new ListPayload() };
        Send(request);
        var handedOn = _backups.ExpectMsg<BackupRequest>(TimeSpan.FromSeconds(10));
        Assert.Equal((Team, Server, request.Call, request.Payload), (handedOn.Team, handedOn.Server, handedOn.Call, handedOn.Payload));
        _backups.Reply(Away);
        ExpectMsg(Away);
        Send(request);
        _backups.ExpectMsg<BackupRequest>(TimeSpan.FromSeconds(10));
        Refuses(RefusalKind.RequestReplayed, request with { Call = Guid.Empty });
        _door.Tell(new RequestSettled(Team, Server, request.Signature, IsSpent: false), _backups);
        Send(request with { Call = Guid.Empty });
        _backups.ExpectMsg<BackupRequest>(TimeSpan.FromSeconds(10));
        _door.Tell(new RequestSettled(Team, Server, request.Signature, IsSpent: true), _backups);
        Refuses(RefusalKind.RequestReplayed, request with { Call = Guid.Empty });
        Refuses(RefusalKind.RequestReplayed, request);
    }

    [Fact]
    public void What_the_door_does_not_let_in_never_reaches_the_backups()
    {
        Issue("token");
        Refuses(RefusalKind.CredentialsRejected, Request("one", token: "guess") with { Payload = new ListPayload() });
        Refuses(RefusalKind.TimestampOutsideWindow, Request("one") with { Payload = new ListPayload(), TimestampSeconds = 1_000_000_000 });
        _backups.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void Lines_go_into_the_stream_and_are_no_sign_of_life()
    {
        Issue("token");
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Send(Request("one") with { Payload = new LogsPayload(LogBatches.Of(1, 1, (1, "a", "old"), (now, "a", "new"))) });
        var item = Assert.IsType<LogsItem>(Taken(1)[0]);
        Assert.Equal((1, 1), (item.Expired, item.Batch.Rows.Count));
        HeldIngest.Commit(item, item.WhenStored);
        ExpectMsg(new LogsStored(1, 1), TimeSpan.FromSeconds(10));
        // Nothing but expired lines is answered by the door.
        Send(Request("two") with { Payload = new LogsPayload(LogBatches.Of(1, 1, (1, "a", "old"))) });
        ExpectMsg(new LogsStored(0, 1), TimeSpan.FromSeconds(10));
        var ahead = LogBatches.Of(1, 1, now + 700_000, "a", "b");
        Refuses(RefusalKind.InvalidContent, Request("three") with { Payload = new LogsPayload(ahead) });
    }

    [Fact]
    public void A_poll_is_answered_when_a_command_comes_and_again_until_its_result_is_there()
    {
        Issue("token");
        var (poll, person) = (CreateTestProbe(), CreateTestProbe());
        _door.Tell(Request("one") with { Payload = new PollPayload(50) }, poll);
        var id = Named.Id<CommandId>("command");
        _door.Tell(new QueueCommand(Team, Server, id, "agent.ping", null, Named.Ada), person);
        Assert.Equal(id, person.ExpectMsg<CommandShown>(TimeSpan.FromSeconds(10)).Command.Id);
        Assert.Equal(id, Assert.Single(poll.ExpectMsg<CommandsOffered>(TimeSpan.FromSeconds(10)).Commands).Id);
        Send(Request("two") with { Payload = new PollPayload(0) });
        Assert.Single(ExpectMsg<CommandsOffered>(TimeSpan.FromSeconds(10)).Commands);
        foreach (var signature in new[] { "three", "four" })
        {
            Send(Request(signature) with { Payload = new ResultPayload(id, CommandStanding.Done, signature) });
            ExpectMsg<Done>(TimeSpan.FromSeconds(10));
        }
        Send(Request("five") with { Payload = new PollPayload(0) });
        Assert.Empty(ExpectMsg<CommandsOffered>(TimeSpan.FromSeconds(10)).Commands);
        _door.Tell(new ListCommands(Team, Server), TestActor);
        Assert.Equal("three", Assert.Single(ExpectMsg<CommandsShown>(TimeSpan.FromSeconds(10)).Commands).Detail);
    }

    [Fact]
    public void A_poll_whose_time_is_over_is_answered_by_the_doors_own_clock()
    {
        Issue("token");
        Send(Request("one") with { Payload = new PollPayload(1) });
        // Answered by whoever comes after it: the poll has begun to wait.
        _door.Tell(new ListCommands(Team, Server), TestActor);
        ExpectMsg<CommandsShown>(TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(ExpectMsg<CommandsOffered>(TimeSpan.FromSeconds(30)).Commands);
    }

    [Fact]
    public void An_inventory_is_kept_once_and_an_earlier_one_that_comes_late_is_a_replay()
    {
        Issue("token");
        Send(Inventory("one", """{"agent": {"version": "1"}}"""));
        ExpectMsg<Done>(TimeSpan.FromSeconds(10));
        Refuses(RefusalKind.RequestReplayed, Inventory("one", """{"agent": {"version": "1"}}""") with { Call = Guid.Empty });
        Refuses(RefusalKind.RequestReplayed, Inventory("two", "{}") with { TimestampSeconds = _time.GetUtcNow().ToUnixTimeSeconds() - 9 });
        Send(Inventory("three", """{"agent": {"version": "2"}}"""));
        ExpectMsg<Done>(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void An_inventory_that_the_store_does_not_take_is_busy_and_may_come_again()
    {
        Issue("token");
        _kept.Fault = new IOException("The store is away.");
        Refuses(RefusalKind.EngineBusy, Inventory("one", "{}"));
        _kept.Fault = new InvalidDataException("A mistake.");
        Refuses(RefusalKind.Internal, Inventory("one", "{}"));
        _kept.Fault = null;
        Send(Inventory("one", "{}"));
        ExpectMsg<Done>(TimeSpan.FromSeconds(10));
    }

    private AgentRequest Inventory(string signature, string json)
    {
        using var body = System.Text.Json.JsonDocument.Parse(json);
        return Request(signature) with { Payload = new InventoryPayload(PackedInventory.Pack(body.RootElement)) };
    }

    private void Issue(string token)
    {
        _door.Tell(new IssueToken(Team, Server, Named.Hash(token), 0, Named.Ada), TestActor);
        ExpectMsg<Done>(TimeSpan.FromSeconds(10));
    }

    private void Send(AgentRequest request) => _door.Tell(request, TestActor);

    private Refused Refuses(RefusalKind kind, AgentRequest request)
    {
        Send(request);
        var refused = ExpectMsg<Refused>(TimeSpan.FromSeconds(10));
        Assert.Equal(kind, refused.Kind);
        return refused;
    }

    private IReadOnlyList<IngestItem> Taken(int count)
    {
        AwaitCondition(() => _ingest.Items.Count >= count, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1));
        Assert.Equal(count, _ingest.Items.Count);
        return _ingest.Items;
    }

    // The call id follows from the signature, so that the same request sent again is the gateway's retry.
    private AgentRequest Request(string signature, string token = "token", long aheadMs = 0)
    {
        var now = _time.GetUtcNow();
        return new AgentRequest(Team, Server, new Guid(Named.Bytes(signature).AsSpan(16)), Named.Hash(token), Named.Bytes(signature),
            now.ToUnixTimeSeconds(),
            new MetricsPayload(
                new MetricBatch(1, 1, [Names], [new ReportRow(now.ToUnixTimeMilliseconds() + aheadMs, 0, PackedValues.Pack([1, 2]))])));
    }

    private List<TEvent> Events<TEvent>() where TEvent : class =>
        JournalReading.EventsOf(this, $"server-{Team}.{Server}").OfType<TEvent>().ToList();
}
