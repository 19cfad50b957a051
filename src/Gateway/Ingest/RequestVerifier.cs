using System.Security.Cryptography;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Signing;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// Who sent a request, by arithmetic alone: the token's form and tag, then the signature. A token that is none of ours costs the same work
/// as a good one with a wrong signature (one derivation, one HMAC over the body), and both are told the same.
/// </summary>
internal sealed class RequestVerifier(IReadOnlyList<TokenKey> keys)
{
    // Stands in for a token that is no token; it verifies nothing, since its claims are never there.
    private static readonly string NoToken = new('-', TokenForm.TextLength);

    /// <summary>The claims of a token of this platform; null for every other text.</summary>
    public TokenClaims<ServerId>? Identify(ReadOnlySpan<char> token) =>
        TokenForm.TryRead<ServerId>(TokenKind.Agent, token, keys, out var claims) ? claims : null;

    /// <summary>
    /// Whether the signature is the token's for this method, path (as sent, without query) and body.
    /// <paramref name="timestampAndBody"/> holds the ten digits directly before the body.
    /// </summary>
    public static bool IsSigned(
        ReadOnlySpan<char> token, string method, string path, ReadOnlySpan<byte> timestampAndBody, ReadOnlySpan<byte> signature)
    {
        Span<byte> secret = stackalloc byte[RequestSigning.SizeBytes];
        RequestSigning.DeriveSecret(token, method, path, secret);
        Span<byte> expected = stackalloc byte[RequestSigning.SizeBytes];
        RequestSigning.Sign(secret, timestampAndBody, expected);
        CryptographicOperations.ZeroMemory(secret);
        return RequestSigning.Matches(expected, signature);
    }

    /// <summary>The running HMAC that a body is fed to when its token is none: the same work, but no memory for the body of a
    /// stranger.</summary>
    public static IncrementalHash NewDecoy(string method, string path)
    {
        Span<byte> secret = stackalloc byte[RequestSigning.SizeBytes];
        RequestSigning.DeriveSecret(NoToken, method, path, secret);
        return IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
    }
}
