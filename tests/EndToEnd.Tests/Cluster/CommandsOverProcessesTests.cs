using System.Net;
using System.Text;
using System.Text.Json;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.Cluster;

/// <summary>A poll that waits at one process hears what is asked at the other, and what has no result outlives a kill of both.</summary>
public sealed class CommandsOverProcessesTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task A_command_is_heard_through_a_gateway_and_again_after_the_platform_was_killed_before_its_result(PlatformStore store)
    {
        await using var platform = await SecondProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform.Engine);
        using var atEngine = platform.PersonAtEngine();
        var server = await founder.AddServerAsync("web");

        await using var waiting = await platform.Gateway.ConnectAsync();
        var poll = CallAsync(waiting, platform.Gateway.Url, server, "commands/poll", """{"request": "ID", "wait": 50}""");
        using var asked = await atEngine.SendAsync(
            HttpMethod.Post, $"/api/servers/{server.Id}/commands", founder.Cookie, body: """{"kind": "agent.ping"}""");
        Assert.Equal(HttpStatusCode.Created, asked.StatusCode);
        using var command = JsonDocument.Parse(await asked.Content.ReadAsStringAsync());
        var id = command.RootElement.GetProperty("id").GetString()!;
        Assert.Contains(id, (await poll.WaitAsync(Limit)).Text, StringComparison.Ordinal);

        await platform.Gateway.KillAsync();
        await platform.Engine.KillAsync();
        await platform.Engine.StartAgainAsync();
        await using var again = await platform.Engine.ConnectAsync();
        var at = platform.Engine.Url;
        Assert.Contains(id, (await PollAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(202, (await CallAsync(
            again, at, server, $"commands/{id}/result", """{"request": "ID", "status": "done", "detail": "pong"}""")).Status);
        Assert.Equal("""{"commands":[]}""", (await PollAsync()).Text);

        Task<WireAnswer> PollAsync() => CallAsync(again, at, server, "commands/poll", """{"request": "ID", "wait": 0}""");
    }

    private static async Task<WireAnswer> CallAsync(WireConnection connection, Uri url, WatchedServer server, string endpoint, string body)
    {
        // A request's own id is of any form; two equal bodies of one second would be one request.
        var unique = body.Replace("ID", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)),
            StringComparison.Ordinal);
        await connection.SendAsync(server.SignedRequest(
            url.Authority, "/api/agent/" + endpoint, TimeProvider.System.GetUtcNow(), Encoding.UTF8.GetBytes(unique)));
        return await connection.ReadAnswerAsync() ?? throw new IOException("The platform closed instead of answering.");
    }
}
