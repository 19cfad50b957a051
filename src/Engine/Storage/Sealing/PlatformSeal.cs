using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// Seals what belongs to no one team: people's entities, since a person may be in several. Its keys come straight from the ring of roots:
/// <code>
/// version u8 = 2 ‖ root key's id i64 big-endian ‖ nonce 12 ‖ ciphertext ‖ tag 16
/// associated data = table u8 ‖ address ‖ detail i64 big-endian
/// </code>
/// The newest root seals, each of the ring's opens. A key a table: nonces are random, so each is good for about 2³² values (NIST SP
/// 800-38D, 8.3), which is four billion sign-ups. Thread-safe.
/// </summary>
public sealed class PlatformSeal(RootKeys roots)
{
    /// <summary>How many bytes a sealed value is longer than its plain text.</summary>
    public const int OverheadBytes = HeadBytes + NonceBytes + TeamSeal.TagBytes;

    internal const byte Version = 2;
    private const int HeadBytes = 1 + sizeof(long), NonceBytes = 12;

    private readonly ConcurrentDictionary<(long Root, SealedTable Table), DataKey.Cipher> _ciphers = new();

    /// <summary>The id of the root key that seals.</summary>
    public long ActiveRoot => roots.NewestId;

    /// <summary>The id of the root key that a sealed value needs, or null when the bytes are none of ours.</summary>
    public static long? RootIdOf(ReadOnlySpan<byte> sealedBytes) =>
        sealedBytes.Length >= OverheadBytes && sealedBytes[0] == Version ? BinaryPrimitives.ReadInt64BigEndian(sealedBytes[1..]) : null;

    /// <summary>Seals a value for its place.</summary>
    /// <param name="table">The table.</param>
    /// <param name="address">Whose it is; at most 256 bytes of UTF-8.</param>
    /// <param name="detail">What tells the owner's values apart.</param>
    /// <param name="plain">What to seal.</param>
    public byte[] Seal(SealedTable table, string address, long detail, ReadOnlySpan<byte> plain)
    {
        var (id, root) = roots.Newest;
        var sealedBytes = new byte[OverheadBytes + plain.Length];
        sealedBytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(sealedBytes.AsSpan(1), id);
        var nonce = sealedBytes.AsSpan(HeadBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        CipherOf(id, root, table).Encrypt(nonce, plain, sealedBytes.AsSpan(HeadBytes + NonceBytes, plain.Length),
            sealedBytes.AsSpan(HeadBytes + NonceBytes + plain.Length), Bound(table, address, detail));
        return sealedBytes;
    }

    /// <summary>Opens a value at its place; <see cref="SealBrokenException"/> when it is not what was sealed there.</summary>
    public byte[] Open(SealedTable table, string address, long detail, ReadOnlySpan<byte> sealedBytes)
    {
        var place = new SealPlace(table, null, 0, detail);
        if (RootIdOf(sealedBytes) is not { } id) throw new SealBrokenException(place, "it is no sealed value of this version.");
        var root = roots.Find(id)
            ?? throw new SealBrokenException(place, "root.key does not hold the key that sealed it.");
        var plain = new byte[sealedBytes.Length - OverheadBytes];
        try
        {
            CipherOf(id, root, table).Decrypt(sealedBytes.Slice(HeadBytes, NonceBytes),
                sealedBytes.Slice(HeadBytes + NonceBytes, plain.Length), sealedBytes[^TeamSeal.TagBytes..], plain,
                Bound(table, address, detail));
            return plain;
        }
        catch (AuthenticationTagMismatchException broken)
        {
            throw new SealBrokenException(place, "it was altered, or moved from another place.", broken);
        }
    }

    private DataKey.Cipher CipherOf(long id, byte[] root, SealedTable table)
    {
        if (_ciphers.TryGetValue((id, table), out var cipher)) return cipher;
        Span<byte> key = stackalloc byte[DataKey.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, key, "hostatlas"u8, [.. "platform seal v1"u8, (byte)table]);
        return _ciphers.GetOrAdd((id, table), new DataKey.Cipher(key));
    }

    // The address stands between two fields of fixed length, so no two places are written alike.
    private static byte[] Bound(SealedTable table, string address, long detail)
    {
        var bound = new byte[1 + Encoding.UTF8.GetByteCount(address) + sizeof(long)];
        bound[0] = (byte)table;
        Encoding.UTF8.GetBytes(address, bound.AsSpan(1));
        BinaryPrimitives.WriteInt64BigEndian(bound.AsSpan(bound.Length - sizeof(long)), detail);
        return bound;
    }
}
