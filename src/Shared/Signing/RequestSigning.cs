using System.Security.Cryptography;
using System.Text;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Shared.Signing;

/// <summary>
/// The signature of an agent's request:
/// <code>
/// secret    = HKDF-SHA256(ikm = token (ASCII), salt = "hostatlas", info = "request-signing v1 " + METHOD + " " + path, 32 bytes)
/// signature = HMAC-SHA256(secret, timestamp (10 ASCII digits) ‖ body as sent)       written as 64 lower-case hex digits
/// </code>
/// Nothing secret is stored for it: whoever holds the token derives the secret. Method and path are bound by the derivation, so the signed
/// message stays exactly timestamp + body and a signature for one endpoint is worthless at another. It guards against alteration and
/// partial
/// leaks; whoever captures a whole request holds the token too, and against that stands TLS 1.3.
/// </summary>
public static class RequestSigning
{
    /// <summary>Bytes of a signature and of a secret.</summary>
    public const int SizeBytes = 32;

    /// <summary>ASCII digits of a timestamp: Unix seconds from 2001 to 2286, so that timestamp ‖ body can be cut in one way only.</summary>
    public const int TimestampLength = 10;

    // HKDF's first half (RFC 5869, 2.2) is an HMAC of the token under the salt, which is the same for all of them.
    private static readonly KeptHmac Extract = new("hostatlas"u8.ToArray());

    private static ReadOnlySpan<byte> InfoPrefix => "request-signing v1 "u8;

    /// <summary>Derives the secret of one endpoint. <paramref name="path"/> is exact, case-sensitive and without a query.</summary>
    public static void DeriveSecret(ReadOnlySpan<char> token, ReadOnlySpan<char> method, ReadOnlySpan<char> path, Span<byte> secret)
    {
        Span<byte> ikm = stackalloc byte[TokenForm.TextLength];
        if (token.Length > ikm.Length) throw new ArgumentException("A token has 111 characters.", nameof(token));
        ikm = ikm[..Encoding.ASCII.GetBytes(token, ikm)];
        var length = InfoPrefix.Length + method.Length + 1 + Encoding.UTF8.GetByteCount(path);
        Span<byte> info = length <= 512 ? stackalloc byte[length] : new byte[length];
        InfoPrefix.CopyTo(info);
        var at = InfoPrefix.Length + Encoding.ASCII.GetBytes(method, info[InfoPrefix.Length..]);
        info[at++] = (byte)' ';
        Encoding.UTF8.GetBytes(path, info[at..]);
        Span<byte> pseudoRandomKey = stackalloc byte[SizeBytes];
        Extract.Compute(ikm, pseudoRandomKey);
        HKDF.Expand(HashAlgorithmName.SHA256, pseudoRandomKey, secret[..SizeBytes], info);
        CryptographicOperations.ZeroMemory(pseudoRandomKey);
        CryptographicOperations.ZeroMemory(ikm);
    }

    /// <summary>Signs one buffer that holds the timestamp's ten digits directly before the body: one pass, no copy.</summary>
    public static void Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> timestampAndBody, Span<byte> signature) =>
        HMACSHA256.HashData(secret, timestampAndBody, signature);

    /// <summary>Signs a request and gives the header's value.</summary>
    public static string Sign(string token, string method, string path, string timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> secret = stackalloc byte[SizeBytes];
        DeriveSecret(token, method, path, secret);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.ASCII.GetBytes(timestamp));
        hmac.AppendData(body);
        Span<byte> signature = stackalloc byte[SizeBytes];
        hmac.GetHashAndReset(signature);
        CryptographicOperations.ZeroMemory(secret);
        return Convert.ToHexStringLower(signature);
    }

    /// <summary>Reads a signature header: exactly 64 lower-case hex digits.</summary>
    public static bool TryReadSignature(ReadOnlySpan<char> header, Span<byte> signature) =>
        header.Length == 2 * SizeBytes && !header.ContainsAnyInRange('A', 'F')
        && Convert.FromHexString(header, signature, out _, out var written) == System.Buffers.OperationStatus.Done && written == SizeBytes;

    /// <summary>Reads a timestamp header: exactly ten ASCII digits.</summary>
    public static bool TryReadTimestamp(ReadOnlySpan<char> header, out long unixSeconds)
    {
        unixSeconds = 0;
        if (header.Length != TimestampLength || header.ContainsAnyExceptInRange('0', '9')) return false;
        unixSeconds = long.Parse(header, System.Globalization.CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>Compares two signatures in constant time.</summary>
    public static bool Matches(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> presented) =>
        CryptographicOperations.FixedTimeEquals(expected, presented);
}
