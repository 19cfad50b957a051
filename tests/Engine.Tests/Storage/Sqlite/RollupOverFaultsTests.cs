using Akka.Actor;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>What must not keep the roll-up, and with it the retention of everybody, waiting for ever.</summary>
public sealed class RollupOverFaultsTests : IDisposable
{
    private const long Start = 1_700_006_400_000;

    private readonly SqliteStoreUnderTest _store = new(new ManualTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(Start)));

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_damaged_report_is_left_out_of_its_hour()
    {
        var server = await ReportedAsync();
        Execute($"update metric_rows set vals = zeroblob(60) where at_ms = {Start}");
        Assert.Equal(1, await PassAsync());
        Assert.Equal(0, Count("metric_marks"));
        var answer = await _store.Reader.QueryAsync(
            new MetricsQuery(server.Team, server.Server, null, Start, Start + HourWindow.HourMs, 3_600), CancellationToken.None);
        Assert.Equal(new MetricPoint(Start, 2, 2, 2, 2), Assert.Single(Assert.Single(answer.Series).Points));
    }

    [Fact]
    public async Task A_team_whose_keys_were_destroyed_holds_up_nobody()
    {
        await ReportedAsync();
        Execute($"update team_keys set destroyed_at_ms = {Start}, wrapped = x''");
        _store.Restart();
        var other = await ReportedAsync();
        await PassAsync();
        Assert.Equal(0, Count("metric_marks"));
        Assert.Equal(1, Count("metric_hours"));
        var answer = await _store.Reader.QueryAsync(
            new MetricsQuery(other.Team, other.Server, null, Start, Start + HourWindow.HourMs, 3_600), CancellationToken.None);
        Assert.Single(answer.Series);
    }

    private async Task<ServerKey> ReportedAsync()
    {
        var server = new ServerKey(EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());
        foreach (var i in new[] { 0, 1 })
        {
            var batch = Batches.Of(i, i, Batches.Names("cpu"), [i + 1], Start + (i * 10_000L));
            await _store.Store.WriteAsync(
                [Batches.Item(server, batch, ActorRefs.Nobody, ActorRefs.Nobody, DateTimeOffset.FromUnixTimeMilliseconds(Start))],
                maybeKept: false);
        }
        return server;
    }

    private Task<int> PassAsync()
    {
        var options = new EngineOptions
        {
            DataDirectory = "/nowhere",
            RootKey = new byte[32],
            RawRetention = TimeSpan.FromHours(3),
        };
        return new RollupPass(_store.Rollups, _store.Source, _store.Seals, options, NullLogger<RollupPass>.Instance)
            .RunAsync(DateTimeOffset.FromUnixTimeMilliseconds(Start + (2 * HourWindow.HourMs)), CancellationToken.None);
    }

    private void Execute(string sql)
    {
        using var connection = _store.File.OpenWriter();
        Assert.NotEqual(0, DataFile.Execute(connection, sql));
    }

    private long Count(string table)
    {
        using var connection = _store.File.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from {table}";
        return (long)command.ExecuteScalar()!;
    }
}
