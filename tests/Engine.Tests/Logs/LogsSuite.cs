using Akka.TestKit.Xunit2;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Logs;

/// <summary>What the stream of lines, its store and the search promise together, whichever store it is.</summary>
public abstract class LogsSuite : TestKit
{
    private const long T0 = 1_700_000_000_000, DayMs = 86_400_000;

    private readonly StoreUnderTest _store;
    private readonly ServerKey _server = NewServer();

    protected LogsSuite() => _store = Make();

    /// <summary>Makes the store that this suite is run against.</summary>
    protected abstract StoreUnderTest Make();

    protected override void AfterAll()
    {
        base.AfterAll();
        _store.Dispose();
    }

    [Fact]
    public async Task Lines_are_there_when_their_answer_comes_newest_first()
    {
        var ingest = Started();
        Assert.Equal(new LogsStored(3, 0), Send(ingest, LogBatches.Of(1, 1, (T0, "a", "one"), (T0, "b", "zwei ☃"), (T0 + 5, "a", ""))));
        Assert.Equal(["a:", "b:zwei ☃", "a:one"], await ReadAsync());
        Assert.Empty(await ReadAsync(server: new ServerKey(EmbeddedEngine.NewId<TeamId>(), _server.Server)));
        Assert.Empty(await ReadAsync(server: NewServer()));
    }

    [Fact]
    public async Task A_retry_is_taken_once_and_a_replay_refused_also_after_a_restart()
    {
        var ingest = Started();
        var batch = LogBatches.Of(1, 1, T0, "a", "one", "two");
        Assert.Equal(new LogsStored(2, 0), Send(ingest, batch));
        Assert.Equal(new LogsStored(2, 0), Send(ingest, batch with { SignatureKey = 2 }));
        foreach (var signature in new[] { 1, 2 })
            Assert.Equal(RefusalKind.RequestReplayed, Refusal(Send(ingest, batch with { SignatureKey = signature })));
        await ingest.DrainAsync();
        _store.Restart();
        ingest = Started();
        foreach (var signature in new[] { 1, 2 })
            Assert.Equal(RefusalKind.RequestReplayed, Refusal(Send(ingest, batch with { SignatureKey = signature })));
        Assert.Equal(new LogsStored(2, 0), Send(ingest, batch with { SignatureKey = 3 }));
        Assert.Equal(["a:two", "a:one"], await ReadAsync());
    }

    [Fact]
    public async Task A_send_whose_first_lines_have_expired_meanwhile_meets_the_lines_of_the_first_send()
    {
        var ingest = Started();
        var batch = LogBatches.Of(1, 1, (T0, "a", "old"), (T0 + 1, "a", "new"));
        Send(ingest, batch);
        Assert.Equal(new LogsStored(1, 0), Send(ingest, batch with { SignatureKey = 2, Rows = [batch.Rows[1]] }));
        Assert.Equal(["a:new", "a:old"], await ReadAsync());
    }

    [Fact]
    public async Task A_search_filters_by_source_time_and_text_in_any_case()
    {
        var ingest = Started();
        Send(ingest, LogBatches.Of(1, 1,
            (T0, "/var/log/auth.log", "Failed password"), (T0 + 1, "/var/log/auth.log", "Accepted ÄPFEL"),
            (T0 + 2, "journald", "failed unit")));
        Assert.Equal(["journald:failed unit", "/var/log/auth.log:Failed password"], await ReadAsync(text: "FAILED"));
        Assert.Equal(["/var/log/auth.log:Accepted ÄPFEL"], await ReadAsync(text: "äpfel"));
        Assert.Equal(["/var/log/auth.log:Failed password"], await ReadAsync(text: "failed", source: "/var/log/auth.log"));
        Assert.Empty(await ReadAsync(source: "/var/log/auth"));
        Assert.Equal(["/var/log/auth.log:Accepted ÄPFEL"], await ReadAsync(from: T0 + 1, to: T0 + 2));
    }

