using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Agent.Uplink;

/// <summary>
/// Whom this agent believes to be the platform: TLS 1.3, a certificate for the address's name, signed by the given CA and by no other, or
/// by one the system trusts. Nothing switches a check off. Revocation is not asked for: an own CA publishes none, and asking a public one
/// is a plain-text request to an address of the certificate's choice, past the proxy, from a host that otherwise talks to the platform
/// only.
/// </summary>
public sealed class TlsTrust
{
    private readonly X509Certificate2Collection? _roots;

    private TlsTrust(X509Certificate2Collection? roots, string? caFile) => (_roots, CaFile) = (roots, caFile);

    /// <summary>Where the roots came from; null: the system.</summary>
    public string? CaFile { get; }

    /// <summary>Reads the PEM file, or takes the system's roots when there is none. The fault says what is wrong with the file.</summary>
    public static TlsTrust? TryLoad(string? caFile, out string fault)
    {
        fault = "";
        if (caFile is null) return new TlsTrust(null, null);
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(caFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            fault = $"the CA file {caFile} cannot be read: {exception.Message}";
            return null;
        }
        if (roots.Count > 0) return new TlsTrust(roots, caFile);
        fault = $"the CA file {caFile} holds no certificate (-----BEGIN CERTIFICATE-----)";
        return null;
    }

    /// <summary>The options of one client. <paramref name="onRefused"/> hears why a certificate was refused, nothing more.</summary>
    internal SslClientAuthenticationOptions ClientOptions(Action<CertificateRefusal> onRefused)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (_roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_roots);
        }
        return new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = policy,
            // The verdict stays the framework's; the callback is there because its exception says less.
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                if (errors == SslPolicyErrors.None) return true;
                var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? default;
                onRefused(CertificateRefusal.Of(errors, status, certificate as X509Certificate2));
                return false;
            },
        };
    }
}

/// <summary>Why a certificate was refused; the first reason that explains the most.</summary>
internal sealed record CertificateRefusal(CertificateRefusalReason Reason, string Subject, DateTimeOffset NotBefore,
    DateTimeOffset NotAfter)
{
    public static CertificateRefusal Of(SslPolicyErrors errors, X509ChainStatusFlags chain, X509Certificate2? certificate)
    {
        // A signature that does not fit: a CA of the same name with another key, such as one that a platform made anew.
        const X509ChainStatusFlags untrusted =
            X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;
        var reason = (chain & untrusted) != 0 ? CertificateRefusalReason.Untrusted
            : (chain & X509ChainStatusFlags.NotTimeValid) != 0 ? CertificateRefusalReason.Time
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? CertificateRefusalReason.Name
            : CertificateRefusalReason.Other;
        return new CertificateRefusal(reason, certificate?.Subject ?? "", certificate?.NotBefore ?? default, certificate?.NotAfter
            ?? default);
    }
}

internal enum CertificateRefusalReason
{
    Untrusted,
    Time,
    Name,
    Other,
}
