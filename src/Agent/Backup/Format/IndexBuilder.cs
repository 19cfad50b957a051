using System.Buffers.Binary;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Gathers the tables of packs into an index:
/// <code>
/// plaintext = (pack UUID 16 ‖ entry count u32 ‖ entries)… ‖ zero padding ‖ pack count u32 ‖ "HAI1"
/// </code>
/// An index only saves reading every pack: it can be rebuilt from them.
/// </summary>
public sealed class IndexBuilder : IDisposable
{
    /// <summary>Most packs of an index.</summary>
    public const int PacksMax = 64;

    /// <summary>Most bytes of tables, unless one pack alone has more.</summary>
    public const int TablesMaxBytes = 16 << 20;

    internal const int TrailerBytes = sizeof(uint) + 4, PackHeadBytes = ResourceId.SizeBytes + sizeof(uint);

    private readonly ObjectSealer _sealer;
    private readonly ObjectBuffer _buffer;

    /// <summary>Starts an empty index.</summary>
    public IndexBuilder(ObjectSealer sealer)
    {
        ArgumentNullException.ThrowIfNull(sealer);
        _sealer = sealer;
        _buffer = new ObjectBuffer(sealer.Pool);
    }

    internal static ReadOnlySpan<byte> Magic => "HAI1"u8;

    /// <summary>Packs so far.</summary>
    public int Packs { get; private set; }

    /// <summary>Whether a pack with so many blobs has room; an empty index has room for every pack.</summary>
    public bool Fits(int blobs) =>
        Packs == 0 || (Packs < PacksMax && _buffer.Length + PackHeadBytes + (blobs * BlobEntry.SizeBytes) <= TablesMaxBytes);

    /// <summary>Adds a pack's table, for which <see cref="Fits"/> was asked.</summary>
    public void Add(ObjectId pack, IReadOnlyList<BlobEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (!Fits(entries.Count)) throw new InvalidOperationException("The index is full.");
        Span<byte> bytes = stackalloc byte[Math.Max(PackHeadBytes, BlobEntry.SizeBytes)];
        pack.Write(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes[ResourceId.SizeBytes..], entries.Count);
        _buffer.Write(bytes[..PackHeadBytes]);
        for (var i = 0; i < entries.Count; i++)
        {
            entries[i].Write(bytes);
            _buffer.Write(bytes[..BlobEntry.SizeBytes]);
        }
        Packs++;
    }

    /// <summary>Pads and seals the index, which takes no more packs afterwards.</summary>
    public SealedObject Seal(ObjectId id)
    {
        _buffer.PadTo(ObjectSize.PaddedLength(ObjectKind.Index, _buffer.Length + TrailerBytes) - TrailerBytes);
        Span<byte> count = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(count, Packs);
        _buffer.Write(count);
        _buffer.Write(Magic);
        return _sealer.Seal(new ObjectName(ObjectKind.Index, id), _buffer);
    }

    /// <inheritdoc />
    public void Dispose() => _buffer.Dispose();
}
