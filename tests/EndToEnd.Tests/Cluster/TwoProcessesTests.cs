using System.Net;
using System.Text;
using System.Text.Json;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Cluster;

/// <summary>A second process of role gateway honours what the first knows, and the first what the second was told: at once.</summary>
public sealed class TwoProcessesTests
{
    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task What_begins_or_ends_at_one_process_does_so_at_the_other_with_the_very_next_request(PlatformStore store)
    {
        await using var platform = await SecondProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform.Engine);
        using var atEngine = platform.PersonAtEngine();
        using var atGateway = platform.PersonAtGateway();

        // A session of one is a session of the other, until it ends at either.
        Assert.Equal(HttpStatusCode.OK, await atGateway.StatusAsync(HttpMethod.Get, "/api/session", founder.Cookie));
        var session = await atGateway.SignInAsync(founder.Email, Founder.Password);
        Assert.Equal(HttpStatusCode.OK, await atEngine.StatusAsync(HttpMethod.Get, "/api/session", session));
        Assert.True((int)await atEngine.StatusAsync(HttpMethod.Delete, "/api/session", session) < 300);
        Assert.Equal(HttpStatusCode.Unauthorized, await atGateway.StatusAsync(HttpMethod.Get, "/api/session", session));
        session = await atEngine.SignInAsync(founder.Email, Founder.Password);
        Assert.Equal(HttpStatusCode.OK, await atGateway.StatusAsync(HttpMethod.Get, "/api/servers", session));
        using var events = await atGateway.ListenAsync(session);
        await events.NextAsync("ready");
        await founder.AddServerAsync("web");
        while ((await events.NextAsync())!.Name != "server.added") { }
        Assert.True((int)await atEngine.StatusAsync(HttpMethod.Delete, "/api/session", session) < 300);
        Assert.Equal(HttpStatusCode.Unauthorized, await atGateway.StatusAsync(HttpMethod.Get, "/api/servers", session));
        await events.EndAsync();

        // So it is with keys.
        var key = await founder.AddKeyAsync("dashboards", "read");
        Assert.Equal(HttpStatusCode.OK, await atGateway.StatusAsync(HttpMethod.Get, "/api/servers", key: key));
        var id = OnlyId(await atGateway.BodyAsync(HttpMethod.Get, "/api/keys", founder.Cookie));
        Assert.True((int)await atEngine.StatusAsync(HttpMethod.Delete, $"/api/keys/{id}", founder.Cookie) < 300);
        Assert.Equal(HttpStatusCode.Unauthorized, await atGateway.StatusAsync(HttpMethod.Get, "/api/servers", key: key));

        // What is asked of the gateway is tried by the engine: this address is nobody's, and the guard says so.
        using var channels = await atGateway.SendAsync(HttpMethod.Put, "/api/notifications", founder.Cookie,
            body: """{"items": [{"kind": "webhook", "url": "https://192.0.2.1/hook", "events": ["*"]}]}""");
        var channel = OnlyId(await channels.Content.ReadAsStringAsync());
        Assert.Contains("address-refused",
            await atGateway.BodyAsync(HttpMethod.Post, $"/api/notifications/{channel}/test", founder.Cookie), StringComparison.Ordinal);

