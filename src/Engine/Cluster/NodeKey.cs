using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// What a process shows at the cluster's door: a P-256 key that every process with the platform's root key derives alike. Whoever may talk
/// to the cluster's port may command entities, so both ends must show it, and TLS proves that each has the private half.
/// <para>
/// The keys of the whole ring are let in, and a process shows the newest that it had when it started. A rotation therefore cuts nobody
/// off: a process that runs on with the earlier certificate and one that starts with the later ring still know each other. It gives
/// nothing away, because an earlier root key keeps its other powers for as long as it stands in the ring (tokens that it tagged are good,
/// sessions that it sealed open); who has it has to be met by a new platform, not by a closed port.
/// </para>
/// </summary>
public sealed class NodeKey(RootKeys roots)
{
    // FIPS 186-5, A.2.1: 64 bits more than the order has, so that no scalar is likelier than another.
    private const int SeedBytes = 40;

    private static readonly BigInteger Order = BigInteger.Parse(
        "00FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private volatile Known _known = new(roots);

    /// <summary>A certificate of the newest key, with the key; made anew for each start, for only the key in it counts.</summary>
    public X509Certificate2 NewCertificate(DateTimeOffset now)
    {
        using var key = Derive(roots.Newest.Root);
        var request = new CertificateRequest("CN=hostatlas node", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(20));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Whether a certificate is of a process with this platform's root key. Its names and times say nothing.</summary>
    public bool IsOurs(X509Certificate2? presented)
    {
        if (presented is null) return false;
        var known = _known;
        if (known.Newest != roots.NewestId) _known = known = new Known(roots);
        var key = presented.PublicKey.ExportSubjectPublicKeyInfo();
        return known.Keys.Any(ours => key.AsSpan().SequenceEqual(ours));
    }

    private static ECDsa Derive(ReadOnlySpan<byte> root)
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, seed, "hostatlas"u8, "cluster node v1"u8);
        var scalar = (new BigInteger(seed, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        CryptographicOperations.ZeroMemory(seed);
        var bytes = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[32];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = padded });
    }

    private sealed class Known(RootKeys roots)
    {
        public long Newest { get; } = roots.NewestId;

        public IReadOnlyList<byte[]> Keys { get; } = [.. roots.Roots.Select(PublicKey)];

        private static byte[] PublicKey(byte[] root)
        {
            using var key = Derive(root);
            return key.ExportSubjectPublicKeyInfo();
        }
    }
}
