using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Tests.Servers;

/// <summary>The door in a whole engine on real SQLite.</summary>
public sealed class DoorOverRestartsTests
{
    private static readonly NameSet Names = new(1, 1, "cpu"u8.ToArray());
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private readonly ManualTime _time = new(Named.Noon);

    [Fact]
    public async Task Made_up_servers_are_rejected_leave_no_row_and_do_not_stay_in_memory()
    {
        await using var engine = await EmbeddedEngine.StartAsync(_time);
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i =>
            engine.Client.AskAsync(Request(Named.Id<ServerId>($"made up {i}"), Named.Hash("guess")))));
        Assert.All(answers, answer => Assert.Equal(RefusalKind.CredentialsRejected, Assert.IsType<Refused>(answer).Kind));
        Assert.Empty(JournalFile.ManifestsOf(engine, "server-"));
        await Poll.UntilAsync("the made-up servers to leave", TimeSpan.FromSeconds(20), async () =>
        {
            var state = await Region(engine).Ask<CurrentShardRegionState>(GetShardRegionState.Instance, TimeSpan.FromSeconds(5));
            return state.Shards.Sum(shard => shard.EntityIds.Count) == 0;
        });
    }

    [Fact]
    public async Task Both_tokens_of_an_overlap_live_over_a_restart_and_end_when_they_should()
    {
        await using var engine = await EmbeddedEngine.StartAsync(_time);
        foreach (var (token, overlap) in new[] { ("rotated away", 0), ("old", 0), ("new", 300) })
            Assert.IsType<Done>(await engine.Client.AskAsync(new IssueToken(Team, Server, Named.Hash(token), overlap, Named.Ada)));

        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.Equal(RefusalKind.CredentialsRejected, await RefusalOf(engine, "rotated away"));
        Assert.Null(await RefusalOf(engine, "old"));
        Assert.Null(await RefusalOf(engine, "new"));
        _time.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal(RefusalKind.CredentialsRejected, await RefusalOf(engine, "old"));
        Assert.Null(await RefusalOf(engine, "new"));
    }

    [Fact]
    public async Task Silence_is_journalled_once_lives_over_a_restart_and_ends_with_the_next_report()
    {
        await using var engine = await EmbeddedEngine.StartAsync(_time);
        await engine.Client.AskAsync(new IssueToken(Team, Server, Named.Hash("token"), 0, Named.Ada));
        Assert.Null(await RefusalOf(engine, "token"));
        await JournalHolds(engine, "token-issued.1", "reported.1");

        var seen = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(46));
        Region(engine).Tell(new CheckSilence(Team, Server, seen));
        await JournalHolds(engine, "token-issued.1", "reported.1", "silent.1");

        await engine.StopAsync();
        await engine.StartAgainAsync();
        Region(engine).Tell(new CheckSilence(Team, Server, seen));
        Assert.Null(await RefusalOf(engine, "token"));
        await JournalHolds(engine, "token-issued.1", "reported.1", "silent.1", "returned.1");
    }

    [Fact]
    public async Task At_a_stop_everything_that_passed_the_door_is_stored_and_answered_before_the_node_leaves()
    {
        await using var engine = await EmbeddedEngine.StartAsync(_time);
        await engine.Client.AskAsync(new IssueToken(Team, Server, Named.Hash("token"), 0, Named.Ada));
        List<Task<IEngineReply>> asked;
        var answeredAtLeaving = 0;
        Task stopping;
        using (var held = new SqliteConnection($"Data Source={Path.Combine(engine.Folder, "data.db")};Pooling=False"))
        {
            held.Open();
            using var transaction = held.BeginTransaction(deferred: false);
            // Each report in a second of its own, so that a step of one second counts them, and so large that they make many flushes.
            asked = [.. Enumerable.Range(0, 60).Select(i => engine.Client.AskAsync(Wide(-1000L * i)))];
            // The door answers in order: when this refusal is there, all have passed and wait for the store.
            Assert.Equal(RefusalKind.CredentialsRejected, await RefusalOf(engine, "guess"));
            CoordinatedShutdown.Get(engine.Get<ActorSystem>()).AddTask(CoordinatedShutdown.PhaseClusterLeave, "look", async () =>
            {
                // The answers are on their way before this phase; the tasks that wait for them complete on other threads, a moment later.
                await Task.WhenAny(Task.WhenAll(asked), Task.Delay(TimeSpan.FromSeconds(2)));
                answeredAtLeaving = asked.Count(answer => answer.IsCompleted);
                return Akka.Done.Instance;
            });
            var regionGone = Region(engine).WatchAsync();
            stopping = engine.StopAsync();
            await regionGone.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.DoesNotContain(asked, answer => answer.IsCompleted);
        }
        await stopping;
        Assert.Equal(asked.Count, answeredAtLeaving);
        Assert.All(await Task.WhenAll(asked), answer => Assert.IsType<MetricsStored>(answer));

        await engine.StartAgainAsync();
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var stored = await engine.Get<IMetricsReader>().QueryAsync(
            new MetricsQuery(Team, Server, ["m7"], now - 3_600_000, now + 60_000, 1), CancellationToken.None);
        Assert.Equal(asked.Count, Assert.Single(stored.Series).Points.Count);
    }

    private static IActorRef Region(EmbeddedEngine engine) => engine.Get<IReadOnlyActorRegistry>().Get<ServerRegion>();

    private static Task JournalHolds(EmbeddedEngine engine, params string[] manifests) => Poll.UntilAsync(
        $"the journal to hold {string.Join(", ", manifests)}", TimeSpan.FromSeconds(10),
        () => Task.FromResult(JournalFile.ManifestsOf(engine, "server-").SequenceEqual(manifests)));

    private async Task<RefusalKind?> RefusalOf(EmbeddedEngine engine, string token) =>
        (await engine.Client.AskAsync(Request(Server, Named.Hash(token))) as Refused)?.Kind;

    private AgentRequest Wide(long offsetMs)
    {
        var names = new NameSet(2, 2000, Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 2000).Select(i => $"m{i}"))));
        var row = new ReportRow(_time.GetUtcNow().ToUnixTimeMilliseconds() + offsetMs, 0, PackedValues.Pack(new double[2000]));
        var request = Request(Server, Named.Hash("token"));
        return request with { Payload = new MetricsPayload(((MetricsPayload)request.Payload).Batch with { Sets = [names], Rows = [row] }) };
    }

    private AgentRequest Request(ServerId server, TokenHash token)
    {
        var signature = RandomNumberGenerator.GetBytes(32);
        var now = _time.GetUtcNow();
        var row = new ReportRow(now.ToUnixTimeMilliseconds(), 0, PackedValues.Pack([1]));
        return new AgentRequest(Team, server, new Guid(signature.AsSpan(0, 16)), token, signature, now.ToUnixTimeSeconds(),
            new MetricsPayload(new MetricBatch(BitConverter.ToInt64(signature, 8), BitConverter.ToInt64(signature, 0), [Names], [row])));
    }
}
