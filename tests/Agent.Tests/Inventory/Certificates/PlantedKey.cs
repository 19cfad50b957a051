using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Agent.Tests.Inventory.Certificates;

/// <summary>A certificate with its key, both in the forms that lie on hosts, and the marks by which the key would be found again.</summary>
internal sealed class PlantedKey
{
    private readonly X509Certificate2 _certificate;

    public PlantedKey(string name = "planted.example")
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}, O=Planted", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(System.Net.IPAddress.Parse("192.0.2.7"));
        names.AddUri(new Uri("https://planted.example/x"));
        names.AddEmailAddress("me@planted.example");
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(LaidOutHost.Now.AddDays(-10), LaidOutHost.Now.AddDays(80));
        Pem = key.ExportPkcs8PrivateKeyPem() + "\n";
        Pkcs1Pem = key.ExportRSAPrivateKeyPem() + "\n";
        Der = key.ExportPkcs8PrivateKey();
        Parameters = key.ExportParameters(true);
    }

    public RSAParameters Parameters { get; }

    public string Pem { get; }

    public string Pkcs1Pem { get; }

    public byte[] Der { get; }

    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    public byte[] CertificateDer => _certificate.RawData;

    public byte[] Pkcs12(string password = "x") => _certificate.Export(X509ContentType.Pkcs12, password);

    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(_certificate.RawData));

    /// <summary>Every line of the key's texts, and its numbers in hex and base64.</summary>
    public IEnumerable<string> Marks =>
    [
        .. (Pem + Pkcs1Pem).Split('\n').Where(line => line.Length > 16 && !line.StartsWith('-')),
        Convert.ToHexString(Parameters.D!)[..40], Convert.ToHexStringLower(Parameters.P!)[..40],
            Convert.ToBase64String(Parameters.Q!)[..40],
        "PRIVATE KEY",
    ];
}
