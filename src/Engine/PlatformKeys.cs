using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine;

/// <summary>
/// The keys that are derived from the platform's root key, each for one purpose (HKDF-SHA256, salt "hostatlas", one info a purpose).
/// </summary>
public sealed class PlatformKeys
{
    private readonly byte[] _userAddress;

    /// <summary>Derives every key from a root key of 32 bytes.</summary>
    public PlatformKeys(ReadOnlySpan<byte> root)
    {
        TokenKey = TokenKey.FromRoot(root);
        TokenKeys = [TokenKey];
        _userAddress = Derive(root, "user address v1"u8);
        SessionSeal = Derive(root, "session seal v1"u8);
    }

    /// <summary>Tags new tokens.</summary>
    public TokenKey TokenKey { get; }

    /// <summary>Every key whose tags are accepted, newest first.</summary>
    public IReadOnlyList<TokenKey> TokenKeys { get; }

    /// <summary>Seals sessions at rest, 32 bytes.</summary>
    public byte[] SessionSeal { get; }

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
