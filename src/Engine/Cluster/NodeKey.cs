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
/// A process shows the newest key that it had when its node started. An engine lets in the newest key, and each that was the newest since
/// it started: a gateway that runs on through a rotation stays, and from the engine's next start on an earlier root key opens nothing here,
/// which is what a rotation after a leak is for. A gateway believes an engine with any key of its ring, because an engine that ran through
/// the rotation still shows the earlier one; to abuse that, a local process would need the earlier key and the engine's port while no
/// engine has it. The link makes a node anew when its engine starts again, so no gateway is left with an old certificate.
/// </para>
/// <para>
/// The transport (DotNetty within Akka.Remote 1.5) speaks TLS 1.2 and nothing else, with ECDHE and AES-GCM; its versions cannot be set.
/// </para>
/// </summary>
public sealed class NodeKey
{
    // FIPS 186-5, A.2.1: 64 bits more than the order has, so that no scalar is likelier than another.
    private const int SeedBytes = 40;

    private static readonly BigInteger Order = BigInteger.Parse(
        "00FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly RootKeys _roots;
    private readonly long _oldest;
    private volatile Known _known;

    /// <summary>The key of a process.</summary>
    /// <param name="roots">The ring, as it changes.</param>
    /// <param name="believesRing">True for a gateway: any key of the ring will do.</param>
    public NodeKey(RootKeys roots, bool believesRing = false)
    {
        _roots = roots;
        _oldest = believesRing ? roots.Ids[^1] : roots.NewestId;
        _known = new Known(roots, _oldest);
    }

    /// <summary>A certificate of the newest key, with the key; made anew for each start, for only the key in it counts.</summary>
    public X509Certificate2 NewCertificate(DateTimeOffset now)
    {
        using var key = Derive(_roots.Newest.Root);
        var request = new CertificateRequest("CN=hostatlas node", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(20));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Whether a certificate is of a process with this platform's root key. Its names and times say nothing.</summary>
    public bool IsOurs(X509Certificate2? presented)
    {
        if (presented is null) return false;
        var known = _known;
        if (known.Newest != _roots.NewestId) _known = known = new Known(_roots, _oldest);
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

    private sealed class Known
    {
        public Known(RootKeys roots, long oldest)
        {
            var (newest, keys) = ((long?)null, new List<byte[]>());
            foreach (var root in roots.Roots)
            {
                var id = RootKeys.IdOf(root);
                newest ??= id;
                using var key = Derive(root);
                keys.Add(key.ExportSubjectPublicKeyInfo());
                if (id == oldest) break;
            }
            (Newest, Keys) = (newest!.Value, keys);
        }

        public long Newest { get; }

        public IReadOnlyList<byte[]> Keys { get; }
    }
}
