using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Engine;

namespace HostAtlas.Gateway.People.Sessions;

/// <summary>
/// A session's payload at rest:
/// <code>
/// version u8 = 2 ‖ nonce 12 ‖ AES-256-GCM(key, nonce, JSON, associated data = version ‖ id hash 32) ‖ tag 16
/// key = HKDF-SHA256(session key of the ring, info = id hash)
/// </code>
/// The id's hash in key and associated data ties a payload to its row: one moved into another's row does not open. Nonces are random, and
/// a payload is sealed anew with each use that is written down: a key a row keeps that far from the bound of 2^32 messages (NIST SP
/// 800-38D, 8.3), since a session used all of its thirty days is half a million.
/// </summary>
internal sealed class SessionSeal(PlatformKeys keys)
{
    private const byte Version = 2;
    private const int KeyBytes = 32, NonceBytes = 12, TagBytes = 16, HeadBytes = 1 + NonceBytes;

    /// <summary>Seals a payload for the row of this id hash.</summary>
    public byte[] Seal(Session session, byte[] idHash)
    {
        var clear = JsonSerializer.SerializeToUtf8Bytes(session, PeopleJson.Default.Session);
        var row = new byte[HeadBytes + clear.Length + TagBytes];
        row[0] = Version;
        RandomNumberGenerator.Fill(row.AsSpan(1, NonceBytes));
        using var aes = NewAes(keys.SessionSeals[0], idHash);
        var (sealedBytes, tag) = (row.AsMemory(HeadBytes, clear.Length), row.AsMemory(row.Length - TagBytes));
        aes.Encrypt(row.AsSpan(1, NonceBytes), clear, sealedBytes.Span, tag.Span, AssociatedData(idHash));
        CryptographicOperations.ZeroMemory(clear);
        return row;
    }

    /// <summary>
    /// Opens a row's payload; false when it was altered, moved or sealed under a root key that the ring does not hold. Such a session is
    /// as good as none: its person signs in again.
    /// </summary>
    public bool TryOpen(byte[] row, byte[] idHash, [NotNullWhen(true)] out Session? session)
    {
        session = null;
        if (row.Length < HeadBytes + TagBytes || row[0] != Version) return false;
        var clear = new byte[row.Length - HeadBytes - TagBytes];
        // A session outlives the rotation of the root key: the older keys of the ring still open it.
        if (!keys.SessionSeals.Any(key => TryOpen(key, row, idHash, clear))) return false;
        session = JsonSerializer.Deserialize(clear, PeopleJson.Default.Session);
        CryptographicOperations.ZeroMemory(clear);
        // One of a build before there were epochs lacks members: its person signs in again.
        return session is { Roles: not null, Origin: not null };
    }

    private static bool TryOpen(byte[] key, byte[] row, byte[] idHash, byte[] clear)
    {
        using var aes = NewAes(key, idHash);
        try
        {
            aes.Decrypt(row.AsSpan(1, NonceBytes), row.AsSpan(HeadBytes, clear.Length), row.AsSpan(row.Length - TagBytes), clear,
                AssociatedData(idHash));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static AesGcm NewAes(byte[] key, byte[] idHash)
    {
        Span<byte> own = stackalloc byte[KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, key, own, idHash);
        var aes = new AesGcm(own, TagBytes);
        CryptographicOperations.ZeroMemory(own);
        return aes;
    }

    private static byte[] AssociatedData(byte[] idHash) => [Version, .. idHash];
}
