using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.Gateway.Hosting.Certificates;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace HostAtlas.Benchmarks.Hosts;

/// <summary>
/// The rival of <c>verify</c>: Kestrel over TLS 1.3 with a certificate of the same kind, one delegate that reads the body to its end and
/// answers 202 without a word. Nothing can be had on this server for less.
/// </summary>
internal static class BareHost
{
    /// <summary>Serves until told to stop.</summary>
    public static async Task RunAsync(string folder)
    {
        var url = new Uri($"https://127.0.0.1:{FreePort.Next()}");
        var files = new CertificateFiles(folder, CertificateFiles.NamesOf(url, "localhost"));
        files.Prepare(TimeProvider.System.GetUtcNow());
        using var pem = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, url.Port, listen => listen.UseHttps(https =>
            {
                https.SslProtocols = SslProtocols.Tls13;
                https.ServerCertificate = pem;
            }));
        });
        await using var app = builder.Build();
        app.Run(AcceptAsync);
        await app.StartAsync();
        ReadyFile.Write(folder, url, []);
        await app.WaitForShutdownAsync();
    }

    private static async Task AcceptAsync(HttpContext http)
    {
        while (true)
        {
            var read = await http.Request.BodyReader.ReadAsync();
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.ContentLength = 0;
    }
}
