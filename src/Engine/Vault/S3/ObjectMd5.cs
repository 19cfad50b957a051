using System.Security.Cryptography;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// The MD5 of an object: what S3 servers check (Content-MD5) and tell (ETag). It stands against damage, not against an attacker: that is
/// what each object's own seal does.
/// </summary>
internal static class ObjectMd5
{
    private const int Digits = 32;

#pragma warning disable CA5351 // The protocol's own checksum; nothing rests on it that must withstand an attacker.
    /// <summary>Of all bytes.</summary>
    public static async Task<byte[]> OfAsync(Stream bytes) => await MD5.HashDataAsync(bytes).ConfigureAwait(false);

    /// <summary>Of all bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes) => MD5.HashData(bytes);
#pragma warning restore CA5351

    /// <summary>Whether an ETag is an MD5 at all: one of several parts, or of an object that the server encrypts, is not.</summary>
    public static bool IsOne(string tag) => tag.Trim('"') is { Length: Digits } hex && hex.All(char.IsAsciiHexDigitLower);
}
