using System.Buffers.Binary;
using System.Security.Cryptography;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// What is derived from one master key (32 random bytes, made on the host):
/// <code>
/// derive(info, n) = HKDF-SHA256(ikm = master, salt = "hostatlas", info, n)
/// keyId    = derive("backup v1 key id", 8)         id key   = derive("backup v1 chunk id", 32)
/// gear     = derive("backup v1 gear", 2048) as 256 big-endian u64
/// path key = derive("backup v1 path id", 32)
/// seal key = derive("backup v1 seal " + kind, 32)  kind = pack | index | snapshot
/// </code>
/// Each purpose has a key of its own, so that what one of them gives away says nothing about another. Thread-safe until disposed.
/// </summary>
public sealed class RepositoryKeys : IDisposable
{
    /// <summary>Bytes of a master key.</summary>
    public const int MasterBytes = 32;

    private readonly byte[] _idKey, _pathKey;
    private readonly byte[][] _sealKeys;
    private readonly ulong[] _gear = new ulong[256];

    /// <summary>Derives the keys. The master stays the caller's, who clears it.</summary>
    public RepositoryKeys(ReadOnlySpan<byte> master)
    {
        if (master.Length != MasterBytes) throw new ArgumentException("A master key has 32 bytes.", nameof(master));
        KeyId = new BackupKeyId(BinaryPrimitives.ReadUInt64BigEndian(Derive(master, "backup v1 key id"u8, BackupKeyId.SizeBytes)));
        _idKey = Derive(master, "backup v1 chunk id"u8, 32);
        _pathKey = Derive(master, "backup v1 path id"u8, 32);
        _sealKeys =
        [
            Derive(master, "backup v1 seal pack"u8, Cobblestone256.KeyBytes),
            Derive(master, "backup v1 seal index"u8, Cobblestone256.KeyBytes),
            Derive(master, "backup v1 seal snapshot"u8, Cobblestone256.KeyBytes),
        ];
        var gear = Derive(master, "backup v1 gear"u8, _gear.Length * sizeof(ulong));
        for (var i = 0; i < _gear.Length; i++) _gear[i] = BinaryPrimitives.ReadUInt64BigEndian(gear.AsSpan(i * sizeof(ulong)));
        CryptographicOperations.ZeroMemory(gear);
    }

    /// <summary>The master's id, which stands in every object sealed under it.</summary>
    public BackupKeyId KeyId { get; }

    /// <summary>The key of chunk ids.</summary>
    public ReadOnlySpan<byte> IdKey => _idKey;

    /// <summary>The key of the path ids in gate evidence.</summary>
    public ReadOnlySpan<byte> PathKey => _pathKey;

    /// <summary>The chunker's table, 256 numbers.</summary>
    public ReadOnlyMemory<ulong> Gear => _gear;

    /// <summary>The key that objects of a kind are sealed under.</summary>
    public ReadOnlySpan<byte> SealKey(ObjectKind kind) => _sealKeys[(int)kind - 1];

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_idKey);
        CryptographicOperations.ZeroMemory(_pathKey);
        foreach (var key in _sealKeys) CryptographicOperations.ZeroMemory(key);
        Array.Clear(_gear);
    }

    private static byte[] Derive(ReadOnlySpan<byte> master, ReadOnlySpan<byte> info, int length)
    {
        var key = new byte[length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, key, "hostatlas"u8, info);
        return key;
    }
}
