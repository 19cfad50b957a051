using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace HostAtlas.Gateway.Hosting.Certificates;

/// <summary>
/// <c>ca.pem</c>, <c>ca.key</c>, <c>server.pem</c> and <c>server.key</c> in the data folder. On the first start they are made. A server
/// certificate that the own authority issued is replaced before it ends, and when the platform's names change; any other was put there by
/// the operator and is never touched.
/// </summary>
internal sealed class CertificateFiles(string folder, IReadOnlyList<string> names)
{
    private static readonly TimeSpan RenewedBeforeEnd = TimeSpan.FromDays(60);

    private readonly string _authorityFile = Path.Combine(folder, "ca.pem");
    private readonly string _authorityKeyFile = Path.Combine(folder, "ca.key");

    /// <summary>Whether what is there may be renewed by this process. What is missing is made in any case.</summary>
    public bool IsOwner { get; init; } = true;

    /// <summary>The server's certificate, then its intermediate ones if there are any; PEM.</summary>
    public string CertificateFile { get; } = Path.Combine(folder, "server.pem");

    /// <summary>Its key; PEM, not encrypted.</summary>
    public string KeyFile { get; } = Path.Combine(folder, "server.key");

    /// <summary>The names a platform answers to: those of its address, the host's own, and the local ones.</summary>
    public static IReadOnlyList<string> NamesOf(Uri url, string hostName) =>
        [.. new[] { url.IdnHost.Trim('[', ']'), hostName, "localhost", "127.0.0.1" }
            .Where(name => name is not ("" or "0.0.0.0" or "::") && Uri.CheckHostName(name) != UriHostNameType.Unknown)
            .Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Makes or renews what is needed; true when a new server certificate was written.</summary>
    public bool Prepare(DateTimeOffset now)
    {
        if (!IsOwner && File.Exists(CertificateFile) && File.Exists(KeyFile)) return false;
        try
        {
            using var authority = LoadAuthority() ?? (HasOperatorsCertificate() ? null : MakeAuthority(now));
            if (authority is null || (File.Exists(CertificateFile) && !NeedsRenewal(authority, now))) return false;
            using var issued = authority.Issue(names, now);
            Write(KeyFile, ExportKey(issued), PrivateFile.Secret);
            Write(CertificateFile, issued.ExportCertificatePem(), PrivateFile.Public);
            return true;
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartFaultException($"The certificate files in {folder} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>
    /// Loads the server's certificate with its key and the intermediate ones; <see cref="CryptographicException"/> when they do not fit
    /// together.
    /// </summary>
    public LoadedCertificate Load()
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(CertificateFile);
            all.RemoveAt(0);
            return new LoadedCertificate(certificate, all);
        }
        catch (ArgumentException fault)
        {
            throw new CryptographicException("The key is not the certificate's.", fault); // As .NET says it of keys that do not match.
        }
    }

    /// <summary>Without an authority of our own, whatever is there is the operator's; half of it is a mistake.</summary>
    private bool HasOperatorsCertificate() => (File.Exists(CertificateFile), File.Exists(KeyFile)) switch
    {
        (true, true) => true,
        (false, false) => false,
        _ => throw new StartFaultException($"Of {CertificateFile} and {KeyFile} one is missing. Put both there, or neither for new ones."),
    };

    private bool NeedsRenewal(CertificateAuthority authority, DateTimeOffset now)
    {
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(CertificateFile));
        if (!authority.HasIssued(certificate)) return false;
        return certificate.NotAfter.ToUniversalTime() - now.UtcDateTime < RenewedBeforeEnd
            || names.Any(name => !certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false))
            || !KeyFits(certificate);
    }

    // A process that was killed between the two writes leaves a key without its certificate.
    private bool KeyFits(X509Certificate2 certificate)
    {
        if (!File.Exists(KeyFile)) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(KeyFile));
            return certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            return false; // No key at all: our own certificate is worth nothing without it, a new pair is.
        }
    }

    private CertificateAuthority? LoadAuthority()
    {
        if (!File.Exists(_authorityKeyFile) || !File.Exists(_authorityFile)) return null;
        if (PrivateFile.IsWiderThanSecret(_authorityKeyFile))
            throw new StartFaultException($"{_authorityKeyFile} can be opened by others. Run: chmod 600 {_authorityKeyFile}");
        return new CertificateAuthority(X509Certificate2.CreateFromPemFile(_authorityFile, _authorityKeyFile));
    }

    private CertificateAuthority MakeAuthority(DateTimeOffset now)
    {
        if (File.Exists(_authorityFile))
            throw new StartFaultException($"{_authorityFile} is there and its key is not, so no server certificate can be issued. "
                + $"Put your own certificate into {CertificateFile} and {KeyFile}, or move {_authorityFile} away for a new authority.");
        var authority = CertificateAuthority.New(now);
        // The key first: a key without a certificate is made again by the next start, while a certificate without a key may be in use.
        Write(_authorityKeyFile, ExportKey(authority.Certificate), PrivateFile.Secret);
        Write(_authorityFile, authority.Certificate.ExportCertificatePem(), PrivateFile.Public);
        return authority;
    }

    private static string ExportKey(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static void Write(string path, string pem, UnixFileMode mode) =>
        PrivateFile.Write(path, Encoding.ASCII.GetBytes(pem + "\n"), mode, overwrite: true);
}

/// <summary>A certificate with its key, and what stands between it and its authority.</summary>
internal sealed record LoadedCertificate(X509Certificate2 Certificate, X509Certificate2Collection Intermediates);
