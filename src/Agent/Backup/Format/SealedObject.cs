using System.Buffers;
using System.Security.Cryptography;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>A sealed object, ready to be sent. Its memory goes back to the pool when it is disposed.</summary>
public sealed class SealedObject : IDisposable
{
    private readonly ArrayPool<byte> _pool;
    private byte[]? _bytes;
    private readonly int _length;

    internal SealedObject(ObjectName name, byte[] bytes, int length, ArrayPool<byte> pool)
    {
        Name = name;
        (_bytes, _length, _pool) = (bytes, length, pool);
    }

    /// <summary>Its name in the repository.</summary>
    public ObjectName Name { get; }

    /// <summary>The object: header, salt, commitment, chunks.</summary>
    public ReadOnlyMemory<byte> Bytes => new(_bytes ?? throw new ObjectDisposedException(nameof(SealedObject)), 0, _length);

    /// <summary>SHA-256 of the whole object.</summary>
    public byte[] Sha256() => SHA256.HashData(Bytes.Span);

#pragma warning disable CA5351 // S3's own checksum: it finds what breaks on the way; the object's seal stands against attackers.
    /// <summary>MD5 of the whole object.</summary>
    public byte[] Md5() => MD5.HashData(Bytes.Span);
#pragma warning restore CA5351

    /// <inheritdoc />
    public void Dispose()
    {
        if (_bytes is not { } bytes) return;
        _bytes = null;
        _pool.Return(bytes);
    }
}
