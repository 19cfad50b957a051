using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// One of a team's data keys, as the process uses it. It seals nothing itself: each (table, day) has a key of its own, derived by
/// HKDF-Expand. Nonces are random, and 96 random bits are good for about 2³² messages a key (NIST SP 800-38D, 8.3); a team that never
/// rotates would pass that within a year, a day of one table (50,000 reports a second) cannot.
/// </summary>
internal sealed class DataKey
{
    /// <summary>Bytes of a data key.</summary>
    public const int KeyBytes = 32;

    // A query over two years touches a key a day; what is not kept is derived again in two microseconds.
    private const int MostKept = 64;

    private readonly byte[] _key, _setKey;
    private readonly ConcurrentDictionary<(SealedTable Table, int Day), Cipher> _ciphers = new();
    private readonly ConcurrentDictionary<(ServerId Server, long Names), long> _setIds = new();

    /// <summary>Takes the unwrapped key.</summary>
    public DataKey(int number, byte[] key)
    {
        Number = number;
        _key = key;
        _setKey = HKDF.Expand(HashAlgorithmName.SHA256, key, KeyBytes, "hostatlas set id v1"u8.ToArray());
    }

    /// <summary>Its number in the team's ring.</summary>
    public int Number { get; }

    /// <summary>The cipher of a table's day.</summary>
    public Cipher CipherOf(SealedTable table, long atMs)
    {
        var place = (table, Day: (int)Math.Floor((double)atMs / 86_400_000));
        if (_ciphers.TryGetValue(place, out var cipher)) return cipher;
        Span<byte> info = stackalloc byte[32];
        "hostatlas seal v1"u8.CopyTo(info);
        info[17] = (byte)table;
        BinaryPrimitives.WriteInt32BigEndian(info[18..], place.Day);
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, key, info[..22]);
        if (_ciphers.Count >= MostKept) _ciphers.Clear();
        return _ciphers.GetOrAdd(place, new Cipher(key));
    }

    /// <summary>A name list's id in the database: keyed, because a plain hash of well-known names gives them away.</summary>
    public long SetId(ServerId server, long namesId)
    {
        if (_setIds.TryGetValue((server, namesId), out var known)) return known;
        Span<byte> message = stackalloc byte[ResourceId.SizeBytes + sizeof(long)];
        server.Write(message);
        BinaryPrimitives.WriteInt64BigEndian(message[ResourceId.SizeBytes..], namesId);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_setKey, message, mac);
        if (_setIds.Count >= MostKept * 16) _setIds.Clear();
        return _setIds[(server, namesId)] = BinaryPrimitives.ReadInt64BigEndian(mac);
    }

    /// <summary>AES-256-GCM under one derived key. .NET's class keeps state between calls, so two threads take turns.</summary>
#pragma warning disable CA1001 // Not disposed when it falls out of the cache: another thread may be using it. The handle frees itself.
    internal sealed class Cipher(ReadOnlySpan<byte> key)
#pragma warning restore CA1001
    {
        private readonly AesGcm _aes = new(key, TeamSeal.TagBytes);
        private readonly Lock _turn = new();

        public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> cipher, Span<byte> tag, ReadOnlySpan<byte> place)
        {
            lock (_turn) _aes.Encrypt(nonce, plain, cipher, tag, place);
        }

        public void Decrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> cipher, ReadOnlySpan<byte> tag, Span<byte> plain,
            ReadOnlySpan<byte> place)
        {
            lock (_turn) _aes.Decrypt(nonce, cipher, tag, plain, place);
        }
    }
}
