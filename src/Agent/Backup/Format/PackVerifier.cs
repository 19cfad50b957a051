using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Opens a whole pack and hashes every blob of it: what was sealed must open before anybody is told that it is stored, because a fault of
/// memory or of this program would otherwise be found on the day of the restore. Holds about 9 MiB; one a thread.
/// </summary>
public sealed class PackVerifier(ObjectOpener opener) : IDisposable
{
    // Opened in pieces that stay in the processor's cache until their blobs are hashed; a blob that needs more gets more.
    private const int PieceBytes = 1 << 20;

    private readonly BlobCompressor _compressor = new();
    private readonly byte[] _raw = new byte[BlobEntry.RawMaxBytes];
    private byte[] _window = new byte[PieceBytes];

    /// <summary>Opens the object from its bytes alone and compares its table with what the index will say.</summary>
    /// <exception cref="ObjectBrokenException">It would not be readable; it must not be sent.</exception>
    public void Verify(SealedPack pack)
    {
        ArgumentNullException.ThrowIfNull(pack);
        var entries = Verify(pack.Object.Name, pack.Object.Bytes.Span);
        if (!entries.SequenceEqual(pack.Entries))
            throw new ObjectBrokenException(pack.Object.Name, ObjectFault.Content, "its table is not the one that was written.");
    }

    /// <summary>Opens a pack and hashes its blobs; its table.</summary>
    /// <exception cref="ObjectBrokenException">Something in it is damaged.</exception>
    public IReadOnlyList<BlobEntry> Verify(ObjectName name, ReadOnlySpan<byte> sealedObject)
    {
        using var opened = opener.Begin(name, sealedObject, sealedObject.Length);
        if (opened.PlainLength < PackTable.TrailerBytes) throw Broken(name, "it is too short for a pack.");
        var tail = Part(opened, sealedObject, opened.PlainLength - PackTable.TrailerBytes, PackTable.TrailerBytes);
        var tableBytes = PackTable.LengthBytes(name, tail, opened.PlainLength);
        var entries = PackTable.Read(
            name, Part(opened, sealedObject, opened.PlainLength - tableBytes, tableBytes), opened.PlainLength);
        long from = 0, to = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Offset < from || entry.Offset + entry.StoredLength > to)
            {
                from = entry.Offset / Cobblestone256.ChunkBytes * Cobblestone256.ChunkBytes;
                to = Math.Min(opened.PlainLength, Math.Max(from + PieceBytes, entry.Offset + entry.StoredLength));
                Part(opened, sealedObject, from, (int)(to - from));
            }
            var raw = _raw.AsSpan(0, entry.RawLength);
            if (!_compressor.TryRestore(entry.Codec, _window.AsSpan((int)(entry.Offset - from), entry.StoredLength), raw)
                || ChunkId.Of(opened.Keys, raw) != entry.Id) throw Broken(name, $"blob {i} is not the chunk that the table names.");
        }
        return entries;
    }

    /// <inheritdoc />
    public void Dispose() => _compressor.Dispose();

    private ReadOnlySpan<byte> Part(OpenObject opened, ReadOnlySpan<byte> sealedObject, long offset, int length)
    {
        if (_window.Length < length) _window = new byte[length];
        var (at, count) = opened.SealedRange(offset, length);
        var part = _window.AsSpan(0, length);
        opened.Open(offset, sealedObject.Slice((int)at, count), part);
        return part;
    }

    private static ObjectBrokenException Broken(ObjectName name, string why) => new(name, ObjectFault.Content, why);
}
