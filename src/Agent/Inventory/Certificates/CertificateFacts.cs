using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>What is told of a certificate: names, span, fingerprint. Pure.</summary>
internal static class CertificateFacts
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const int SansMax = 500, NameLength = 1024;

    /// <summary>Reads a certificate in DER; null when it is none.</summary>
    /// <param name="der">The bytes.</param>
    /// <param name="path">Where it was found.</param>
    /// <param name="usedBy">Whose configuration names it.</param>
    public static CertificateItem? Of(byte[] der, string path, IReadOnlyList<string> usedBy)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            var fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
            return new CertificateItem(path, Cut(certificate.SubjectName.Name), Cut(certificate.IssuerName.Name), Sans(certificate),
                Utc(certificate.NotBefore), Utc(certificate.NotAfter), fingerprint, usedBy);
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException or ArgumentException)
        {
            return null;
        }
    }

    // Whoever issues a certificate writes what he likes into its names, and they go on into the audit log.
    private static string Cut(string name)
    {
        name = OwnTokens.Replace(name);
        return name.Length > NameLength ? name[..NameLength] : name;
    }

    private static DateTimeOffset Utc(DateTime local) => new(local.ToUniversalTime(), TimeSpan.Zero);

    // RFC 5280, 4.2.1.6; other forms of names are left out.
    private static IReadOnlyList<string> Sans(X509Certificate2 certificate)
    {
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension) return [];
        var names = new List<string>();
        var sequence = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData && names.Count < SansMax)
        {
            var tag = sequence.PeekTag();
            if (tag.TagClass == TagClass.ContextSpecific && tag.TagValue is (1 or 2 or 6))
                names.Add(Cut(sequence.ReadCharacterString(UniversalTagNumber.IA5String,
                    new Asn1Tag(TagClass.ContextSpecific, tag.TagValue))));
            else if (tag.TagClass == TagClass.ContextSpecific && tag.TagValue == 7)
            {
                var bytes = sequence.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 7));
                if (bytes.Length is 4 or 16) names.Add(new IPAddress(bytes).ToString());
            }
            else sequence.ReadEncodedValue();
        }
        return names;
    }
}
