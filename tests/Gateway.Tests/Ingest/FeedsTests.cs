using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Gateway.Tests.OpenApi.Isolation;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.Ingest;

/// <summary>Logs, inventory and commands from the agent's request to the person's answer, over the real platform.</summary>
[Collection(nameof(PlatformCollection))]
public sealed class FeedsTests(TestPlatform platform) : IAsyncLifetime
{
    private HttpClient _http = null!;
    private TeamUnderTest _team = null!;

    private string Server => $"/api/servers/{_team.Ids["server"]}";

    public async Task InitializeAsync()
    {
        _http = platform.NewHttpClient();
        _team = await TeamUnderTest.FoundAsync(platform, _http);
    }

    public Task DisposeAsync()
    {
        _http.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Lines_are_searched_by_people_and_keys_and_a_replay_is_refused()
    {
        var now = TimeProvider.System.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        var batch = NewId();
        var body = Encoding.UTF8.GetBytes($$"""
            {"batch": "{{batch}}", "lines": [
             {"at": {{at}}, "source": "a", "text": "One"}, {"at": {{at}}, "source": "b", "text": "two ones"},
             {"at": 1, "source": "a", "text": "expired"}]}
            """);
        Assert.Equal("""202 {"lines":2,"expired":1}""", await AgentAsync("logs", body, now));
        Assert.StartsWith("409 ", await AgentAsync("logs", body, now), StringComparison.Ordinal);
        Assert.Equal("""202 {"lines":2,"expired":1}""", await AgentAsync("logs", body, now.AddSeconds(1)));
        Assert.Equal(["two ones", "One"], Texts(await _team.MustAsync("GET", Server + "/logs")));
        Assert.Equal(["One"], Texts(await _team.MustAsync("GET", Server + "/logs?source=a&text=ONE", caller: "key")));
        var first = await _team.MustAsync("GET", Server + "/logs?limit=1", caller: "viewer");
        var next = first.GetProperty("next").GetString();
        var second = await _team.MustAsync("GET", $"{Server}/logs?limit=1&cursor={next}");
        Assert.Equal(["two ones", "One"], Texts(first).Concat(Texts(second)));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.StartsWith("422 ", await AgentAsync("logs", """{"batch": "x", "lines": []}"""u8.ToArray()), StringComparison.Ordinal);
        foreach (var wrong in new[] { "cursor=x", "limit=0", "from=x", "from=5&to=5", "text=" + new string('x', 257), "source=a&source=b" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync("GET", $"{Server}/logs?{wrong}"));
    }

    [Fact]
    public async Task An_inventory_is_shown_with_its_time_and_what_changed_stands_in_the_audit_log()
    {
        Assert.Equal("""{"receivedAt":null,"host":null,"cron":[],"certificates":[],"agent":null,"units":[],"processes":[],"faults":[]}""",
            (await _team.MustAsync("GET", Server + "/inventory")).GetRawText());
        Assert.Equal("202 {}", await AgentAsync("inventory", Inventory("6.1")));
        Assert.Equal("202 {}", await AgentAsync("inventory", Inventory("6.2")));
        Assert.Equal("202 {}", await AgentAsync("inventory", Inventory("6.2")));
        var shown = await _team.MustAsync("GET", Server + "/inventory", caller: "key");
        Assert.Equal("6.2", shown.GetProperty("host").GetProperty("kernel").GetString());
        Assert.InRange(shown.GetProperty("receivedAt").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(-5),
            TimeProvider.System.GetUtcNow());
        Assert.StartsWith("422 ", await AgentAsync("inventory", """{"host": {}}"""u8.ToArray()), StringComparison.Ordinal);
        // The first, and the one change.
        var told = await AuditAsync("server.inventory-changed", 2);
        var change = told[0].GetProperty("after").GetProperty("changes")[0].GetProperty("changed");
        Assert.Equal("kernel", change.GetProperty("names")[0].GetString());
        Assert.Equal("server", told[0].GetProperty("actor").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_waiting_poll_hears_a_command_at_once_and_its_result_is_shown()
    {
        // The team's own one is in the way.
        await AgentAsync($"commands/{_team.Ids["command"]}/result", Result("done"));
        var poll = AgentAsync("commands/poll", Poll(50));
        var queued = await _team.MustAsync(
            "POST", Server + "/commands", """{"kind": "backup.verify", "arguments": {"readDataPercent": 10}}""", "key");
        var heard = await poll.WaitAsync(TimeSpan.FromSeconds(40));
        var id = queued.GetProperty("id").GetString();
        Assert.Contains($$"""{"id":"{{id}}","kind":"backup.verify","arguments":{"readDataPercent":10},"issuedAt":""", heard,
            StringComparison.Ordinal);
        Assert.Contains(id!, await AgentAsync("commands/poll", Poll(0)), StringComparison.Ordinal);
        Assert.Equal("202 {}", await AgentAsync($"commands/{id}/result", Result("failed")));
        Assert.Equal("202 {}", await AgentAsync($"commands/{id}/result", Result("done")));
        Assert.Equal("""200 {"commands":[]}""", await AgentAsync("commands/poll", Poll(0)));
        var shown = (await _team.MustAsync("GET", Server + "/commands?limit=1", caller: "viewer")).GetProperty("items")[0];
        Assert.Equal(("failed", "said"), (shown.GetProperty("status").GetString(), shown.GetProperty("detail").GetString()));
        var ended = await AuditAsync("server.command-ended", 2);
        Assert.Equal(id, ended[0].GetProperty("after").GetProperty("command").GetString());
        var asked = await AuditAsync("server.command-queued", 2);
        Assert.Equal("key", asked[0].GetProperty("actor").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Only_the_closed_kinds_and_arguments_are_taken()
    {
        foreach (var body in new[]
        {
            """{"kind": "shell.run"}""", "{}", """{"kind": "agent.ping", "arguments": {"command": "id"}}""",
            """{"kind": "agent.ping", "arguments": []}""", """{"kind": "backup.verify", "arguments": {"readDataPercent": 0}}""",
            """{"kind": "backup.verify", "arguments": {"readDataPercent": "10"}}""", """{"kind": "agent.ping", "id": "1"}""",
        })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync("POST", Server + "/commands", body));
        await _team.MustAsync("POST", Server + "/commands", """{"kind": "backup.verify", "arguments": {}}""");
        var own = $$"""{"kind": "inventory.refresh", "arguments": null, "id": "{{NewId()}}"}""";
        Assert.Equal(
            (await _team.MustAsync("POST", Server + "/commands", own)).GetRawText(),
            (await _team.MustAsync("POST", Server + "/commands", own)).GetRawText());
    }

    [Fact]
    public async Task The_platforms_own_refusals_are_told_and_viewers_may_not_ask()
    {
        // The team asked for one already.
        var second = await _team.MustAsync("POST", Server + "/commands", """{"kind": "backup.run"}""");
        Assert.Equal("refused", second.GetProperty("status").GetString());
        for (var i = 1; i < 16; i++) await _team.MustAsync("POST", Server + "/commands", """{"kind": "agent.ping"}""");
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync("POST", Server + "/commands", """{"kind": "agent.ping"}"""));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("POST", Server + "/commands", """{"kind": "agent.ping"}""", "viewer"));
        Assert.StartsWith("404 ", await AgentAsync($"commands/{NewId()}/result", Result("done")), StringComparison.Ordinal);
        Assert.StartsWith("404 ", await AgentAsync("commands/1/result", Result("done")), StringComparison.Ordinal);
        Assert.StartsWith("422 ", await AgentAsync($"commands/{NewId()}/result", Result("maybe")), StringComparison.Ordinal);
        Assert.StartsWith("422 ", await AgentAsync("commands/poll", Poll(51)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_poll_ends_with_the_platform()
    {
        var mortal = new TestPlatform();
        await mortal.InitializeAsync();
        using var http = mortal.NewHttpClient();
        var token = await mortal.NewTokenAsync();
        var poll = http.SendAsync(TestPlatform.Signed(token, Poll(50), path: "/api/agent/commands/poll"));
        // It waits at the door as soon as a later request is answered.
        using var later = await http.SendAsync(TestPlatform.Signed(token, Poll(0), path: "/api/agent/commands/poll"));
        Assert.Equal("""{"commands":[]}""", await later.Content.ReadAsStringAsync());
        await mortal.DisposeAsync().WaitAsync(TimeSpan.FromSeconds(40));
        using var ended = await poll.WaitAsync(TimeSpan.FromSeconds(40));
        Assert.Equal("""{"commands":[]}""", await ended.Content.ReadAsStringAsync());
    }

    private static string NewId() => ResourceId.FromRandom<CommandId>(RandomNumberGenerator.GetBytes(16)).ToString();

    private static byte[] Poll(int wait) => Encoding.UTF8.GetBytes($$"""{"request": "{{NewId()}}", "wait": {{wait}} }""");

    private static byte[] Result(string status) =>
        Encoding.UTF8.GetBytes($$"""{"request": "{{NewId()}}", "status": "{{status}}", "detail": "said"}""");

    private static byte[] Inventory(string kernel) => Encoding.UTF8.GetBytes($$"""
        {"request": "{{NewId()}}", "host": {"kernel": "{{kernel}}" }, "cron": [], "certificates": [],
         "agent": {"version": "1", "started": "2026-11-25T12:00:00Z"} }
        """);

    private static IEnumerable<string?> Texts(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("text").GetString());

    private async Task<string> AgentAsync(string endpoint, byte[] body, DateTimeOffset? at = null)
    {
        using var answer = await _http.SendAsync(TestPlatform.Signed(_team.AgentToken, body, at, "/api/agent/" + endpoint));
        Framed.AssertFramed(answer);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
    }

    private async Task<HttpStatusCode> StatusAsync(string method, string path, string? body = null, string caller = "owner")
    {
        using var request = _team.Request(method, path, body, caller);
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<IReadOnlyList<JsonElement>> AuditAsync(string action, int count)
    {
        IReadOnlyList<JsonElement> found = [];
        await TestSupport.Poll.UntilAsync($"{count} entries of {action}", TimeSpan.FromSeconds(40), async () =>
        {
            var page = await _team.MustAsync("GET", $"/api/audit?action={action}");
            found = [.. page.GetProperty("items").EnumerateArray()];
            return found.Count >= count;
        });
        Assert.Equal(count, found.Count);
        return found;
    }
}
