using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// An https server that webhooks come to. It answers nothing until it is let go: to whoever sends, a message is then under way and not
/// delivered.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly X509Certificate2 _certificate = LocalhostCertificate.New();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<ReceivedWebhook> _received = [];
    private WebApplication _web = null!;

    /// <summary>Every message that came, in order.</summary>
    public IReadOnlyList<ReceivedWebhook> Received => [.. _received];

    /// <summary>How a platform is allowed to reach it.</summary>
    public IReadOnlyDictionary<string, string> Configuration => new Dictionary<string, string>
    {
        ["HOSTATLAS__NOTIFICATIONS__ALLOWED_NETWORKS"] = "127.0.0.0/8",
        ["HOSTATLAS__NOTIFICATIONS__CA_FILE"] = _folder.File("receiver.pem"),
    };

    /// <summary>Where messages go.</summary>
    public string Url => _web.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/hook";

    /// <summary>Starts it.</summary>
    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await File.WriteAllTextAsync(receiver._folder.File("receiver.pem"), receiver._certificate.ExportCertificatePem());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(receiver._certificate)));
        receiver._web = builder.Build();
        receiver._web.Run(receiver.TakeAsync);
        await receiver._web.StartAsync();
        return receiver;
    }

    /// <summary>Answers what is held, and holds nothing from then on.</summary>
    public void Release() => _released.TrySetResult();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Release();
        await _web.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers;
        _received.Enqueue(new ReceivedWebhook(headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(),
            headers["webhook-signature"].ToString(), body.ToArray()));
        await _released.Task.WaitAsync(http.RequestAborted);
    }
}

/// <summary>A message as it came.</summary>
internal sealed record ReceivedWebhook(string Id, string Timestamp, string Signature, byte[] Body)
{
    /// <summary>What it is about.</summary>
    public string Type => JsonDocument.Parse(Body).RootElement.GetProperty("type").GetString()!;

    /// <summary>Whether it comes from who knows the secret, and is of now: the receiver's own look, by the text of Standard
    /// Webhooks.</summary>
    public bool IsSignedWith(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{Id}.{Timestamp}."), .. Body];
        var mac = HMACSHA256.HashData(key, signed);
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(Timestamp, CultureInfo.InvariantCulture);
        return Math.Abs(age) < 300 && Signature.Split(' ').Contains("v1," + Convert.ToBase64String(mac));
    }
}
