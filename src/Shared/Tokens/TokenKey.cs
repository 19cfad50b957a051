using System.Security.Cryptography;
using HostAtlas.Shared.Signing;

namespace HostAtlas.Shared.Tokens;

/// <summary>
/// The key of the tag that every token ends with: <c>HKDF-SHA256(root, salt "hostatlas", info "token tag v1", 32)</c>. The tag proves that
/// this platform issued a token, so a made-up one costs one HMAC and wakes nobody; whether an issued token is still valid only the entity
/// knows.
/// </summary>
public sealed class TokenKey
{
    private readonly KeptHmac _hmac;

    private TokenKey(byte[] key) => _hmac = new KeptHmac(key);

    /// <summary>Derives the key from a platform root key of 32 bytes.</summary>
    public static TokenKey FromRoot(ReadOnlySpan<byte> root)
    {
        if (root.Length != 32) throw new ArgumentException("A root key has 32 bytes.", nameof(root));
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, "hostatlas"u8, "token tag v1"u8);
        return new TokenKey(key);
    }

    /// <summary>Takes a derived key as it is: for test vectors.</summary>
    public static TokenKey FromBytes(ReadOnlySpan<byte> key) => new(key.ToArray());

    /// <summary>Writes the tag (16 bytes) of prefix (4 ASCII bytes) ‖ payload (64 bytes).</summary>
    internal void Tag(ReadOnlySpan<byte> prefixAndPayload, Span<byte> tag)
    {
        Span<byte> mac = stackalloc byte[32];
        _hmac.Compute(prefixAndPayload, mac);
        mac[..TokenForm.TagBytes].CopyTo(tag);
    }
}
