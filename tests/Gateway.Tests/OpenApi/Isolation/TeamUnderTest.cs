using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Gateway.Tests.Ingest.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Gateway.Tests.OpenApi.Isolation;

/// <summary>A team with a person of each role, a key of every scope, and one of each thing that has an id.</summary>
internal sealed class TeamUnderTest
{
    private const string Password = "four words in a row";

    private readonly TestPlatform _platform;
    private readonly HttpClient _http;
    private readonly Dictionary<string, string> _cookies = [];

    private TeamUnderTest(TestPlatform platform, HttpClient http) => (_platform, _http) = (platform, http);

    /// <summary>Roles from the greatest on, then a key; nobody is somebody too.</summary>
    public static IReadOnlyList<string> Callers { get; } = ["owner", "admin", "member", "viewer", "key", "nobody"];

    /// <summary>What the team has, by kind: <c>team</c>, <c>server</c>, <c>key</c>, <c>snapshot</c>, <c>object</c>, …</summary>
    public Dictionary<string, string> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>The token of the server's agent.</summary>
    public string AgentToken { get; private set; } = "";

    /// <summary>Path and query of tickets to put and to get an object.</summary>
    public (string Put, string Get) Tickets { get; private set; }

    private string Key { get; set; } = "";

    /// <summary>Founds one.</summary>
    public static async Task<TeamUnderTest> FoundAsync(TestPlatform platform, HttpClient http)
    {
        var team = new TeamUnderTest(platform, http);
        var id = ResourceId.FromRandom<TeamId>(RandomNumberGenerator.GetBytes(16));
        team.Ids["team"] = id.ToString();
        foreach (var role in (TeamRole[])[TeamRole.Owner, TeamRole.Admin, TeamRole.Member, TeamRole.Viewer]) await team.JoinAsync(id, role);
        var server = await team.MustAsync("POST", "/api/servers", """{"name": "web-1"}""");
        (team.Ids["server"], team.AgentToken) = (Text(server, "id"), Text(server, "token"));
        var command = await team.MustAsync("POST", $"/api/servers/{team.Ids["server"]}/commands", """{"kind": "backup.run"}""");
        team.Ids["command"] = Text(command, "id");
        var key = await team.MustAsync("POST", "/api/keys", """{"name": "ci", "scopes": ["read", "write", "servers:enroll"]}""");
        (team.Ids["key"], team.Key) = (Text(key, "id"), Text(key, "key"));
        var channels = await team.MustAsync(
            "PUT", "/api/notifications", """{"items": [{"kind": "webhook", "url": "https://192.0.2.1/hook", "events": ["*"]}]}""");
        team.Ids["channel"] = Text(channels.GetProperty("items")[0], "id");
        team.Ids["invitation"] = Text(await team.MustAsync("POST", "/api/invitations", """{"role": "viewer"}"""), "id");
        var sessions = await team.MustAsync("GET", "/api/sessions");
        team.Ids["session"] = Text(sessions.GetProperty("items")[0], "id");
        await team.BackUpAsync();
        return team;
    }

    /// <summary>A request of a caller's: a person of the team, its key, or nobody.</summary>
    public HttpRequestMessage Request(string method, string path, string? body, string caller)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (method != "GET")
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body ?? "{}"));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            request.Headers.Add("Sec-Fetch-Site", "same-origin");
        }
        if (caller == "key") request.Headers.Add("Authorization", "Bearer " + Key);
        else if (_cookies.TryGetValue(caller, out var cookie)) request.Headers.Add("Cookie", cookie);
        return request;
    }

    /// <summary>A call by the owner that must go well.</summary>
    public async Task<JsonElement> MustAsync(string method, string path, string? body = null, string caller = "owner")
    {
        using var request = Request(method, path, body, caller);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        if (answer.Headers.TryGetValues("Set-Cookie", out var cookies)) _cookies[caller] = cookies.Single().Split(';')[0];
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private async Task JoinAsync(TeamId team, TeamRole role)
    {
        var id = ResourceId.FromRandom<InvitationId>(RandomNumberGenerator.GetBytes(16));
        var (engine, keys) = (_platform.Services.GetRequiredService<EngineClient>(), _platform.Services.GetRequiredService<PlatformKeys>());
        var text = TokenForm.Write(TokenKind.Invitation, team, id, RandomNumberGenerator.GetBytes(32), keys.TokenKey);
        Assert.IsType<Done>(await engine.AskAsync(new IssueInvitation(
            team, id, TokenHash.Of(text), role, TimeProvider.System.GetUtcNow().AddHours(1), Author.OfOperator("test"))));
        var caller = role.ToString().ToLowerInvariant();
        var joined = await MustAsync("POST", "/api/setup", JsonSerializer.Serialize(new
        {
            invitation = text,
            team = "Acme",
            email = $"{caller}-{team}@example.org",
            password = Password,
        }), caller);
        Ids["user"] = Text(joined, "user");
    }

    private async Task BackUpAsync()
    {
        using (var report = await _http.SendAsync(TestPlatform.Signed(AgentToken, TestPlatform.NewBatch())))
            Assert.Equal(HttpStatusCode.Accepted, report.StatusCode);
        Ids["batch"] = BackupClient.NewId();
        using (var batch = await _http.SendAsync(TestPlatform.Signed(AgentToken, Encoding.UTF8.GetBytes(
            $$$"""{"batch": "{{{Ids["batch"]}}}", "reports": [{"at": 1712150400000, "values": {"cpu": 1}}]}"""))))
            Assert.Equal(HttpStatusCode.Accepted, batch.StatusCode);
        var agent = new BackupClient(_http, AgentToken);
        Ids["snapshot"] = BackupClient.NewId();
        var objects = await agent.RunAsync(Ids["snapshot"], null, 2);
        Ids["object"] = objects[1].Name.Split('/')[1];
        var granted = await agent.ExpectAsync(HttpStatusCode.OK, "downloads", new { objects = new[] { objects[1].Name } });
        var more = BackupClient.NewObject();
        Tickets = (new Uri(await agent.TicketAsync(more)).PathAndQuery, new Uri(BackupClient.UrlOf(granted, objects[1].Name)).PathAndQuery);
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
