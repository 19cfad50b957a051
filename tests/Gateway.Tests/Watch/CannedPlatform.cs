using System.Net;
using System.Security.Authentication;
using HostAtlas.Gateway.Hosting.Certificates;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Gateway.Tests.Watch;

/// <summary>
/// A platform with one person and a list of servers, over real TLS 1.3 under an authority of its own: what a watch needs of it, and the
/// troubles that a real one would show only by chance (sessions that end, a process that goes away).
/// </summary>
internal sealed class CannedPlatform : IAsyncDisposable
{
    public const string Email = "ada@example.org", Password = "four words in a row";
    private readonly TempFolder _folder = new();
    private readonly CertificateAuthority _authority = CertificateAuthority.New(TimeProvider.System.GetUtcNow());
    private readonly int _port = FreePort.Next();
    private WebApplication? _app;

    public Uri Url => new($"https://127.0.0.1:{_port}");

    public string AuthorityFile => _folder.File("ca.pem");

    public string PasswordFile => _folder.File("password");

    public string Path(string name) => _folder.File(name);

    /// <summary>How far its clock is ahead of this machine's.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>The items of the list of servers, as JSON.</summary>
    public string Servers { get; set; } = "[]";

    /// <summary>The CPU's share that every server shows; null for none yet.</summary>
    public double? Cpu { get; set; } = 42.5;

    public int SignIns { get; private set; }

    public int SignOuts { get; private set; }

    /// <summary>The team that the last call named.</summary>
    public string? Team { get; private set; }

    public bool HasSession { get; set; }

    /// <summary>The range of the last question for metrics.</summary>
    public (long FromMs, long ToMs) Asked { get; private set; }

    public static async Task<CannedPlatform> StartAsync(string name = "127.0.0.1")
    {
        var platform = new CannedPlatform();
        await File.WriteAllTextAsync(platform.AuthorityFile, platform._authority.Certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(platform.PasswordFile, Password + "\n");
        await platform.StartAgainAsync(name);
        return platform;
    }

    public async Task StartAgainAsync(string name = "127.0.0.1")
    {
        var certificate = _authority.Issue([name], TimeProvider.System.GetUtcNow());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(certificate, https => https.SslProtocols = SslProtocols.Tls13);
        }));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_app is null) return;
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        Team = request.Headers["X-Team"];
        response.Headers.Date = (TimeProvider.System.GetUtcNow() + ClockAhead).ToString("R");
        if (request.Path == "/api/session" && request.Method == "DELETE")
        {
            if (request.Cookies["hostatlas_session"] == "x") SignOuts++;
            HasSession = false;
            response.StatusCode = 204;
        }
        else if (request.Path == "/api/session")
        {
            var body = await request.ReadFromJsonAsync<Dictionary<string, string>>();
            HasSession = request.Headers.Origin == Url.GetLeftPart(UriPartial.Authority)
                && body!["email"] == Email && body["password"] == Password;
            SignIns++;
            if (HasSession) response.Headers.SetCookie = "hostatlas_session=x; Path=/; HttpOnly; Secure";
            await (HasSession ? JsonAsync(response, "{}") : ProblemAsync(response, 401, "The address or the password is wrong."));
        }
        else if (request.Path == "/api/setup")
        {
            await ProblemAsync(response, 422, "The body is not as it must be.", """
                [{"pointer": "/password", "detail": "At least 12 characters."}, {"pointer": "", "detail": "Something\u001b[31m else."}]
                """);
        }
        else if (!HasSession || request.Cookies["hostatlas_session"] != "x")
            await ProblemAsync(response, 401, "Sign in with POST /api/session.");
        else if (request.Path.Value!.EndsWith("/metrics", StringComparison.Ordinal))
        {
            Asked = (long.Parse(request.Query["from"]!), long.Parse(request.Query["to"]!));
            var at = (Asked.ToMs - 600_000) / 20_000 * 20_000;
            var points = Cpu is { } cpu ? $$"""{"name": "cpu.used_percent", "points": [[{{at}}, 1, 99, 50, {{cpu}}]]}""" : "";
            await JsonAsync(response, $$"""{"step": {{request.Query["step"]}}, "series": [{{points}}]}""");
        }
        else if (request.Path == "/api/servers") await JsonAsync(response, $$"""{"items": {{Servers}}, "next": null}""");
        else await ProblemAsync(response, 404, "There is no such thing in this team.");
    }

    private static Task JsonAsync(HttpResponse response, string json)
    {
        response.ContentType = "application/json";
        return response.WriteAsync(json);
    }

    private static Task ProblemAsync(HttpResponse response, int status, string detail, string errors = "null")
    {
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        return response.WriteAsync(
            $$"""{"type": "urn:hostatlas:problem:x", "title": "No", "status": {{status}}, "detail": "{{detail}}", "errors": {{errors}}}""");
    }
}
