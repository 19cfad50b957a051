using System.Buffers.Binary;
using System.Runtime.InteropServices;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Gathers blobs into a pack:
/// <code>
/// plaintext = blobs ‖ zero padding ‖ entries (49 bytes each, in the order of the blobs) ‖ entry count u32 ‖ "HAP1"
/// </code>
/// The table stands at the end because it is known last; the padding before it makes the object a multiple of 256 KiB. No pack is larger
/// than 16 MiB. Blobs of trees and of files go into different packs, so that walking the trees reads few of them.
/// </summary>
public sealed class PackBuilder : IDisposable
{
    internal const int TrailerBytes = sizeof(uint) + 4;

    private static readonly int Capacity = ObjectSize.Capacity(ObjectKind.Pack, ObjectSize.PackTargetBytes);

    private readonly ObjectSealer _sealer;
    private readonly ObjectBuffer _buffer;
    private readonly List<BlobEntry> _entries = [];
    private bool _sealed;

    /// <summary>Starts an empty pack.</summary>
    public PackBuilder(ObjectSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        _sealer = sealer;
        _buffer = new ObjectBuffer(sealer.Pool);
    }

    internal static ReadOnlySpan<byte> Magic => "HAP1"u8;

    /// <summary>Blobs so far.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes that blobs and table take so far.</summary>
    public int ContentBytes => _buffer.Length + (_entries.Count * BlobEntry.SizeBytes) + TrailerBytes;

    /// <summary>Whether a blob of so many stored bytes has room; an empty pack has room for every blob.</summary>
    public bool Fits(int storedLength) => ContentBytes + storedLength + BlobEntry.SizeBytes <= Capacity;

    /// <summary>Adds a blob, for which <see cref="Fits"/> was asked, and says where it lies.</summary>
    public BlobEntry Add(ChunkId id, BlobCodec codec, ReadOnlySpan<byte> stored, int rawLength)
    {
        if (!Fits(stored.Length)) throw new InvalidOperationException("The pack is full.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rawLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rawLength, BlobEntry.RawMaxBytes);
        if (stored.IsEmpty || stored.Length > rawLength || (codec == BlobCodec.Raw && stored.Length != rawLength))
            throw new ArgumentException("A blob is stored raw, or compressed to fewer bytes.", nameof(stored));
        var entry = new BlobEntry(id, _buffer.Length, stored.Length, rawLength, codec);
        _buffer.Write(stored);
        _entries.Add(entry);
        return entry;
    }

    /// <summary>Pads and seals the pack, which takes no more blobs afterwards.</summary>
    /// <param name="id">Its new, random id.</param>
    public SealedPack Seal(ObjectId id)
    {
        if (_sealed) throw new InvalidOperationException("A pack is sealed once.");
        _sealed = true;
        _buffer.PadTo(_buffer.Length + ObjectSize.PaddedLength(ObjectKind.Pack, ContentBytes) - ContentBytes);
        Span<byte> bytes = stackalloc byte[BlobEntry.SizeBytes];
        foreach (ref readonly var entry in CollectionsMarshal.AsSpan(_entries))
        {
            entry.Write(bytes);
            _buffer.Write(bytes);
        }
        BinaryPrimitives.WriteInt32BigEndian(bytes, _entries.Count);
        _buffer.Write(bytes[..sizeof(uint)]);
        _buffer.Write(Magic);
        return new SealedPack(id, _sealer.Seal(new ObjectName(ObjectKind.Pack, id), _buffer), _entries);
    }

    /// <inheritdoc />
    public void Dispose() => _buffer.Dispose();
}

/// <summary>A sealed pack and its table, which the index needs. Disposing gives the object's memory back; the table stays.</summary>
public sealed record SealedPack(ObjectId Id, SealedObject Object, IReadOnlyList<BlobEntry> Entries) : IDisposable
{
    /// <inheritdoc />
    public void Dispose() => Object.Dispose();
}
