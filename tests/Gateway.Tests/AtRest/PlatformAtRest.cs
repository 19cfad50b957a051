using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>A whole platform whose files are then looked at: real Kestrel, TLS, engine and store; keys are sealed anew at once.</summary>
internal sealed class PlatformAtRest : IAsyncDisposable
{
    private static readonly ResealTimes Quick = new(TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100));

    private readonly GatewayOptions _options;
    private WebApplication? _app;

    public PlatformAtRest(GatewayOptions options) => _options = options;

    public CapturedLog Log { get; } = new();

    /// <summary>
    /// Every answer to <see cref="SendAsync"/>, headers and body. A session that its own holder sent is given again in the cookie; that one
    /// line is masked.
    /// </summary>
    public List<string> Answers { get; } = [];

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    public async Task StartAsync()
    {
        _app = GatewayHost.Build(_options, services => services.AddSingleton(Quick).AddSingleton<ILoggerProvider>(Log));
        await _app.StartAsync();
        var url = new Uri(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = PlatformTrust.NewHttpClient(url, Path.Combine(_options.Data, "ca.pem"));
        Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    public async Task StopAsync()
    {
        if (_app is null) return;
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>An invitation's text for a team.</summary>
    public async Task<string> InviteAsync(TeamId team, TeamRole role)
    {
        var id = ResourceId.FromRandom<InvitationId>(RandomNumberGenerator.GetBytes(16));
        var text = TokenForm.Write(
            TokenKind.Invitation, team, id, RandomNumberGenerator.GetBytes(32), Services.GetRequiredService<PlatformKeys>().TokenKey);
        var issue = new IssueInvitation(team, id, TokenHash.Of(
            text), role, TimeProvider.System.GetUtcNow().AddHours(1), Author.OfOperator("test"));
        Assert.IsType<Done>(await Services.GetRequiredService<EngineClient>().AskAsync(issue));
        return text;
    }

    /// <summary>Sends one call; with a session's cookie when one is given.</summary>
    public async Task<(HttpStatusCode Status, string Body, string? Cookie)> SendAsync(
        HttpMethod method, string path, object? body = null, string? cookie = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8);
            request.Content.Headers.ContentType = new("application/json");
        }
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (cookie is not null) request.Headers.Add("Cookie", $"hostatlas_session={cookie}");
        using var answer = await Http.SendAsync(request);
        var given = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single().Split(';')[0].Split('=')[1] : null;
        var text = await answer.Content.ReadAsStringAsync();
        var whole = $"{answer.Headers}{answer.Content.Headers}\n{text}";
        var own = request.Headers.TryGetValues("Cookie", out var sent) ? sent.Single() + ";" : null;
        Answers.Add(own is null ? whole : whole.Replace(own, "(the own session);", StringComparison.Ordinal));
        return (answer.StatusCode, text, given);
    }

    /// <summary>A call that must succeed, and a member of its answer.</summary>
    public async Task<JsonElement> MustAsync(HttpMethod method, string path, object? body = null, string? cookie = null)
    {
        var (status, text, _) = await SendAsync(method, path, body, cookie);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path} answered {status}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Signs up with an invitation; the session's cookie.</summary>
    public async Task<string> SetUpAsync(string invitation, string team, string email, string password)
    {
        var (status, text, cookie) = await SendAsync(HttpMethod.Post, "/api/setup", new { invitation, team, email, password });
        Assert.True(status == HttpStatusCode.Created, text);
        return cookie!;
    }

    /// <summary>Makes a server and waits for nothing.</summary>
    public async Task<(string Id, string Token)> AddServerAsync(string name, string cookie)
    {
        var made = await MustAsync(HttpMethod.Post, "/api/servers", new { name }, cookie);
        return (made.GetProperty("id").GetString()!, made.GetProperty("token").GetString()!);
    }

    /// <summary>Sends a signed report; its values by name, at a time.</summary>
    public async Task ReportAsync(string token, long atMs, params (string Name, double Value)[] values)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            batch = ResourceId.FromRandom<ServerId>(RandomNumberGenerator.GetBytes(16)).ToString(),
            reports = new[] { new { at = atMs, values = values.ToDictionary(value => value.Name, value => value.Value) } },
        });
        using var request = TestPlatform.Signed(token, body);
        using var answer = await Http.SendAsync(request);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a signed body to another endpoint of agents; it must be taken.</summary>
    public async Task<JsonElement> AgentAsync(string token, string endpoint, object body)
    {
        using var request = TestPlatform.Signed(token, JsonSerializer.SerializeToUtf8Bytes(body), path: "/api/agent/" + endpoint);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
