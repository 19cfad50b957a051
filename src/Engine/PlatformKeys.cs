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
    private readonly byte[] _userAddress;

    /// <summary>Derives every key from the ring of root keys.</summary>
    public PlatformKeys(RootKeys roots)
    {
        TokenKeys = [.. roots.Roots.Select(root => TokenKey.FromRoot(root))];
        SessionSeals = [.. roots.Roots.Select(root => Derive(root, "session seal v1"u8))];
        // Of the oldest root: a person's entity keeps its address when the root is rotated. What the key protects (the mapping of e-mail
        // addresses to entities) is as old as that root.
        _userAddress = Derive(roots.Roots[^1], "user address v1"u8);
    }

    /// <summary>Tags new tokens.</summary>
    public TokenKey TokenKey => TokenKeys[0];

    /// <summary>Every key whose tags are accepted, newest first.</summary>
    public IReadOnlyList<TokenKey> TokenKeys { get; }

    /// <summary>Seal sessions at rest, 32 bytes each; the first one seals, each of them opens.</summary>
    public IReadOnlyList<byte[]> SessionSeals { get; }

    /// <summary>The address of a person's entity; upper and lower case and surrounding space of an e-mail address do not count.</summary>
    public UserAddress AddressOf(string email)
    {
        var normalised = Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant());
        return new UserAddress(Convert.ToHexStringLower(HMACSHA256.HashData(_userAddress, normalised).AsSpan(0, 16)));
    }

    private static byte[] Derive(ReadOnlySpan<byte> root, ReadOnlySpan<byte> info)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, "hostatlas"u8, info);
        return key;
    }
}
