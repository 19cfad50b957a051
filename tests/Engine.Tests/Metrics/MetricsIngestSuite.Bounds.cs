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

/// <summary>What is bounded: flushes, names, what is kept, and what a query takes.</summary>
public abstract partial class MetricsIngestSuite
{
    [Fact]
    public async Task A_batch_heavier_than_a_flush_goes_as_one()
    {
        var server = NewServer();
        var ingest = Started();
        var set = Batches.Names(0, 40);
        var values = Enumerable.Range(0, 40).Select(i => (double)i).ToArray();
        var batch = Batches.Of(1, 1, set, values, Enumerable.Range(0, 1_000).Select(i => T0 + (i * 10_000L)));
        Assert.Equal(new MetricsStored(1_000, 40_000, 0), Send(ingest, server, batch));
        Assert.Equal(1_000, (await ReadAsync(server, "m39", stepSeconds: 10)).Count);
    }

    [Fact]
    public async Task Two_thousand_names_fit_a_server_and_one_more_does_not()
    {
        var server = NewServer();
        var ingest = Started();
        var values = new double[2_000];
        Assert.IsType<MetricsStored>(Send(ingest, server, Batches.Of(1, 1, Batches.Names(0, 2_000), values, T0)));
        var oneMore = Batches.Of(2, 2, Batches.Names(2_000, 1), [1], T0 + 10_000);
        Assert.Equal(RefusalKind.InvalidContent, Refusal(Send(ingest, server, oneMore)));
        // What was refused left nothing behind, what is known goes on, in any order and choice, and another server has its own names.
        Assert.Empty(await PointsAsync(server, "m2000"));
        Assert.IsType<MetricsStored>(Send(ingest, server, Batches.Of(3, 3, Batches.Names("m1999", "m0"), [1, 2], T0 + 20_000)));
        Assert.IsType<MetricsStored>(Send(ingest, NewServer(), Batches.Of(1, 1, Batches.Names(2_000, 1), [1], T0)));
        ingest = await RestartedAsync(ingest);
        Assert.Equal(RefusalKind.InvalidContent, Refusal(Send(ingest, server, oneMore)));
    }

    [Fact]
    public async Task A_batch_whose_second_list_has_a_name_too_many_is_refused_whole()
    {
        var server = NewServer();
        var ingest = Started();
        Send(ingest, server, Batches.Of(1, 1, Batches.Names(0, 1_999), new double[1_999], T0));
        var (fits, doesNot) = (Batches.Names("a"), Batches.Names("b"));
        var batch = new MetricBatch(2, 2, [fits, doesNot],
            [new ReportRow(T0 + 10_000, 0, PackedValues.Pack([1])), new ReportRow(T0 + 20_000, 1, PackedValues.Pack([2]))]);
        Assert.Equal(RefusalKind.InvalidContent, Refusal(Send(ingest, server, batch)));
        Assert.Empty(await PointsAsync(server, "a"));
        // Its first list did not take the last free place.
        Assert.IsType<MetricsStored>(Send(ingest, server, Batches.Of(3, 3, doesNot, [2], T0 + 20_000)));
    }

    [Fact]
    public void Those_who_were_heard_are_named_once_a_flush_and_a_failing_listener_harms_nobody()
    {
        var (one, two) = (NewServer(), NewServer());
        var ingest = Stopped();
        ingest.OnSeen = seen =>
        {
            lock (_seen) _seen.Add(seen);
            throw new InvalidOperationException("A listener's fault.");
        };
        Offer(ingest, one, Batches.Of(1, 1, Cpu, [1], T0));
        Offer(ingest, one, Batches.Of(2, 2, Cpu, [1], T0 + 10_000));
        Offer(ingest, two, Batches.Of(1, 1, Cpu, [1], T0));
        ingest.Start(Sys);
        for (var i = 0; i < 3; i++) Assert.IsType<MetricsStored>(Answer(this));
        Send(ingest, one, Batches.Of(1, 1, Cpu, [1], T0));
        lock (_seen)
        {
            Assert.Equal([one, two], Assert.Single(_seen).Servers.OrderBy(server => server != one));
        }
    }

