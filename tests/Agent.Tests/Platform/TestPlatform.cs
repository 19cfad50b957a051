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
    public const string Path = "/api/agent/metrics", LogsPath = "/api/agent/logs", InventoryPath = "/api/agent/inventory";
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

    /// <summary>What it acknowledged of logs: (batch, number of the line) to line, each once.</summary>
    public ConcurrentDictionary<(Guid Batch, int Number), LogLine> Lines { get; } = new();

    /// <summary>The same in the order of its coming.</summary>
    public ConcurrentQueue<LogLine> LinesInOrder { get; } = new();

    /// <summary>Answers to every batch of lines that passed the checks; null: accept it.</summary>
    public Func<LogsBatch, HttpContext, Task<bool>>? RefuseLines { get; set; }

    /// <summary>Every request as it came: path, headers, bytes.</summary>
    public ConcurrentQueue<(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)> Raw { get; } = new();

    /// <summary>Requests of any kind.</summary>
    public int Requests => _requests;

    /// <summary>Answers to give instead, one a request, before anything is stored. Returning false: go on as usual.</summary>
    public ConcurrentQueue<Func<HttpContext, Task<bool>>> Scripted { get; } = new();

    /// <summary>Answers to every batch that passed the checks; null: accept it.</summary>
    public Func<MetricsBatch, HttpContext, Task<bool>>? Refuse { get; set; }

    /// <summary>Answers to requests that are no reports; returning false: there is no such path.</summary>
    public Func<HttpContext, byte[], Task<bool>>? Elsewhere { get; set; }

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
        Raw.Enqueue((context.Request.Path.ToString(), context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()),
            raw.ToArray()));
        if (context.Request.Path != Path && Elsewhere is { } elsewhere && await elsewhere(context, raw.ToArray())) return;
        if (Scripted.TryDequeue(out var script) && await script(context)) return;
        if (context.Request.Path == InventoryPath)
        {
            if (await RefuseUnverifiedAsync(context, raw.ToArray(), now)) return;
            Inventories.Enqueue(JsonSerializer.Deserialize(Decode(context, raw.ToArray()), WireJson.Default.InventoryReport)!);
            context.Response.StatusCode = 202;
            return;
        }
        if (context.Request.Path == LogsPath)
        {
            if (!await RefuseUnverifiedAsync(context, raw.ToArray(), now)) await TakeLinesAsync(context, raw.ToArray());
            return;
        }
        if (context.Request.Path != Path)
        {
            await ProblemAsync(context, 404, ProblemSlug.NotFound);
            return;
        }
        if (await RefuseUnverifiedAsync(context, raw.ToArray(), now)) return;
        var batch = JsonSerializer.Deserialize(Decode(context, raw.ToArray()), WireJson.Default.MetricsBatch)!;
        Seen.Enqueue(batch);
        if (Refuse is { } refuse && await refuse(batch, context)) return;
        foreach (var report in batch.Reports) Stored[(report.At, batch.Batch)] = report.Values;
        context.Response.StatusCode = 202;
        await context.Response.WriteAsJsonAsync(new MetricsAccepted(batch.Reports.Count, batch.Reports.Sum(r => r.Values.Count), 0),
            WireJson.Default.MetricsAccepted);
    }

    /// <summary>Stores lines as the platform does: by batch and number.</summary>
    public void Store(LogsBatch batch)
    {
        for (var i = 0; i < batch.Lines.Count; i++)
            if (Lines.TryAdd((batch.Batch, i), batch.Lines[i])) LinesInOrder.Enqueue(batch.Lines[i]);
    }

    private async Task TakeLinesAsync(HttpContext context, byte[] body)
    {
        var batch = JsonSerializer.Deserialize(Decode(context, body), WireJson.Default.LogsBatch)!;
        if (RefuseLines is { } refuse && await refuse(batch, context)) return;
        Store(batch);
        context.Response.StatusCode = 202;
        await context.Response.WriteAsJsonAsync(new LogsAccepted(batch.Lines.Count, 0), WireJson.Default.LogsAccepted);
    }

    private async Task<bool> RefuseUnverifiedAsync(HttpContext context, byte[] body, DateTimeOffset now)
    {
        var token = context.Request.Headers.Authorization.ToString()["Bearer ".Length..];
        var timestamp = context.Request.Headers["X-Timestamp"].ToString();
        var expected = RequestSigning.Sign(token, context.Request.Method, context.Request.Path.ToString(), timestamp, body);
        if (!Tokens.ContainsKey(token) || expected != context.Request.Headers["X-Signature"].ToString())
            return await ProblemAsync(context, 401, ProblemSlug.CredentialsRejected);
        if (Math.Abs(now.ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture)) > 60)
            return await ProblemAsync(context, 401, ProblemSlug.TimestampOutsideWindow, serverTime: now.ToUnixTimeSeconds());
        return false;
    }

    private static string Decode(HttpContext context, byte[] body)
    {
        Stream stream = new MemoryStream(body);
        if (context.Request.Headers.ContentEncoding == "gzip") stream = new GZipStream(stream, CompressionMode.Decompress);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
