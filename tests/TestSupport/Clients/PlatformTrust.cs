using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.TestSupport.Clients;

/// <summary>How a client trusts one platform: its own authority, checked in full. There is no callback that says yes.</summary>
public static class PlatformTrust
{
    /// <summary>Reads the platform's authority.</summary>
    public static X509Certificate2 Load(string authorityFile) => X509Certificate2.CreateFromPem(File.ReadAllText(authorityFile));

    /// <summary>TLS 1.3 to a host whose certificate that authority issued.</summary>
    public static SslClientAuthenticationOptions Options(string host, X509Certificate2 authority) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };

    /// <summary>
    /// An HTTP client for one platform; it keeps no cookies and follows no redirects, so that a test sees each answer as it is, and each
    /// answer is held against the platform's own description.
    /// </summary>
    public static HttpClient NewHttpClient(Uri url, string authorityFile)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = Options(url.Host, Load(authorityFile)),
        };
        var checking = new DescribedAnswers(handler);
        return new HttpClient(checking, disposeHandler: true) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
    }
}
