using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Watch;

/// <summary>People's API as a person at a terminal uses it: TLS 1.3, the platform's authority, a session.</summary>
public sealed class PeopleClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _origin;

    /// <param name="url">The platform's address.</param>
    /// <param name="authority">A PEM file to trust; null trusts what the system trusts.</param>
    public PeopleClient(Uri url, string? authority)
    {
        _origin = url.GetLeftPart(UriPartial.Authority);
        var tls = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13 };
        if (authority is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(authority);
            tls.CertificateChainPolicy = policy;
        }
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = tls, AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = new Uri(_origin),
            Timeout = TimeSpan.FromSeconds(15),
        };
    }

    /// <summary>Founds or joins a team and signs in.</summary>
    public Task<JsonElement> SetUpAsync(string invitation, string team, string email, string password, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "/api/setup", new Dictionary<string, string>
        {
            ["invitation"] = invitation, ["team"] = team, ["email"] = email, ["password"] = password,
        }, cancellation);

    /// <summary>Signs in.</summary>
    public Task<JsonElement> SignInAsync(string email, string password, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "/api/session", new Dictionary<string, string> { ["email"] = email, ["password"] = password }, cancellation);

    /// <summary>Adds a server; gives its token.</summary>
    public async Task<string> AddServerAsync(string name, CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Post, "/api/servers", new Dictionary<string, string> { ["name"] = name }, cancellation)).GetProperty("token").GetString()!;

    /// <summary>The team's servers.</summary>
    public async Task<IReadOnlyList<WatchedServer>> ServersAsync(CancellationToken cancellation) =>
        [.. (await SendAsync(HttpMethod.Get, "/api/servers?limit=200", null, cancellation)).GetProperty("items").EnumerateArray().Select(WatchedServer.Read)];

    /// <summary>What one server showed in the last ten minutes, in steps of ten seconds.</summary>
    public async Task<JsonElement> MetricsAsync(string server, long nowMs, CancellationToken cancellation) =>
        await SendAsync(HttpMethod.Get, $"/api/servers/{server}/metrics?step=10&from={nowMs - 600_000}&to={nowMs + 10_000}", null, cancellation);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", _origin);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode) return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation).ConfigureAwait(false);
        var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await answer.Content.ReadFromJsonAsync(WireJson.Default.Problem, cancellation).ConfigureAwait(false)
            : null;
        throw new PlatformRefusedException(problem?.Detail ?? problem?.Title ?? $"The platform answered {(int)answer.StatusCode}.", answer.StatusCode);
    }
}

/// <summary>The platform said no; the message is its own.</summary>
public sealed class PlatformRefusedException(string message, System.Net.HttpStatusCode status) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public System.Net.HttpStatusCode Status { get; } = status;
}

/// <summary>A server in the list.</summary>
public sealed record WatchedServer(string Id, string Name, string Status, DateTimeOffset? LastSeenAt)
{
    /// <summary>Reads one item.</summary>
    public static WatchedServer Read(JsonElement item) => new(
        item.GetProperty("id").GetString()!, item.GetProperty("name").GetString()!, item.GetProperty("status").GetString()!,
        item.GetProperty("lastSeenAt").ValueKind == JsonValueKind.Null ? null : item.GetProperty("lastSeenAt").GetDateTimeOffset());
}
