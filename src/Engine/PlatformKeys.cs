using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine;

/// <summary>
/// The keys that are derived from the platform's root key, each for one purpose (HKDF-SHA256, salt "hostatlas", one info a purpose).
/// </summary>
public sealed class PlatformKeys
{
    private readonly RootKeys _roots;
    private readonly byte[] _userAddress;
    private volatile Derived _derived;

    /// <summary>Derives every key from the ring of root keys.</summary>
    public PlatformKeys(RootKeys roots)
    {
        _roots = roots;
        _derived = new Derived(roots);
        // Of the oldest root: a person's entity keeps its address when the root is rotated. What the key protects (the mapping of e-mail
        // addresses to entities) is as old as that root.
        _userAddress = Derive(roots.Roots[^1], "user address v1"u8);
    }

    /// <summary>Tags new tokens. To be asked for each time: a rotation brings another one while the process runs.</summary>
    public TokenKey TokenKey => TokenKeys[0];

    /// <summary>Every key whose tags are accepted, newest first. To be asked for each time.</summary>
    public IReadOnlyList<TokenKey> TokenKeys => Current.TokenKeys;

    /// <summary>Seal sessions at rest, 32 bytes each; the first one seals, each of them opens. To be asked for each time.</summary>
    public IReadOnlyList<byte[]> SessionSeals => Current.SessionSeals;

    /// <summary>
    /// Sign tickets of the directory vault, 32 bytes each; the first one signs, each of them verifies. To be asked for each time.
    /// </summary>
    public IReadOnlyList<byte[]> VaultTickets => Current.VaultTickets;

    private Derived Current
    {
        get
        {
            var derived = _derived;
            return derived.Newest == _roots.NewestId ? derived : _derived = new Derived(_roots);
        }
    }

    /// <summary>The address of a person's entity; upper and lower case and surrounding space of an e-mail address do not count.</summary>
    public UserAddress AddressOf(string email)
    {
        var normalised = Encoding.UTF8.GetBytes(EmailForm.Normal(email));
        return new UserAddress(Convert.ToHexStringLower(HMACSHA256.HashData(_userAddress, normalised).AsSpan(0, 16)));
    }

    private static byte[] Derive(ReadOnlySpan<byte> root, ReadOnlySpan<byte> info)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, "hostatlas"u8, info);
        return key;
    }

    private sealed class Derived
    {
        public Derived(RootKeys roots)
        {
            var ring = roots.Roots;
            Newest = RootKeys.IdOf(ring[0]);
            TokenKeys = [.. ring.Select(root => TokenKey.FromRoot(root))];
            SessionSeals = [.. ring.Select(root => Derive(root, "session seal v1"u8))];
            VaultTickets = [.. ring.Select(root => Derive(root, "vault ticket v1"u8))];
        }

        public long Newest { get; }

        public IReadOnlyList<TokenKey> TokenKeys { get; }

        public IReadOnlyList<byte[]> SessionSeals { get; }

        public IReadOnlyList<byte[]> VaultTickets { get; }
    }
}