    [Fact]
    public async Task Retention_removes_what_is_older_and_names_count_as_long_as_reports_are_kept()
    {
        var (full, other) = (NewServer(), NewServer());
        // The batches of long ago would be given up for their age.
        var ingest = Started(options => options with { StoreGivesUpAfter = TimeSpan.FromDays(10_000) });
        var longAgo = DateTimeOffset.FromUnixTimeMilliseconds(T0);
        var times = Enumerable.Range(0, 2_500).Select(i => T0 + i).ToArray();
        for (var i = 0; i < times.Length; i += 1_000)
            Send(ingest, full, Batches.Of(i, i, Batches.Names(0, 2), [1, 2], times[i..Math.Min(i + 1_000, times.Length)]), longAgo);
        Send(ingest, full, Batches.Of(7_777, 7_777, Batches.Names(2, 1_998), new double[1_998], T0), longAgo);
        var newest = T0 + (3 * 86_400_000L);
        Send(ingest, full, Batches.Of(8_888, 8_888, Batches.Names(0, 2), [1, 2], newest), DateTimeOffset.FromUnixTimeMilliseconds(newest));
        Send(ingest, other, Batches.Of(1, 1, Cpu, [1], newest), DateTimeOffset.FromUnixTimeMilliseconds(newest));
        Assert.Equal(RefusalKind.InvalidContent, Refusal(Send(
            ingest, full, Batches.Of(5, 5, Batches.Names("new"), [1], newest + 1), DateTimeOffset.FromUnixTimeMilliseconds(newest))));

        Assert.Equal(2_501, await _store.Store.DeleteBeforeAsync(DateTimeOffset.FromUnixTimeMilliseconds(newest), CancellationToken.None));
        Assert.Equal([1.0], await ReadAsync(full, "m0"));
        Assert.Equal([1.0], await ReadAsync(other, "cpu"));
        // Seven days (the default) and two for the servers' own midnights after they were last used.
        var later = newest + (7 * 86_400_000L);
        Assert.IsType<MetricsStored>(Send(
            ingest, full, Batches.Of(5, 5, Batches.Names("new"), [1], later), DateTimeOffset.FromUnixTimeMilliseconds(later)));
        Assert.Equal(0, await _store.Store.DeleteBeforeAsync(DateTimeOffset.FromUnixTimeMilliseconds(newest), CancellationToken.None));
    }

    [Fact]
    public async Task A_query_takes_from_inclusive_to_exclusive_and_leaves_gaps()
    {
        var server = NewServer();
        var ingest = Started();
        Send(ingest, server, Batches.Of(1, 1, Cpu, [1], T0 - 1));
        Send(ingest, server, Batches.Of(2, 2, Cpu, [2], T0));
        Send(ingest, server, Batches.Of(3, 3, Cpu, [4], T0 + 59_999));
        Send(ingest, server, Batches.Of(4, 4, Batches.Names("mem", "cpu"), [50, 8], T0 + 180_000));
        Send(ingest, server, Batches.Of(5, 5, Cpu, [9], T0 + 240_000));
        var answer = await _store.Reader.QueryAsync(
            new MetricsQuery(server.Team, server.Server, null, T0, T0 + 240_000, 60), CancellationToken.None);
        // T0 lies 20 s into a minute.
        Assert.Equal(0, (T0 - 20_000) % 60_000);
        Assert.Equal(["cpu", "mem"], answer.Series.Select(series => series.Name));
        Assert.Equal(
            [new MetricPoint(T0 - 20_000, 2, 2, 2, 2), new MetricPoint(T0 + 40_000, 4, 4, 4, 4), new MetricPoint(T0 + 160_000, 8, 8, 8, 8)],
            answer.Series[0].Points);
        Assert.Equal([new MetricPoint(T0 + 160_000, 50, 50, 50, 50)], answer.Series[1].Points);

        var named = await _store.Reader.QueryAsync(
            new MetricsQuery(server.Team, server.Server, ["mem", "absent"], T0, T0 + 240_000, 60), CancellationToken.None);
        Assert.Equal(["mem"], named.Series.Select(series => series.Name));
        var elsewhere = await _store.Reader.QueryAsync(
            new MetricsQuery(EmbeddedEngine.NewId<TeamId>(), server.Server, null, T0, T0 + 240_000, 60), CancellationToken.None);
        Assert.Empty(elsewhere.Series);
    }
}
