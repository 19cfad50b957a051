using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.TestSupport;

/// <summary>A certificate for localhost that proves itself, for servers that a test plays.</summary>
public static class LocalhostCertificate
{
    /// <summary>A new one, with its key; good for a day.</summary>
    public static X509Certificate2 New()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
