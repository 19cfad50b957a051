using System.Buffers;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// The plaintext of an object, written from the start to where it will lie sealed: every 16,384 bytes leave room for a tag. So an object is
/// sealed in place and its bytes are copied once. The memory comes from a pool and goes back to it, cleared, because it held plaintext.
/// </summary>
internal sealed class ObjectBuffer : IDisposable
{
    private readonly ArrayPool<byte> _pool;
    private byte[]? _bytes;

    public ObjectBuffer(ArrayPool<byte> pool, int plainBytes = 256 << 10)
    {
        _pool = pool;
        _bytes = pool.Rent((int)ObjectSize.SealedLength(plainBytes));
    }

    /// <summary>Bytes of plaintext so far.</summary>
    public int Length { get; private set; }

    public void Write(ReadOnlySpan<byte> plain)
    {
        Reserve(Length + plain.Length);
        while (!plain.IsEmpty)
        {
            var part = Math.Min(plain.Length, Cobblestone256.ChunkBytes - (Length % Cobblestone256.ChunkBytes));
            plain[..part].CopyTo(_bytes.AsSpan(PlaceOf(Length)));
            Length += part;
            plain = plain[part..];
        }
    }

    /// <summary>Writes zeros up to this length.</summary>
    public void PadTo(int length)
    {
        Reserve(length);
        while (Length < length)
        {
            var part = Math.Min(length - Length, Cobblestone256.ChunkBytes - (Length % Cobblestone256.ChunkBytes));
            _bytes.AsSpan(PlaceOf(Length), part).Clear();
            Length += part;
        }
    }

    /// <summary>Seals what was written and hands the memory over; the buffer is empty afterwards.</summary>
    public SealedObject Seal(RepositoryKeys keys, ObjectName name, ReadOnlySpan<byte> salt)
    {
        var bytes = _bytes ?? throw new ObjectDisposedException(nameof(ObjectBuffer));
        var size = (int)ObjectSize.SealedLength(Length);
        var header = new ObjectHeader(name, keys.KeyId);
        using (var cipher = header.Cipher(keys, salt))
        {
            header.Write(bytes);
            salt.CopyTo(bytes.AsSpan(ObjectHeader.SizeBytes));
            cipher.Commitment.CopyTo(bytes.AsSpan(ObjectHeader.SizeBytes + Cobblestone256.SaltBytes));
            var number = 0L;
            for (var at = ObjectHeader.PrefixBytes; at < size; at += Cobblestone256.SealedChunkBytes)
                cipher.SealChunk(number++, bytes.AsSpan(at, Math.Min(Cobblestone256.SealedChunkBytes, size - at)));
        }
        _bytes = null;
        return new SealedObject(name, bytes, size, _pool);
    }

    public void Dispose()
    {
        if (_bytes is not { } bytes) return;
        _bytes = null;
        bytes.AsSpan(0, (int)ObjectSize.SealedLength(Length)).Clear();
        _pool.Return(bytes);
    }

    private static int PlaceOf(int plain) =>
        ObjectHeader.PrefixBytes + plain + (plain / Cobblestone256.ChunkBytes * Cobblestone256.TagBytes);

    private void Reserve(int plainLength)
    {
        var bytes = _bytes ?? throw new ObjectDisposedException(nameof(ObjectBuffer));
        var size = ObjectSize.SealedLength(plainLength);
        if (size <= bytes.Length) return;
        if (size > ObjectName.ObjectMaxBytes) throw new InvalidOperationException("No object is larger than 32 MiB.");
        var larger = _pool.Rent((int)Math.Max(size, Math.Min(2L * bytes.Length, ObjectName.ObjectMaxBytes)));
        var used = bytes.AsSpan(0, PlaceOf(Length));
        used.CopyTo(larger);
        used.Clear();
        _pool.Return(bytes);
        _bytes = larger;
    }
}
