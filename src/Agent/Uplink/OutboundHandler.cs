using System.Net;

namespace HostAtlas.Agent.Uplink;

/// <summary>
/// The one way out of the host, to the platform and to every vault: the configured trust, no redirect that could lead elsewhere, no cookie,
/// no body unfolded before it was measured, and bounds on what an answer may take.
/// </summary>
internal static class OutboundHandler
{
    /// <summary>Makes a handler.</summary>
    /// <param name="trust">Whose certificates are believed.</param>
    /// <param name="onRefusal">Hears why a certificate was not.</param>
    /// <param name="proxy">The way out, or null.</param>
    /// <param name="connections">At most so many to one server.</param>
    public static SocketsHttpHandler Make(TlsTrust trust, Action<CertificateRefusal> onRefusal, Uri? proxy, int connections) => new()
    {
        SslOptions = trust.ClientOptions(onRefusal),
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = proxy is not null,
        Proxy = proxy is null ? null : ProxyChoice.ToWebProxy(proxy),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxConnectionsPerServer = connections,
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 0,
    };
}