        // SIGTERM waits for no stream, at neither.
        using var last = await atGateway.ListenAsync(founder.Cookie);
        using var lastAtEngine = await atEngine.ListenAsync(founder.Cookie);
        Assert.Equal(0, await platform.Gateway.StopAsync());
        await last.EndAsync();
        Assert.Equal(0, await platform.Engine.StopAsync());
        await lastAtEngine.EndAsync();
    }

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task Reports_to_the_gateway_are_durable_and_seen_at_both_and_neither_a_replay_nor_an_ended_token_passes(
        PlatformStore store)
    {
        await using var platform = await SecondProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform.Engine);
        using var atGateway = platform.PersonAtGateway();
        var server = await founder.AddServerAsync("web");
        var now = TimeProvider.System.GetUtcNow();
        var start = DateTimeOffset.FromUnixTimeSeconds(now.AddMinutes(-10).ToUnixTimeSeconds());

        Assert.Equal(202, await SendToGatewayAsync(platform, server, now, Report(start, 0)));
        var query = $"/api/servers/{server.Id}/metrics?from={start.ToUnixTimeMilliseconds()}"
            + $"&to={start.AddSeconds(5).ToUnixTimeMilliseconds()}&step=1";
        using (var atEngine = platform.PersonAtEngine())
        {
            var seen = await atEngine.BodyAsync(HttpMethod.Get, query, founder.Cookie);
            Assert.Contains("cluster.number", seen, StringComparison.Ordinal);
            Assert.Equal(seen, await atGateway.BodyAsync(HttpMethod.Get, query, founder.Cookie));
        }

        // The same bytes once more, at the other process, are a replay.
        Assert.Equal(409, await SendToEngineAsync(platform, server, now, Report(start, 0)));
        now = TimeProvider.System.GetUtcNow(); // A busy machine may have used up the first one's window.
        Assert.Equal(202, await SendToEngineAsync(platform, server, now, Report(start, 1)));
        Assert.Equal(409, await SendToGatewayAsync(platform, server, now, Report(start, 1)));

        // A token that was replaced at the one is refused at the other.
        now = TimeProvider.System.GetUtcNow();
        var next = server with { Token = await founder.RotateTokenAsync(server) };
        Assert.Equal(401, await SendToGatewayAsync(platform, server, now, Report(start, 2)));
        Assert.Equal(202, await SendToGatewayAsync(platform, next, now, Report(start, 3)));

        // The largest body that is taken crosses between the processes as well.
        Assert.Equal(202, await SendToGatewayAsync(platform, next, now, LargeReport(start)));

        // Durable is what a kill of both leaves.
        await platform.Gateway.KillAsync();
        await platform.Engine.KillAsync();
        await platform.Engine.StartAgainAsync();
        var rows = (await founder.MetricsAsync(server, start, start.AddSeconds(5)))["cluster.number"];
        Assert.Equal([0, 1, 3], rows.Select(point => point.Last));
    }

    private static async Task<int> SendToGatewayAsync(SecondProcess platform, WatchedServer server, DateTimeOffset now, byte[] body)
    {
        await using var connection = await platform.Gateway.ConnectAsync();
        return await SendAsync(connection, server.MetricsRequest(platform.Gateway.Url.Authority, now, body));
    }

    private static async Task<int> SendToEngineAsync(SecondProcess platform, WatchedServer server, DateTimeOffset now, byte[] body)
    {
        await using var connection = await platform.Engine.ConnectAsync();
        return await SendAsync(connection, server.MetricsRequest(platform.Engine.Url.Authority, now, body));
    }

    private static async Task<int> SendAsync(WireConnection connection, byte[] request)
    {
        await connection.SendAsync(request);
        var answer = await connection.ReadAnswerAsync() ?? throw new IOException("The platform closed instead of answering.");
        return answer.Status;
    }

    private static byte[] Report(DateTimeOffset start, int number) => Encoding.ASCII.GetBytes(
        $$$"""{"batch":"00000000-0000-4000-8000-{{{number:x12}}}","reports":[{"at":"""
        + $$$"""{{{start.AddSeconds(number).ToUnixTimeMilliseconds()}}},"values":{"cluster.number":{{{number}}}}}]}""");

    // 400 reports of 100 values: 0.9 MB of the 1 MiB that a body may have.
    private static byte[] LargeReport(DateTimeOffset start)
    {
        var reports = Enumerable.Range(0, 400).Select(report =>
            $$$"""{"at":{{{start.AddSeconds(report + 100).ToUnixTimeMilliseconds()}}},"values":{"""
            + string.Join(',', Enumerable.Range(0, 100).Select(name => $"\"large.{name:d3}\":{(report * 1.37) + name:f5}")) + "}}");
        return Encoding.ASCII.GetBytes(
            """{"batch":"00000000-0000-4000-8000-0000000000ff","reports":[""" + string.Join(',', reports) + "]}");
    }

    private static string OnlyId(string keys)
    {
        using var document = JsonDocument.Parse(keys);
        return document.RootElement.GetProperty("items").EnumerateArray().Single().GetProperty("id").GetString()!;
    }
}
