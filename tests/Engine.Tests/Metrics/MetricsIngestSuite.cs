using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CsCheck;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Metrics;

/// <summary>What the stream and its store promise together, whichever store it is: one suite, run against each of them.</summary>
public abstract partial class MetricsIngestSuite : TestKit
{
    private const long T0 = 1_700_000_000_000;
    private static readonly NameSet Cpu = Batches.Names("cpu");

    private readonly StoreUnderTest _store;
    private readonly List<Seen> _seen = [];

    protected MetricsIngestSuite() => _store = Make();

    private static ServerKey NewServer() => new(EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());

    /// <summary>Makes the store that this suite is run against.</summary>
    protected abstract StoreUnderTest Make();

    protected override void AfterAll()
    {
        base.AfterAll();
        _store.Dispose();
    }

    [Fact]
    public async Task A_batch_is_there_when_its_answer_comes_and_the_door_knows_first()
    {
        var server = NewServer();
        var ingest = Started();
        Offer(ingest, server, Batches.Of(1, 1, Cpu, [24.5], T0, T0 + 10_000));
        // One probe is both, so that the order shows.
        var told = ExpectMsg<BatchCommitted>();
        Assert.Equal(1, told.Signature[7]);
        var answer = ExpectMsg<MetricsStored>();
        Assert.Equal(new MetricsStored(Reports: 2, Samples: 2, Expired: 0), answer);
        Assert.Same(told.Reply, answer);
        Assert.Equal([24.5, 24.5], await ReadAsync(server, "cpu"));
    }

    [Fact]
    public async Task A_replayed_request_is_refused_also_after_a_restart()
    {
        var server = NewServer();
        var ingest = Started();
        var batch = Batches.Of(1, 1, Cpu, [24.5], T0);
        Assert.IsType<MetricsStored>(Send(ingest, server, batch));
        Assert.Equal(RefusalKind.RequestReplayed, Refusal(Send(ingest, server, batch)));

        ingest = await RestartedAsync(ingest);
        Assert.Equal(RefusalKind.RequestReplayed, Refusal(Send(ingest, server, batch)));
        Assert.Single(await ReadAsync(server, "cpu"));
    }

    [Fact]
    public async Task A_batch_sent_again_with_a_new_signature_is_answered_as_stored_and_is_there_once()
    {
        var server = NewServer();
        var ingest = Started();
        var times = new[] { T0, T0 + 10_000 };
        Assert.IsType<MetricsStored>(Send(ingest, server, Batches.Of(1, 1, Cpu, [24.5], times)));
        Assert.Equal(new MetricsStored(2, 2, 0), Send(ingest, server, Batches.Of(1, 2, Cpu, [24.5], times)));
        Assert.Equal(2, (await ReadAsync(server, "cpu")).Count);
    }

    [Fact]
    public async Task A_capture_of_a_repeated_send_is_refused_also_after_a_restart()
    {
        var server = NewServer();
        var ingest = Started();
        Send(ingest, server, Batches.Of(1, 1, Cpu, [24.5], T0, T0 + 10_000));
        var again = Batches.Of(1, 2, Cpu, [24.5], T0, T0 + 10_000);
        Assert.IsType<MetricsStored>(Send(ingest, server, again));

        ingest = await RestartedAsync(ingest);
        Assert.Equal(RefusalKind.RequestReplayed, Refusal(Send(ingest, server, again)));
        // Nor does it help that its oldest report has expired meanwhile.
        Assert.Equal(RefusalKind.RequestReplayed, Refusal(Send(ingest, server, Batches.Of(1, 2, Cpu, [24.5], T0 + 10_000))));
        Assert.IsType<MetricsStored>(Send(ingest, server, Batches.Of(1, 3, Cpu, [24.5], T0, T0 + 10_000)));
    }

    [Fact]
    public async Task What_an_earlier_send_left_out_is_added_by_the_next()
    {
        var server = NewServer();
        var ingest = Started();
        Send(ingest, server, Batches.Of(1, 1, Cpu, [24.5], T0));
        Assert.IsType<MetricsStored>(Send(ingest, server, Batches.Of(1, 2, Cpu, [24.5], T0, T0 + 10_000)));
        Assert.Equal(2, (await ReadAsync(server, "cpu")).Count);
    }

    [Fact]
    public async Task Duplicates_within_one_flush_are_told_apart()
    {
        var server = NewServer();
        var ingest = Stopped();
        var (first, retry, replay, other) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        Offer(ingest, server, Batches.Of(1, 1, Cpu, [1], T0), first);
        Offer(ingest, server, Batches.Of(1, 2, Cpu, [1], T0), retry);
        Offer(ingest, server, Batches.Of(1, 1, Cpu, [1], T0), replay);
        Offer(ingest, server, Batches.Of(9, 9, Cpu, [2], T0), other);
        ingest.Start(Sys);
        Assert.IsType<MetricsStored>(Answer(first));
        Assert.IsType<MetricsStored>(Answer(retry));
        Assert.Equal(RefusalKind.RequestReplayed, Refusal(Answer(replay)));
        Assert.IsType<MetricsStored>(Answer(other));
        var point = Assert.Single(await PointsAsync(server, "cpu"));
        Assert.Equal((1.0, 2.0, 1.5), (point.Min, point.Max, point.Mean));
    }

