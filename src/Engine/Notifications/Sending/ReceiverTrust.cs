using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Engine.Notifications.Sending;

/// <summary>
/// Whom a receiver's certificate must come from: an authority of the system's, or one that the operator named. Name, times and purpose are
/// checked in both cases.
/// </summary>
internal sealed class ReceiverTrust(X509Certificate2Collection? authorities)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>How a TLS connection to a webhook's receiver is made; its name is filled in by the client.</summary>
    public SslClientAuthenticationOptions Options() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        // A certificate can name an address where its authority is to be fetched from: that would be a way round the guard.
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            ApplicationPolicy = { new Oid(ServerAuthentication) },
        },
        RemoteCertificateValidationCallback = (_, certificate, chain, faults) => Trusts(certificate, chain, faults),
    };

    /// <summary>Whether a certificate is to be believed that the system judged so.</summary>
    public bool Trusts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors faults)
    {
        if (faults == SslPolicyErrors.None) return true;
        if (faults != SslPolicyErrors.RemoteCertificateChainErrors || authorities is null || certificate is not X509Certificate2 shown)
            return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (chain is not null) own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        return own.Build(shown);
    }
}
