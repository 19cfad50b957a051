using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.Engine.Notifications;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace HostAtlas.Engine.Tests.Notifications;

/// <summary>An https server that webhooks come to and a mail server with STARTTLS, both real, on loopback, with one certificate.</summary>
internal sealed class Receivers : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = LocalhostCertificate.New();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _released = new();
    private readonly int _mailPort = FreePort.Next();
    private WebApplication _web = null!;
    private Task _mail = Task.CompletedTask;

    /// <summary>Every webhook that came, in order.</summary>
    public ConcurrentQueue<Received> Webhooks { get; } = [];

    /// <summary>Every mail that came.</summary>
    public ConcurrentQueue<MimeMessage> Mails { get; } = [];

    /// <summary>How the platform reaches them.</summary>
    public NotificationOptions Options => new()
    {
        AllowedNetworks = [IPNetwork.Parse("127.0.0.0/8")],
        Authorities = [X509CertificateLoader.LoadCertificate(_certificate.RawData)],
        Mail = new MailOptions("localhost", _mailPort, FromStart: false, null, null, "atlas@example.org"),
    };

    /// <summary>Starts both.</summary>
    public static async Task<Receivers> StartAsync()
    {
        var receivers = new Receivers();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(receivers._certificate)));
        receivers._web = builder.Build();
        receivers._web.Run(receivers.TakeAsync);
        await receivers._web.StartAsync();
        var services = new ServiceProvider();
        services.Add(new Inbox(receivers.Mails));
        var options = new SmtpServerOptionsBuilder().ServerName("localhost")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, receivers._mailPort))
                .Certificate(receivers._certificate))
            .Build();
        receivers._mail = new SmtpServer.SmtpServer(options, services).StartAsync(receivers._stop.Token);
        return receivers;
    }

    /// <summary>
    /// The address of a webhook: a status that it answers, or <c>held</c>, which answers only when it is let go.
    /// </summary>
    public string Url(string path) => $"{_web.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/{path}";

    /// <summary>The ids of the messages that came to an address.</summary>
    public IReadOnlyList<string> IdsAt(string path) => [.. Webhooks.Where(one => one.Path == "/" + path).Select(one => one.Id)];

    /// <summary>Answers what is held, and holds nothing from then on.</summary>
    public void Release() => _released.TrySetResult();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Release();
        await _stop.CancelAsync();
        await _web.DisposeAsync();
        await _mail;
        _stop.Dispose();
        _certificate.Dispose();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        Webhooks.Enqueue(new Received(
            http.Request.Path.Value!, http.Request.Headers["webhook-id"].ToString(), http.Request.Headers["webhook-timestamp"].ToString(),
            http.Request.Headers["webhook-signature"].ToString(), body.ToArray()));
        if (http.Request.Path == "/held") await _released.Task.WaitAsync(http.RequestAborted);
        http.Response.StatusCode = int.TryParse(http.Request.Path.Value!.Trim('/'), out var status) ? status : 200;
    }

    private sealed class Inbox(ConcurrentQueue<MimeMessage> mails) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, System.Buffers.ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken)
        {
            using var text = new MemoryStream(System.Buffers.BuffersExtensions.ToArray(buffer));
            mails.Enqueue(await MimeMessage.LoadAsync(text, cancellationToken));
            return SmtpResponse.Ok;
        }
    }
}

/// <summary>A webhook as it came.</summary>
internal sealed record Received(string Path, string Id, string Timestamp, string Signature, byte[] Body);
