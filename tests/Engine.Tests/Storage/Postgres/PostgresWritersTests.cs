using Akka.Actor;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>Two processes that write into one database at once.</summary>
public sealed class PostgresWritersTests : IDisposable
{
    private const int Rounds = 12, Batches = 16;
    private const long T0 = 1_700_000_000_000;

    private readonly PostgresStoreUnderTest _one = new();
    private readonly PostgresDatabase _database;
    private readonly PostgresMetricsStore _other;

    public PostgresWritersTests()
    {
        // Everything of its own, as another process has it: pools, keys, what it knows of days and names.
        _database = new PostgresDatabase(_one.Test.Connection);
        _other = new PostgresMetricsStore(_database,
            new TeamSeals(new PostgresKeyStore(_database), Prepared.Roots, TimeProvider.System), new MetricDays(_database));
    }

    public void Dispose()
    {
        _database.Dispose();
        _one.Dispose();
    }

    [Fact]
    public async Task The_same_requests_at_both_at_once_take_effect_once_and_one_of_each_pair_is_a_replay()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var servers = NewServers();
            var (mine, theirs) = await AtOnceAsync(Flush(servers, signature: 1), Flush(servers, signature: 1));
            for (var i = 0; i < Batches; i++)
                Assert.Equal([ItemFate.Stored, ItemFate.Replayed], new[] { mine[i], theirs[i] }.Order());
            await AssertThereOnceAsync(servers);
        }
    }

    [Fact]
    public async Task The_same_batches_signed_anew_at_both_at_once_are_there_once_and_both_senders_are_answered_as_stored()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var servers = NewServers();
            var (mine, theirs) = await AtOnceAsync(Flush(servers, signature: 1), Flush(servers, signature: 2));
            Assert.All(mine.Concat(theirs), fate => Assert.Equal(ItemFate.Stored, fate));
            await AssertThereOnceAsync(servers);
        }
    }

    private static ServerKey[] NewServers()
    {
        var team = EmbeddedEngine.NewId<TeamId>();
        return [.. Enumerable.Range(0, Batches).Select(_ => new ServerKey(team, EmbeddedEngine.NewId<ServerId>()))];
    }

    private static List<MetricsItem> Flush(ServerKey[] servers, long signature) => [.. servers.Select((server, i) => Metrics.Batches.Item(
        server, Metrics.Batches.Of(i, signature, Metrics.Batches.Names("cpu"), [i], T0, T0 + 10_000), ActorRefs.Nobody, ActorRefs.Nobody,
        TimeProvider.System.GetUtcNow()))];

    /// <summary>Both writers at once, the other one in the reverse order; fates in the order of the servers.</summary>
    private async Task<(IReadOnlyList<ItemFate> One, IReadOnlyList<ItemFate> Other)> AtOnceAsync(
        List<MetricsItem> one, List<MetricsItem> other)
    {
        other.Reverse();
        var writing = Task.Run(() => _other.WriteAsync(other, maybeKept: false));
        return (await _one.Store.WriteAsync(one, maybeKept: false), [.. (await writing).Reverse()]);
    }

    private async Task AssertThereOnceAsync(ServerKey[] servers)
    {
        for (var i = 0; i < servers.Length; i++)
        {
            var answer = await _one.Reader.QueryAsync(
                new MetricsQuery(servers[i].Team, servers[i].Server, null, T0 - 60_000, T0 + 60_000, 1), CancellationToken.None);
            Assert.Equal([(double)i, i], Assert.Single(answer.Series).Points.Select(point => point.Last));
        }
    }
}
