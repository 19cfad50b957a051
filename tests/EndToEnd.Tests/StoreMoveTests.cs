using HostAtlas.EndToEnd.Tests.Crash;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Databases;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>A platform that outgrew its files, as its operator moves it.</summary>
public sealed class StoreMoveTests(ITestOutputHelper output)
{
    private const int Batches = 100, ReportsPerBatch = 500, StepsPerQuery = 10_000;

    [Fact]
    public async Task A_platform_is_moved_to_PostgreSQL_although_the_move_is_killed_and_nobody_need_sign_in_again()
    {
        await using var platform = await PlatformProcess.StartAsync();
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("web");
        var start = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddDays(-5).ToUnixTimeSeconds());
        var random = new Random(1);
        for (var batch = 0; batch < Batches; batch++)
            Assert.Equal(202, await SendAsync(platform, server, start,
                new SentBatch(SentBatch.NewId(random), batch * ReportsPerBatch, ReportsPerBatch)));
        Assert.Equal(0, await platform.StopAsync());

        var database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        string[] move = ["store", "move", "--data", platform.Data, "--connection-file", await platform.WriteConnectionAsync(database)];
        await using (var killed = ChildProcess.StartAssembly("Gateway", move))
        {
            await Poll.UntilAsync("the move to have begun with the metrics", TimeSpan.FromSeconds(60), async () =>
                killed.HasExited || await CopiedAsync(database) > 0);
            Assert.False(killed.HasExited, $"There was nothing left to kill:\n{killed.LastWords}");
            await killed.KillAsync();
        }
        var copied = await CopiedAsync(database);
        Assert.InRange(copied, 1, Batches * ReportsPerBatch);
        var finished = await ChildProcess.RunAssemblyAsync("Gateway", move, limit: TimeSpan.FromMinutes(2));
        output.WriteLine($"killed after {copied} rows of metrics; the second run said:\n{finished.LastWords}");
        Assert.Equal(0, finished.ExitCode);

        await platform.UseAsync(database);
        await platform.StartAgainAsync();
        // The same person's cookie, the same agent's token.
        var read = 0;
        for (var from = 0; from < Batches * ReportsPerBatch; from += StepsPerQuery)
        {
            var series = await founder.MetricsAsync(server, start.AddSeconds(from), start.AddSeconds(from + StepsPerQuery));
            var points = series[SentBatch.Metric];
            foreach (var point in points)
            {
                var n = (point.AtMs - start.ToUnixTimeMilliseconds()) / 1000;
                Assert.Equal(new Point(point.AtMs, n, n, n, n), point);
            }
            read += points.Count;
        }
        Assert.Equal(Batches * ReportsPerBatch, read);
        Assert.Equal(202, await SendAsync(platform, server, start, new SentBatch(SentBatch.NewId(random), read, 1)));
        Assert.Equal((read + 1, read + 1), DiskFacts.MetricRows(platform));
        await founder.AddServerAsync("afterwards");
    }

    private static async Task<long> CopiedAsync(PostgresDatabaseUnderTest database)
    {
        await using var connection = new Npgsql.NpgsqlConnection(database.SuperuserConnection);
        await connection.OpenAsync();
        await using var there = new Npgsql.NpgsqlCommand("select to_regclass('hostatlas.store_move') is not null", connection);
        if (await there.ExecuteScalarAsync() is not true) return 0;
        await using var rows = new Npgsql.NpgsqlCommand(
            "select coalesce(sum(rows), 0)::bigint from hostatlas.store_move where moved = 'hostatlas.metric_rows'", connection);
        return (long)(await rows.ExecuteScalarAsync())!;
    }

    private static async Task<int> SendAsync(PlatformProcess platform, WatchedServer server, DateTimeOffset start, SentBatch batch)
    {
        await using var connection = await platform.ConnectAsync();
        await connection.SendAsync(
            server.MetricsRequest(platform.Url.Authority, TimeProvider.System.GetUtcNow(), batch.Body(start)));
        var answer = await connection.ReadAnswerAsync() ?? throw new IOException("The platform closed instead of answering.");
        return answer.Status;
    }
}
