using System.Buffers.Binary;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Audit;

/// <summary>
/// How a team's entries hang together, and how their end is vouched for:
/// <code>
/// hash 0    = SHA-256("hostatlas audit v1" ‖ team 16)
/// hash n    = SHA-256(hash n-1 ‖ canonical bytes of entry n)
/// head key  = HKDF-SHA256(root key, salt "hostatlas", info "audit head v1", 32)
/// mac       = HMAC-SHA256(head key, team 16 ‖ number i64 ‖ hash 32 ‖ time of the last entry, Unix ms i64)      big-endian
/// </code>
/// The hashes alone find a slip; whoever means harm computes them anew from the changed entry on. The head's code they cannot make without
/// the root key, which no database holds. Pure.
/// </summary>
public static class AuditChain
{
    /// <summary>Bytes of a hash and of a head's code.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>What the first hash begins from: another value for each team, so that no log can be the beginning of another's.</summary>
    public static byte[] Start(TeamId team) => SHA256.HashData([.. "hostatlas audit v1"u8, .. team.ToBytes()]);

    /// <summary>The hash of the entry that follows.</summary>
    public static byte[] Next(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> canonical) => SHA256.HashData([.. previous, .. canonical]);

    /// <summary>The code that vouches for a head, by a root key.</summary>
    public static byte[] Authenticate(ReadOnlySpan<byte> root, TeamId team, AuditHead head)
    {
        Span<byte> key = stackalloc byte[HashBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, "hostatlas"u8, "audit head v1"u8);
        Span<byte> message = stackalloc byte[ResourceId.SizeBytes + sizeof(long) + HashBytes + sizeof(long)];
        team.Write(message);
        BinaryPrimitives.WriteInt64BigEndian(message[ResourceId.SizeBytes..], head.Number);
        head.Hash.CopyTo(message[(ResourceId.SizeBytes + sizeof(long))..]);
        BinaryPrimitives.WriteInt64BigEndian(message[^sizeof(long)..], head.AtMs);
        return HMACSHA256.HashData(key, message);
    }

    /// <summary>Whether a code vouches for a head; in constant time.</summary>
    public static bool IsAuthentic(ReadOnlySpan<byte> root, TeamId team, AuditHead head, ReadOnlySpan<byte> mac) =>
        CryptographicOperations.FixedTimeEquals(Authenticate(root, team, head), mac);
}

/// <summary>The last entry of a team's log: its number, hash and time. Number 0 with <see cref="AuditChain.Start"/>: none yet.</summary>
public sealed record AuditHead(long Number, byte[] Hash, long AtMs);

/// <summary>A head and who vouches for it.</summary>
/// <param name="RootId">Which root key's code it is, <c>RootKeys.IdOf</c>.</param>
public sealed record VouchedHead(AuditHead Head, long RootId, byte[] Mac);

/// <summary>An entry in its place of the chain.</summary>
public sealed record ChainedEntry(TeamId Team, long Number, long AtMs, byte[] Hash, byte[] Canonical);
