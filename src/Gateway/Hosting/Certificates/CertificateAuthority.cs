using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Gateway.Hosting.Certificates;

/// <summary>
/// The platform's own certificate authority (ECDSA P-256), which agents are told to trust. It issues one server certificate and nothing
/// else
/// (path length 0), so its key in the wrong hands speaks for this platform and for nobody's other site only as far as clients trust it.
/// </summary>
internal sealed class CertificateAuthority(X509Certificate2 certificate) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan Life = TimeSpan.FromDays(3650);

    // Agents' clocks run behind; a certificate that is not valid yet would lock them out on the first day.
    private static readonly TimeSpan Backdated = TimeSpan.FromDays(1);

    // Browsers refuse server certificates of more than 398 days.
    private static readonly TimeSpan LeafLife = TimeSpan.FromDays(396);

    /// <summary>The authority's certificate with its key.</summary>
    public X509Certificate2 Certificate { get; } = certificate;

    /// <summary>Makes a new authority.</summary>
    public static CertificateAuthority New(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The name is drawn: two authorities of one name would confuse a trust store that holds both.
        var name = new X500DistinguishedName($"CN=HostAtlas CA {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return new CertificateAuthority(request.CreateSelfSigned(now - Backdated, now + Life));
    }

    /// <summary>Issues a server certificate for the names, with a new key.</summary>
    public X509Certificate2 Issue(IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName("CN=HostAtlas"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        request.CertificateExtensions.Add(Names(names));
        var (from, until) = (now - Backdated, now - Backdated + LeafLife);
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F; // A serial number is positive (RFC 5280, 4.1.2.2).
        using var issued = request.Create(
            Certificate, Max(from, Certificate.NotBefore), until < Certificate.NotAfter ? until : Certificate.NotAfter, serial);
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Whether this authority issued the certificate; its dates do not matter here.</summary>
    public bool HasIssued(X509Certificate2 certificate)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
            DisableCertificateDownloads = true,
        }
        };
        chain.ChainPolicy.CustomTrustStore.Add(Certificate);
        return chain.Build(certificate);
    }

    /// <inheritdoc />
    public void Dispose() => Certificate.Dispose();

    private static X509Extension Names(IReadOnlyList<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address)) builder.AddIpAddress(address);
            else builder.AddDnsName(name);
        }
        return builder.Build();
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
