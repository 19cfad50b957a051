using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using HostAtlas.Shared.Signing;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>
/// A real HTTPS server that keeps the protocol towards an agent: it checks token, timestamp and signature, stores what it acknowledges
/// under (at, batch), and answers out of turn only when a test scripts it.
/// </summary>
internal sealed class TestPlatform : IAsyncDisposable
{
    public const string Path = "/api/agent/metrics", InventoryPath = "/api/agent/inventory";
    private readonly WebApplication _app;

    private TestPlatform(WebApplication app, Uri url) => (_app, Url) = (app, url);

    public Uri Url { get; }

    /// <summary>The tokens it accepts.</summary>
    public ConcurrentDictionary<string, bool> Tokens { get; } = new();

    /// <summary>What it acknowledged: (at, batch) to values, each once, however often it came.</summary>
    public ConcurrentDictionary<(long At, Guid Batch), IReadOnlyDictionary<string, double>> Stored { get; } = new();

    /// <summary>Every request that passed the checks, in order, acknowledged or not.</summary>
    public ConcurrentQueue<MetricsBatch> Seen { get; } = new();

    /// <summary>Every inventory that it took.</summary>
    public ConcurrentQueue<InventoryReport> Inventories { get; } = new();

    /// <summary>Requests of any kind.</summary>
    public int Requests => _requests;

    /// <summary>Answers to give instead, one a request, before anything is stored. Returning false: go on as usual.</summary>
    public ConcurrentQueue<Func<HttpContext, Task<bool>>> Scripted { get; } = new();

    /// <summary>Answers to every batch that passed the checks; null: accept it.</summary>
    public Func<MetricsBatch, HttpContext, Task<bool>>? Refuse { get; set; }

    /// <summary>How far its clock is ahead of the host's.</summary>
    public TimeSpan ClockAhead { get; set; }

    private int _requests;

    public static async Task<TestPlatform> StartAsync(X509Certificate2 certificate, SslProtocols protocols = SslProtocols.Tls13,
        int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.SslProtocols = protocols;
        })));
        var app = builder.Build();
        TestPlatform? platform = null;
        app.Run(context => platform!.AnswerAsync(context));
        await app.StartAsync();
        platform = new TestPlatform(app, new Uri(app.Urls.Single()));
        return platform;
    }

    /// <summary>Writes a problem as the platform does.</summary>
    public static async Task<bool> ProblemAsync(HttpContext context, int status, string slug, int? retryAfterSeconds = null,
        long? serverTime = null)
    {
        context.Response.StatusCode = status;
        if (retryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var problem = new Problem { Type = ProblemSlug.TypePrefix + slug, Title = slug, Status = status, ServerTime = serverTime };
        await context.Response.WriteAsJsonAsync(problem, WireJson.Default.Problem, "application/problem+json");
        return true;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        var now = TimeProvider.System.GetUtcNow() + ClockAhead;
        context.Response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
        using var raw = new MemoryStream();
        await context.Request.Body.CopyToAsync(raw);
        if (Scripted.TryDequeue(out var script) && await script(context)) return;
        if (context.Request.Path == InventoryPath)
        {
            if (await RefuseUnverifiedAsync(context, InventoryPath, raw.ToArray(), now)) return;
            Inventories.Enqueue(JsonSerializer.Deserialize(Text(context, raw.ToArray()), WireJson.Default.InventoryReport)!);
            context.Response.StatusCode = 202;
            return;
        }
        if (context.Request.Path != Path)
        {
            await ProblemAsync(context, 404, ProblemSlug.NotFound);
            return;
        }
        if (await RefuseUnverifiedAsync(context, Path, raw.ToArray(), now)) return;
        var batch = Decode(context, raw.ToArray());
        Seen.Enqueue(batch);
        if (Refuse is { } refuse && await refuse(batch, context)) return;
        foreach (var report in batch.Reports) Stored[(report.At, batch.Batch)] = report.Values;
        context.Response.StatusCode = 202;
        await context.Response.WriteAsJsonAsync(new MetricsAccepted(batch.Reports.Count, batch.Reports.Sum(r => r.Values.Count), 0),
            WireJson.Default.MetricsAccepted);
    }

    private async Task<bool> RefuseUnverifiedAsync(HttpContext context, string path, byte[] body, DateTimeOffset now)
    {
        var token = context.Request.Headers.Authorization.ToString()["Bearer ".Length..];
        var timestamp = context.Request.Headers["X-Timestamp"].ToString();
        var expected = RequestSigning.Sign(token, context.Request.Method, path, timestamp, body);
        if (!Tokens.ContainsKey(token) || expected != context.Request.Headers["X-Signature"].ToString())
            return await ProblemAsync(context, 401, ProblemSlug.CredentialsRejected);
        if (Math.Abs(now.ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture)) > 60)
            return await ProblemAsync(context, 401, ProblemSlug.TimestampOutsideWindow, serverTime: now.ToUnixTimeSeconds());
        return false;
    }

    private static MetricsBatch Decode(HttpContext context, byte[] body) =>
        JsonSerializer.Deserialize(Text(context, body), WireJson.Default.MetricsBatch)!;

    private static string Text(HttpContext context, byte[] body)
    {
        Stream stream = new MemoryStream(body);
        if (context.Request.Headers.ContentEncoding == "gzip") stream = new GZipStream(stream, CompressionMode.Decompress);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