    [Fact]
    public async Task One_batch_that_cannot_be_stored_does_not_take_the_others_along()
    {
        var servers = Enumerable.Range(0, 41).Select(_ => NewServer()).ToArray();
        var probes = servers.Select(_ => CreateTestProbe()).ToArray();
        var ingest = Stopped();
        for (var i = 0; i < servers.Length; i++)
        {
            var batch = Batches.Of(1, 1, Cpu, [i], T0);
            // A row without values breaks the table's own rule, after a row that does not.
            if (i == 23) batch = batch with { Rows = [batch.Rows[0], new ReportRow(T0 + 10_000, 0, [])] };
            Offer(ingest, servers[i], batch, probes[i]);
        }
        ingest.Start(Sys);
        for (var i = 0; i < servers.Length; i++)
        {
            if (i == 23)
            {
                Assert.Equal(RefusalKind.Internal, Refusal(Answer(probes[i])));
                Assert.Empty(await PointsAsync(servers[i], null));
            }
            else
            {
                Assert.IsType<MetricsStored>(Answer(probes[i]));
                Assert.Equal([(double)i], await ReadAsync(servers[i], "cpu"));
            }
        }
    }

    [Fact]
    public async Task When_the_store_is_away_batches_are_given_up_with_503_and_it_comes_back_by_itself()
    {
        var server = NewServer();
        // Two streams over one store: the patient one is for what must come through, however slow the machine.
        var (patient, hasty) = (Started(), Started(options => options with { StoreGivesUpAfter = TimeSpan.FromMilliseconds(400) }));
        Assert.IsType<MetricsStored>(Send(patient, server, Batches.Of(1, 1, Cpu, [1], T0)));
        _store.TakeAway();
        var batch = Batches.Of(2, 2, Cpu, [2], T0 + 10_000);
        Offer(hasty, server, batch);
        var told = ExpectMsg<BatchFailed>();
        var refused = ExpectMsg<Refused>();
        Assert.Same(told.Reply, refused);
        Assert.Equal(RefusalKind.EngineBusy, refused.Kind);
        Assert.InRange(refused.RetryAfterSeconds ?? 0, 1, 60);
        _store.BringBack();
        // Nothing was promised, and nothing is in the way of the second send.
        Assert.IsType<MetricsStored>(Send(patient, server, batch with { SignatureKey = 3 }));
        Assert.Equal([1.0, 2.0], await ReadAsync(server, "cpu"));
    }

    [Fact]
    public async Task A_store_that_is_back_in_time_makes_no_difference_but_the_wait()
    {
        var server = NewServer();
        var ingest = Started();
        Send(ingest, server, Batches.Of(1, 1, Cpu, [1], T0));
        _store.TakeAway();
        // The first attempt may reach the moved file, so the second must not mistake its own rows for a replay.
        Offer(ingest, server, Batches.Of(2, 2, Cpu, [2], T0 + 10_000));
        ExpectNoMsg(TimeSpan.FromMilliseconds(200));
        _store.BringBack();
        ExpectMsg<BatchCommitted>();
        ExpectMsg<MetricsStored>();
        Assert.Equal([1.0, 2.0], await ReadAsync(server, "cpu"));
    }

    [Fact]
    public async Task A_lock_that_somebody_else_holds_is_waited_for_and_not_for_ever()
    {
        var server = NewServer();
        var (patient, ingest) = (Started(), Started(options => options with { StoreGivesUpAfter = TimeSpan.FromSeconds(2) }));
        Send(patient, server, Batches.Of(1, 1, Cpu, [1], T0));
        using (_store.HoldWriteLock())
        {
            Offer(ingest, server, Batches.Of(2, 2, Cpu, [2], T0 + 10_000));
            ExpectNoMsg(TimeSpan.FromMilliseconds(300));
        }
        ExpectMsg<BatchCommitted>();
        ExpectMsg<MetricsStored>();
        using (_store.HoldWriteLock())
        {
            Assert.Equal(RefusalKind.EngineBusy, Refusal(Send(ingest, server, Batches.Of(3, 3, Cpu, [3], T0 + 20_000))));
        }
        Assert.Equal([1.0, 2.0], await ReadAsync(server, "cpu"));
    }

    [Fact]
    public async Task Draining_answers_everyone_and_takes_nothing_more()
    {
        var server = NewServer();
        var ingest = Started();
        for (var i = 0; i < 200; i++) Offer(ingest, server, Batches.Of(i, i, Cpu, [i], T0 + i));
        await ingest.DrainAsync().WaitAsync(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 200; i++)
        {
            ExpectMsg<BatchCommitted>();
            ExpectMsg<MetricsStored>();
        }
        Assert.False(ingest.TryOffer(Item(server, Batches.Of(999, 999, Cpu, [1], T0 + 999), TestActor)));
    }

