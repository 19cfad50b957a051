using System.Globalization;
using System.Net;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Databases;
using HostAtlas.TestSupport.Processes;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>The store is taken from under the running platform, as a backup tool or a full disk does.</summary>
public sealed class StoreAwayTests(ITestOutputHelper output)
{
    private const int Agents = 20;

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task While_the_store_is_away_agents_hear_503_and_afterwards_everything_arrives_once_by_itself(PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("web");
        var start = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeSeconds());
        Assert.Equal(202, (await SendAsync(platform, server, start, number: 0, attempt: 0)).Status);

        await using (await TakeAsync(platform))
        {
            var refused = await Task.WhenAll(
                Enumerable.Range(1, Agents).Select(number => SendAsync(platform, server, start, number, attempt: 0)));
            Assert.All(refused, answer =>
            {
                Assert.Equal(503, answer.Status);
                Assert.Contains("urn:hostatlas:problem:engine-busy", answer.Text, StringComparison.Ordinal);
                Assert.InRange(int.Parse(answer.Headers["Retry-After"].Single(), CultureInfo.InvariantCulture), 1, 300);
            });
            // People's sessions lie there too. (SQLite's write lock lets whoever reads go on.)
            if (platform.Database is not null)
                Assert.Equal(HttpStatusCode.ServiceUnavailable, (await founder.TryAddServerAsync("meanwhile")).Status);
            output.WriteLine($"{refused.Length} requests were answered 503 with Retry-After {refused[0].Headers["Retry-After"].Single()}");
        }

        // Nobody restarts anything. The same batches, signed anew.
        var attempt = 1;
        var recovered = await Poll.UntilAsync("the platform to go on by itself", TimeSpan.FromSeconds(20), async () =>
            (await SendAsync(platform, server, start, number: 1, attempt++)).Status == 202);
        output.WriteLine($"went on {recovered.TotalMilliseconds:0} ms after the store came back");
        foreach (var number in Enumerable.Range(2, Agents - 1))
        {
            Assert.Equal(202, (await SendAsync(platform, server, start, number, attempt)).Status);
        }
        var points = (await founder.MetricsAsync(server, start, start.AddSeconds(Agents + 1)))["store.number"];
        Assert.Equal(Enumerable.Range(0, Agents + 1)
            .Select(n => new Point(start.AddSeconds(n).ToUnixTimeMilliseconds(), n, n, n, n)), points);
        Assert.Equal((Agents + 1, Agents + 1), DiskFacts.MetricRows(platform));
    }

    /// <summary>Takes the store away until disposed: SQLite's write lock, PostgreSQL's whole database.</summary>
    private static async Task<IAsyncDisposable> TakeAsync(PlatformProcess platform)
    {
        if (platform.Database is { } database)
        {
            await database.TakeAwayAsync();
            return new GivenBack(database);
        }
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(platform.Data, "data.db"),
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString());
        await connection.OpenAsync();
        await using var begin = connection.CreateCommand();
        begin.CommandText = "begin exclusive";
        await begin.ExecuteNonQueryAsync();
        return connection;
    }

    private sealed class GivenBack(PostgresDatabaseUnderTest database) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await database.BringBackAsync();
    }

    private static async Task<WireAnswer> SendAsync(
        PlatformProcess platform, WatchedServer server, DateTimeOffset start, int number, int attempt)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await using var connection = await platform.ConnectAsync(limit.Token);
        var at = start.AddSeconds(number).ToUnixTimeMilliseconds();
        var body = System.Text.Encoding.ASCII.GetBytes(
            $$$"""{"batch":"00000000-0000-4000-8000-{{{number:x12}}}","reports":"""
            + $$$"""[{"at":{{{at}}},"values":{"store.number":{{{number}}}}}]}""");
        // Each attempt has a second of its own, so that it has a signature of its own.
        var signedAt = TimeProvider.System.GetUtcNow().AddSeconds(-(attempt % 50));
        await connection.SendAsync(server.MetricsRequest(platform.Url.Authority, signedAt, body), limit.Token);
        return await connection.ReadAnswerAsync(limit.Token) ?? throw new IOException("The platform closed instead of answering.");
    }
}
