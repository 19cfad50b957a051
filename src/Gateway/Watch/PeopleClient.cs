using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Watch;

/// <summary>
/// People's API as a person at a terminal uses it: TLS 1.3, the platform's authority, a session cookie, and the <c>Origin</c> that a page
/// of the platform would send. No redirects and no proxy: a password goes to the named address and nowhere else.
/// </summary>
public sealed class PeopleClient : IDisposable
{
    /// <summary>How long an answer may take.</summary>
    public const int TimeoutSeconds = 15;

    private static readonly TimeSpan SignOutWithin = TimeSpan.FromSeconds(5);
    private const int AnswerBytesMost = 16 * 1024 * 1024;
    private readonly HttpClient _http;
    private readonly string _origin;
    private readonly TimeProvider _time;
    private TimeSpan _offset;
    private bool _signedIn;

    /// <param name="url">The platform's address.</param>
    /// <param name="authority">A PEM file to trust; null trusts what the system trusts.</param>
    /// <param name="time">The clock of this machine.</param>
    public PeopleClient(Uri url, string? authority, TimeProvider time)
    {
        Url = url;
        _time = time;
        _origin = url.GetLeftPart(UriPartial.Authority);
        var tls = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13 };
        if (authority is not null)
        {
            // The platform's own authority publishes no revocation lists.
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
        }
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = tls, AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = new Uri(_origin),
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            MaxResponseContentBufferSize = AnswerBytesMost,
        };
    }

    /// <summary>The platform's address.</summary>
    public Uri Url { get; }

    /// <summary>The id of the team that calls are about, for a person who belongs to several; null: the only one.</summary>
    public string? Team { get; init; }

    /// <summary>
    /// The platform's clock, as its last answer's <c>Date</c> told it: it says what "seen 3 s ago" means, whatever this machine's clock
    /// says.
    /// </summary>
    public DateTimeOffset Now => _time.GetUtcNow() + _offset;

    /// <summary>Founds or joins a team and signs in.</summary>
    public Task<JsonElement> SetUpAsync(string invitation, string team, SignIn person, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "/api/setup", new Dictionary<string, string>(Credentials(person))
        {
            ["invitation"] = invitation,
            ["team"] = team,
        }, cancellation);

    /// <summary>Signs in.</summary>
    public Task<JsonElement> SignInAsync(SignIn person, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "/api/session", Credentials(person), cancellation);

    /// <summary>
    /// Signs out, if anybody signed in: a command that ends must not leave a session behind for thirty days. When it does not succeed the
    /// session ends by itself, two hours later.
    /// </summary>
    public async Task SignOutAsync()
    {
        if (!_signedIn) return;
        using var patience = new CancellationTokenSource(SignOutWithin, _time);
        try
        {
            await SendAsync(HttpMethod.Delete, "/api/session", new Dictionary<string, string>(), patience.Token);
        }
        catch (Exception fault) when (
            fault is HttpRequestException or OperationCanceledException or PlatformRefusedException or IOException)
        {
            // What the command was for is done, or its fault was told.
        }
    }

    /// <summary>Adds a server; gives its token.</summary>
    public async Task<string> AddServerAsync(string name, CancellationToken cancellation)
    {
        var created = await SendAsync(HttpMethod.Post, "/api/servers", new Dictionary<string, string> { ["name"] = name }, cancellation);
        return created.GetProperty("token").GetString()!;
    }

    /// <summary>The team's servers: the first page, 200 of them.</summary>
    public async Task<IReadOnlyList<WatchedServer>> ServersAsync(CancellationToken cancellation)
    {
        var page = await SendAsync(HttpMethod.Get, "/api/servers?limit=200", null, cancellation);
        return [.. page.GetProperty("items").EnumerateArray().Select(WatchedServer.Read)];
    }

    /// <summary>One server.</summary>
    public async Task<WatchedServer> ServerAsync(string id, CancellationToken cancellation) =>
        WatchedServer.Read(await SendAsync(HttpMethod.Get, $"/api/servers/{Uri.EscapeDataString(id)}", null, cancellation));

    /// <summary>What one server showed.</summary>
    public Task<JsonElement> MetricsAsync(string server, long fromMs, long toMs, int stepSeconds, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, $"/api/servers/{server}/metrics?step={stepSeconds}&from={fromMs}&to={toMs}", null, cancellation);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", _origin);
        if (Team is not null) request.Headers.Add("X-Team", Team);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _http.SendAsync(request, cancellation);
        if (answer.Headers.Date is { } date) _offset = date - _time.GetUtcNow();
        if (answer.IsSuccessStatusCode && method == HttpMethod.Post && path is "/api/setup" or "/api/session") _signedIn = true;
        if (answer.StatusCode == System.Net.HttpStatusCode.NoContent) return default;
        if (answer.IsSuccessStatusCode) return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await answer.Content.ReadFromJsonAsync(WireJson.Default.Problem, cancellation)
            : null;
        var words = problem?.Detail ?? problem?.Title ?? $"The platform answered {(int)answer.StatusCode}.";
        throw new PlatformRefusedException(TerminalText.Plain(words + Places(problem), 500), answer.StatusCode);
    }

    // The detail only says that something is wrong; which field it is, and why, stands in the errors.
    private static string Places(Problem? problem) =>
        problem?.Errors is { Count: > 0 } errors
            ? " " + string.Join(' ', errors.Select(error => error.Pointer is { Length: > 0 } at ? $"{at}: {error.Detail}" : error.Detail))
            : "";

    private static Dictionary<string, string> Credentials(SignIn person)
    {
        var credentials = new Dictionary<string, string> { ["email"] = person.Email, ["password"] = person.Password };
        if (person.Code is not null) credentials["code"] = person.Code;
        return credentials;
    }
}
