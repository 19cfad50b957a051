using System.Net;
using HostAtlas.Gateway.Hosting.Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace HostAtlas.Gateway.Hosting;

/// <summary>How the server listens: TLS 1.3 only, HTTP/1.1 and HTTP/2, and a bound on everything a stranger can make it hold.</summary>
internal static class KestrelSetup
{
    // A signed request has 10 headers and 600 bytes of them, a browser's 20 and 2 KiB.
    private const int HeadersAtMost = 64;
    private const int HeaderBytesAtMost = 16 * 1024;

    // Long enough for a metrics query that names hundreds of metrics.
    private const int RequestLineBytesAtMost = 16 * 1024;

    // Endpoints count by themselves and answer 413 above their own, smaller limit. The server's limit is there for what nobody reads: below
    // it the rest is drained (5 s at most), so that the sender gets to read its answer; above it the connection is cut.
    private const long DrainedBodyBytesAtMost = 32 * 1024 * 1024;

    private static readonly TimeSpan HandshakeWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersArriveWithin = TimeSpan.FromSeconds(10);

    // Agents report each 10 s and keep their connection; two missed reports and it is given up.
    private static readonly TimeSpan KeptIdle = TimeSpan.FromSeconds(130);

    /// <summary>Sets the limits and the one endpoint.</summary>
    public static void Configure(KestrelServerOptions kestrel, GatewayOptions options, CertificateSource certificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.Connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.MaxRequestBodySize = DrainedBodyBytesAtMost;
        kestrel.Limits.MaxRequestBufferSize = 128 * 1024;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytesAtMost;
        kestrel.Limits.MaxRequestHeaderCount = HeadersAtMost;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytesAtMost;
        kestrel.Limits.RequestHeadersTimeout = HeadersArriveWithin;
        kestrel.Limits.KeepAliveTimeout = KeptIdle;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Limits.Http2.MaxStreamsPerConnection = 50;
        kestrel.Limits.Http2.InitialStreamWindowSize = 96 * 1024;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 256 * 1024;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = RequestLineBytesAtMost;
        var perAddress = new ConnectionLimit(options.ConnectionsPerAddress);
        Listen(kestrel, options.Url, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(perAddress.Around);
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeWithin,
                OnConnection = _ => ValueTask.FromResult(certificates.Current),
            });
        });
    }

    private static void Listen(KestrelServerOptions kestrel, Uri url, Action<ListenOptions> configure)
    {
        if (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address)) kestrel.Listen(address, url.Port, configure);
        else if (url.IdnHost == "localhost") kestrel.ListenLocalhost(url.Port, configure);
        else kestrel.ListenAnyIP(url.Port, configure);
    }
}