    [Fact]
    public async Task Pages_go_through_all_lines_once_whatever_their_size_and_say_when_there_is_nothing_more()
    {
        var ingest = Started();
        for (var key = 0; key < 3; key++)
            Send(ingest, LogBatches.Of(key, key, T0 + (key % 2), "a", [.. Enumerable.Range(0, 400).Select(i => $"{key}.{i}")]));
        var seen = new List<string>();
        LogPlace? after = null;
        do
        {
            var page = await PageAsync(after, limit: 137);
            seen.AddRange(page.Lines.Select(line => line.Text));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(1_200, seen.Distinct().Count());
        Assert.Equal(1_200, seen.Count);
        Assert.Equal("1.399", seen[0]);
    }

    [Fact]
    public async Task A_search_that_finds_nothing_stops_at_its_bound_and_says_where_to_go_on()
    {
        var ingest = Started();
        Send(ingest, LogBatches.Of(1, 1, T0, "a", "needle"));
        for (var key = 2; key < 7; key++)
            Send(ingest, LogBatches.Of(key, key, T0 + key, "a", [.. Enumerable.Repeat("hay", 4_500)]));
        var first = await PageAsync(null, limit: 10, text: "needle");
        Assert.Empty(first.Lines);
        Assert.NotNull(first.Next);
        var second = await PageAsync(first.Next, limit: 10, text: "needle");
        Assert.Equal("needle", Assert.Single(second.Lines).Text);
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task Retention_removes_what_is_older()
    {
        var ingest = Started();
        Send(ingest, LogBatches.Of(1, 1, T0, "a", [.. Enumerable.Repeat("old", 2_500)]));
        Send(ingest, LogBatches.Of(2, 2, T0 + (3 * DayMs), "a", "new"));
        var oldest = DateTimeOffset.FromUnixTimeMilliseconds(T0 + (2 * DayMs));
        Assert.Equal(2_500, await _store.Lines.DeleteBeforeAsync(oldest, CancellationToken.None));
        Assert.Equal(["a:new"], await ReadAsync());
        Assert.Equal(0, await _store.Lines.DeleteBeforeAsync(oldest, CancellationToken.None));
    }

    [Fact]
    public async Task When_the_store_is_away_lines_are_given_up_with_503_and_it_comes_back_by_itself()
    {
        var (patient, hasty) = (Started(), Started(TimeSpan.FromMilliseconds(400)));
        Send(patient, LogBatches.Of(1, 1, T0, "a", "one"));
        _store.TakeAway();
        var refused = Assert.IsType<Refused>(Send(hasty, LogBatches.Of(2, 2, T0, "a", "two")));
        Assert.Equal(RefusalKind.EngineBusy, refused.Kind);
        Assert.InRange(refused.RetryAfterSeconds ?? 0, 1, 60);
        _store.BringBack();
        Assert.Equal(new LogsStored(1, 0), Send(patient, LogBatches.Of(2, 3, T0, "a", "two")));
        Assert.Equal(2, (await ReadAsync()).Count);
    }

    [Fact]
    public void Bytes_that_wait_are_bounded_and_one_batch_is_always_taken()
    {
        var ingest = New();
        var large = LogBatches.Of(1, 1, T0, "a", new string('x', 60_000_000));
        Assert.True(ingest.TryOffer(LogBatches.Item(_server, large, TestActor)));
        Assert.True(ingest.TryOffer(LogBatches.Item(_server, large, TestActor)));
        Assert.False(ingest.TryOffer(LogBatches.Item(_server, large, TestActor)));
        Assert.True(ingest.TryOffer(LogBatches.Item(_server, LogBatches.Of(2, 2, T0, "a", "small"), TestActor)));
    }

    [Fact]
    public async Task A_line_that_was_moved_to_another_place_does_not_open()
    {
        Send(Started(), LogBatches.Of(1, 1, T0, "a", "one"));
        byte[]? kept = null;
        await _store.LineSource.VisitAsync(_server, 0, LogPlace.Before(long.MaxValue), (_, bytes) =>
        {
            kept = bytes.ToArray();
            return true;
        }, CancellationToken.None);
        var seal = _store.Seals.Get(_server.Team);
        Assert.NotEmpty(seal.Open(SealedLines.Place(_server.Server, new LogPlace(T0, 1, 0)), kept));
        Assert.Throws<SealBrokenException>(() => seal.Open(SealedLines.Place(_server.Server, new LogPlace(T0 + 1, 1, 0)), kept));
        Assert.Throws<SealBrokenException>(() => seal.Open(SealedLines.Place(NewServer().Server, new LogPlace(T0, 1, 0)), kept));
    }

    private static ServerKey NewServer() => new(EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());

    private static RefusalKind Refusal(IEngineReply reply) => Assert.IsType<Refused>(reply).Kind;

    private LogsIngest New(TimeSpan? givesUpAfter = null) => new(
        _store.Lines,
        new EngineOptions
        {
            DataDirectory = "/nowhere",
            RootKey = new byte[32],
            StoreGivesUpAfter = givesUpAfter ?? TimeSpan.FromSeconds(5),
        },
        TimeProvider.System, NullLogger<LogsIngest>.Instance);

    private LogsIngest Started(TimeSpan? givesUpAfter = null)
    {
        var ingest = New(givesUpAfter);
        ingest.Start(Sys);
        return ingest;
    }

    private IEngineReply Send(LogsIngest ingest, LogBatch batch)
    {
        Assert.True(ingest.TryOffer(LogBatches.Item(_server, batch, TestActor)));
        ExpectMsg<object>(told => Assert.True(told is BatchCommitted or BatchFailed), TimeSpan.FromSeconds(30));
        return ExpectMsg<IEngineReply>(TimeSpan.FromSeconds(30));
    }

    private Task<LogsPage> PageAsync(LogPlace? after, int limit, string? text = null) => new LogsReader(_store.LineSource, _store.Seals)
        .ReadAsync(new LogsQuery(_server.Team, _server.Server, null, 0, long.MaxValue, text, after, limit), CancellationToken.None);

    private async Task<List<string>> ReadAsync(
        string? source = null, long from = 0, long to = long.MaxValue, string? text = null, ServerKey? server = null)
    {
        var of = server ?? _server;
        var page = await new LogsReader(_store.LineSource, _store.Seals).ReadAsync(
            new LogsQuery(of.Team, of.Server, source, from, to, text, null, 100), CancellationToken.None);
        Assert.Null(page.Next);
        return [.. page.Lines.Select(line => $"{line.Source}:{line.Text}")];
    }
}