    [Fact]
    public void A_full_channel_says_so_at_once()
    {
        var server = NewServer();
        var ingest = Stopped(options => options with { IngestQueue = 3 });
        for (var i = 0; i < 3; i++) Offer(ingest, server, Batches.Of(i, i, Cpu, [i], T0 + i));
        Assert.False(ingest.TryOffer(Item(server, Batches.Of(3, 3, Cpu, [1], T0 + 3), TestActor)));
    }

    [Fact]
    public void Whatever_is_sent_in_whatever_order_every_request_takes_effect_once()
    {
        // A signature covers the body, so it stands for one batch; a batch comes with several signatures. Null: a restart between flushes.
        var flushes = Gen.Int[0, 11].Array[1, 8].Select(flush => (int[]?)flush);
        Gen.Frequency((5, flushes), (1, Gen.Const((int[]?)null))).Array[1, 12].Sample(
            script =>
            {
                var server = NewServer();
                var taken = new HashSet<int>();
                foreach (var flush in script)
                {
                    if (flush is null)
                    {
                        _store.Restart();
                        continue;
                    }
                    var expected = flush.Select(signature => taken.Add(signature) ? ItemFate.Stored : ItemFate.Replayed).ToList();
                    Assert.Equal(expected, Write(flush.Select(signature => Item(server, BatchOf(signature), TestActor)).ToList()));
                }
                var keys = taken.Select(signature => signature % 4).Distinct().ToList();
                // Batch k holds k + 1 reports.
                Assert.Equal(keys.Sum(key => key + 1), CountSteps(server));
            },
            iter: 60, threads: 1);

        static MetricBatch BatchOf(int signature)
        {
            var key = signature % 4;
            var times = Enumerable.Range(0, key + 1).Select(i => T0 + (key * 100_000) + (i * 10_000L));
            return Batches.Of(key, signature + 100, Cpu, [key], times);
        }

        IReadOnlyList<ItemFate> Write(List<MetricsItem> items) => _store.Store.WriteAsync(items, maybeKept: false).GetAwaiter().GetResult();

        int CountSteps(ServerKey server) => PointsAsync(server, "cpu").GetAwaiter().GetResult().Count;
    }

    private static RefusalKind Refusal(IEngineReply reply) => Assert.IsType<Refused>(reply).Kind;

    private static IEngineReply Answer(TestKitBase probe)
    {
        var told = probe.ExpectMsg<object>(TimeSpan.FromSeconds(10));
        var answer = probe.ExpectMsg<IEngineReply>(TimeSpan.FromSeconds(10));
        Assert.Same(answer, told switch { BatchCommitted committed => committed.Reply, BatchFailed failed => failed.Reply, _ => null });
        // What is settled for good stays in the door's replay set, what failed is forgotten.
        Assert.Equal(answer is MetricsStored or Refused { Kind: RefusalKind.RequestReplayed }, told is BatchCommitted);
        return answer;
    }

    private MetricsIngest Stopped(Func<EngineOptions, EngineOptions>? configure = null)
    {
        var options = new EngineOptions { DataDirectory = "/nowhere", RootKey = new byte[32] };
        return new MetricsIngest(
            _store.Store, configure?.Invoke(options) ?? options, TimeProvider.System, NullLogger<MetricsIngest>.Instance);
    }

    private MetricsIngest Started(Func<EngineOptions, EngineOptions>? configure = null)
    {
        var ingest = Stopped(configure);
        ingest.Start(Sys);
        return ingest;
    }

    private async Task<MetricsIngest> RestartedAsync(MetricsIngest ingest)
    {
        await ingest.DrainAsync();
        _store.Restart();
        return Started();
    }

    private static MetricsItem Item(ServerKey server, MetricBatch batch, IActorRef teller, DateTimeOffset? admittedAt = null) =>
        Batches.Item(server, batch, teller, teller, admittedAt ?? TimeProvider.System.GetUtcNow());

    private void Offer(
        MetricsIngest ingest, ServerKey server, MetricBatch batch, IActorRef? teller = null, DateTimeOffset? admittedAt = null) =>
        Assert.True(ingest.TryOffer(Item(server, batch, teller ?? TestActor, admittedAt)));

    private IEngineReply Send(MetricsIngest ingest, ServerKey server, MetricBatch batch, DateTimeOffset? admittedAt = null)
    {
        Offer(ingest, server, batch, admittedAt: admittedAt);
        return Answer(this);
    }

    private async Task<IReadOnlyList<MetricPoint>> PointsAsync(ServerKey server, string? name, int stepSeconds = 10)
    {
        var answer = await _store.Reader.QueryAsync(
            new MetricsQuery(
                server.Team, server.Server, name is null ? null : [name], T0 - 86_400_000, T0 + (10 * 86_400_000L), stepSeconds),
            CancellationToken.None);
        return answer.Series.SelectMany(series => series.Points).ToList();
    }

    private async Task<List<double>> ReadAsync(ServerKey server, string name, int stepSeconds = 10) =>
        [.. (await PointsAsync(server, name, stepSeconds)).Select(point => point.Last)];
}
