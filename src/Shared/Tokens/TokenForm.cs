using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Tokens;

/// <summary>
/// The form of a token, the same for all kinds:
/// <code>
/// prefix_ + base64url( team 16 ‖ subject 16 ‖ secret 32 ‖ tag 16 )     4 + 107 = 111 ASCII characters, no padding, canonical
/// tag     = first 16 bytes of HMAC-SHA256(token key, prefix_ ‖ team ‖ subject ‖ secret)
/// </code>
/// Subject is the server, the key or the invitation. Canonical means that one token has one spelling: 107 characters
/// hold 642 bits, two more than the 80 bytes, so <see cref="TryRead"/> writes again what it read and compares.
/// </summary>
public static class TokenForm
{
    /// <summary>Bytes of a token's secret, from the system's CSPRNG.</summary>
    public const int SecretBytes = 32;

    /// <summary>Characters of every token.</summary>
    public const int TextLength = PrefixLength + EncodedLength;

    internal const int TagBytes = 16;
    private const int PrefixLength = 4;
    private const int PayloadBytes = (2 * ResourceId.SizeBytes) + SecretBytes;
    private const int EncodedLength = 107;

    /// <summary>The prefix of a kind, e.g. <c>hat_</c>.</summary>
    public static string Prefix(TokenKind kind) => kind switch
    {
        TokenKind.Agent => "hat_",
        TokenKind.ApiKey => "hak_",
        TokenKind.Invitation => "hai_",
        TokenKind.PasswordReset => "har_",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Writes a new token. The caller shows it once and keeps only <see cref="TokenHash.Of"/> of it.</summary>
    public static string Write<TSubject>(TokenKind kind, TeamId team, TSubject subject, ReadOnlySpan<byte> secret, TokenKey key)
        where TSubject : struct, IResourceId<TSubject>
    {
        Span<byte> names = stackalloc byte[2 * ResourceId.SizeBytes];
        team.Write(names);
        subject.Write(names[ResourceId.SizeBytes..]);
        return Write(kind, names, secret, key);
    }

    /// <summary>Writes a token whose first 32 bytes, whom it is bound to, are given as they are.</summary>
    internal static string Write(TokenKind kind, ReadOnlySpan<byte> names, ReadOnlySpan<byte> secret, TokenKey key)
    {
        if (secret.Length != SecretBytes) throw new ArgumentException("A token's secret has 32 bytes.", nameof(secret));
        Span<byte> bytes = stackalloc byte[PrefixLength + PayloadBytes + TagBytes];
        Encoding.ASCII.GetBytes(Prefix(kind), bytes);
        names.CopyTo(bytes[PrefixLength..]);
        secret.CopyTo(bytes[(PrefixLength + (2 * ResourceId.SizeBytes))..]);
        key.Tag(bytes[..^TagBytes], bytes[^TagBytes..]);
        var text = Prefix(kind) + Base64Url.EncodeToString(bytes[PrefixLength..]);
        CryptographicOperations.ZeroMemory(bytes);
        return text;
    }

    /// <summary>
    /// Reads a token of one kind; false when its form is wrong or its tag is none of this platform's keys'. The tag is compared in constant
    /// time with every key of the ring, so an answer's time tells neither which key nor how many of its bytes fitted.
    /// </summary>
    public static bool TryRead<TSubject>(
        TokenKind kind, ReadOnlySpan<char> text, IReadOnlyList<TokenKey> keys, out TokenClaims<TSubject> claims)
        where TSubject : struct, IResourceId<TSubject>
    {
        claims = default;
        Span<byte> names = stackalloc byte[2 * ResourceId.SizeBytes];
        var issued = TryRead(kind, text, keys, names);
        var wellFormed = ResourceId.TryRead<TeamId>(names[..ResourceId.SizeBytes], out var team)
            & ResourceId.TryRead<TSubject>(names[ResourceId.SizeBytes..], out var subject);
        if (!(issued & wellFormed)) return false;
        claims = new TokenClaims<TSubject>(team, subject);
        return true;
    }

    /// <summary>The 32 bytes of whom a token is bound to, if this platform issued it.</summary>
    internal static bool TryRead(TokenKind kind, ReadOnlySpan<char> text, IReadOnlyList<TokenKey> keys, Span<byte> names)
    {
        Span<byte> bytes = stackalloc byte[PrefixLength + PayloadBytes + TagBytes];
        if (!TryDecode(kind, text, bytes)) return false;
        Span<byte> tag = stackalloc byte[TagBytes];
        var issued = false;
        for (var i = 0; i < keys.Count; i++)
        {
            keys[i].Tag(bytes[..^TagBytes], tag);
            issued |= CryptographicOperations.FixedTimeEquals(tag, bytes[^TagBytes..]);
        }
        bytes.Slice(PrefixLength, 2 * ResourceId.SizeBytes).CopyTo(names);
        CryptographicOperations.ZeroMemory(bytes);
        return issued;
    }

    /// <summary>
    /// Reads a token without its tag, for whoever holds one and has no key: an agent that wants to know its own server's id and to find a
    /// cut-off paste before it asks the platform. It proves nothing; a gateway uses <see cref="TryRead"/>.
    /// </summary>
    public static bool TryReadUnverified<TSubject>(TokenKind kind, ReadOnlySpan<char> text, out TokenClaims<TSubject> claims)
        where TSubject : struct, IResourceId<TSubject>
    {
        claims = default;
        Span<byte> bytes = stackalloc byte[PrefixLength + PayloadBytes + TagBytes];
        if (!TryDecode(kind, text, bytes)) return false;
        var wellFormed = ResourceId.TryRead<TeamId>(bytes.Slice(PrefixLength, ResourceId.SizeBytes), out var team)
            & ResourceId.TryRead<TSubject>(bytes.Slice(PrefixLength + ResourceId.SizeBytes, ResourceId.SizeBytes), out var subject);
        CryptographicOperations.ZeroMemory(bytes);
        if (wellFormed) claims = new TokenClaims<TSubject>(team, subject);
        return wellFormed;
    }

    private static bool TryDecode(TokenKind kind, ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != TextLength || !text.StartsWith(Prefix(kind), StringComparison.Ordinal)) return false;
        var encoded = text[PrefixLength..];
        Encoding.ASCII.GetBytes(Prefix(kind), bytes);
        var status = Base64Url.DecodeFromChars(encoded, bytes[PrefixLength..], out var consumed, out var written);
        if (status != System.Buffers.OperationStatus.Done || consumed != EncodedLength || written != PayloadBytes + TagBytes) return false;
        // The decoder is lenient (padding, white space, unused bits of the last character); one token must have one spelling.
        Span<char> again = stackalloc char[EncodedLength];
        return Base64Url.TryEncodeToChars(bytes[PrefixLength..], again, out var length) && length == EncodedLength
            && encoded.SequenceEqual(again);
    }
}
