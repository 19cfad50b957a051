using System.Buffers.Binary;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>A pack that earlier runs stored.</summary>
internal sealed class KnownPack(ObjectId id, long sizeBytes)
{
    private volatile bool _used, _gone, _retired, _holdsTrees;

    /// <summary>Its name.</summary>
    public ObjectName Name => new(ObjectKind.Pack, id);

    /// <summary>Its object's size.</summary>
    public long SizeBytes => sizeBytes;

    /// <summary>It was stored before a freeze. What lies in it is never taken for what is stored now: it is only read, and keeps the last
    /// clean version of a file that is held back.</summary>
    public bool IsOfEarlierEpoch { get; init; }

    /// <summary>Its place among the known packs.</summary>
    public int Number { get; init; }

    /// <summary>A chunk of a tree or of a list was found in it.</summary>
    public bool HoldsTrees => _holdsTrees;

    /// <summary>What was needed of it is in new packs. It may still be read, and is not needed again.</summary>
    public bool Retired => _retired;

    /// <summary>The snapshot that is being made needs it.</summary>
    public bool Used => _used;

    /// <summary>The platform does not have it any more: none of its chunks counts as known.</summary>
    public bool Gone => _gone;

    /// <summary>From now on it is needed.</summary>
    public void Use(bool forTrees = false)
    {
        _used = true;
        if (forTrees) _holdsTrees = true;
    }

    /// <summary>From now on it is not needed any more: what it had is elsewhere.</summary>
    public void Retire() => (_retired, _used) = (true, false);

    /// <summary>From now on it is gone.</summary>
    public void Forget() => (_gone, _used) = (true, false);
}

/// <summary>
/// The chunks that need not be stored again: those of earlier runs in a sorted file, rebuilt from index objects and the journal at the
/// start, and those of this run. No database that could be damaged is kept between runs. Thread-safe.
/// </summary>
internal sealed class KnownIds : IDisposable
{
    private const int PackAt = ChunkId.SizeBytes, OffsetAt = PackAt + 4, StoredAt = OffsetAt + 4, RawAt = StoredAt + 4, CodecAt = RawAt + 4;
    private const int RecordBytes = CodecAt + 1;
    private const int FreshInMemory = 64 * 1024, FreshParts = 8;

    private readonly SortedRecords _earlier;
    private readonly string _scratch;
    private readonly Lock _lock = new();
    private readonly HashSet<ChunkId> _fresh = [];
    private readonly List<SortedRecords> _freshParts = [];
    private int[] _liveCounts = [];
    // A bit a record: the snapshot that is being made needs it.
    private readonly long[] _live;

    private KnownIds(SortedRecords earlier, IReadOnlyList<KnownPack> packs, string scratch)
    {
        (_earlier, _scratch) = (earlier, scratch);
        Packs = packs;
        _live = new long[(earlier.Count + 63) / 64];
    }

    /// <summary>The packs of earlier runs.</summary>
    public IReadOnlyList<KnownPack> Packs { get; }

    /// <summary>Chunks of earlier runs.</summary>
    public int EarlierCount => _earlier.Count;

    /// <summary>Whether an earlier run of this epoch stored the chunk; then its pack is needed from now on.</summary>
    public bool TryUse(ChunkId id, bool forTrees = false) => TryUse(id, ofThisEpoch: true, forTrees);

    /// <summary>The same of any epoch, for what was looked at when it came.</summary>
    public bool TryKeep(ChunkId id) => TryUse(id, ofThisEpoch: false, forTrees: false);

    /// <summary>Whether an earlier run stored the chunk. Nothing is marked.</summary>
    public bool IsOfEarlierRun(ChunkId id) => Locate(id, ofThisEpoch: false).Pack is not null;

    /// <summary>Whether the snapshot needs this chunk from this pack.</summary>
    public bool IsLive(KnownPack pack, ChunkId id) => _earlier.Find(id, (record, number) =>
        BinaryPrimitives.ReadInt32BigEndian(record[PackAt..]) == pack.Number && IsLive(number));

    /// <summary>How many chunks the snapshot needs from this pack, once <see cref="Figures"/> counted them.</summary>
    public int LiveCount(KnownPack pack) => _liveCounts[pack.Number];

    /// <summary>What the snapshot needs of each of its packs. To be asked when everything that it needs was marked.</summary>
    public IReadOnlyList<PackFigures> Figures()
    {
        var bytes = new long[Packs.Count];
        _liveCounts = new int[Packs.Count];
        _earlier.ForEach((record, number) =>
        {
            if (!IsLive(number)) return true;
            var pack = BinaryPrimitives.ReadInt32BigEndian(record[PackAt..]);
            bytes[pack] += BinaryPrimitives.ReadInt32BigEndian(record[StoredAt..]) + BlobEntry.SizeBytes;
            _liveCounts[pack]++;
            return true;
        });
        return [.. Packs.Where(pack => pack.Used).Select(pack => new PackFigures(
            pack.Number, pack.SizeBytes, bytes[pack.Number], pack.HoldsTrees))];
    }

    /// <summary>All places where earlier runs stored the chunk.</summary>
    public IReadOnlyList<(KnownPack Pack, BlobEntry Entry)> PlacesOf(ChunkId id)
    {
        var places = new List<(KnownPack, BlobEntry)>();
        _earlier.Find(id, (record, _) =>
        {
            var pack = Packs[BinaryPrimitives.ReadInt32BigEndian(record[PackAt..])];
            if (pack.Gone) return false;
            places.Add((pack, new BlobEntry(id, BinaryPrimitives.ReadUInt32BigEndian(record[OffsetAt..]),
                BinaryPrimitives.ReadInt32BigEndian(record[StoredAt..]), BinaryPrimitives.ReadInt32BigEndian(record[RawAt..]),
                (BlobCodec)record[CodecAt])));
            return false;
        });
        return places;
    }

    /// <summary>Whether this run has put the chunk into a pack.</summary>
    public bool IsOfThisRun(ChunkId id)
    {
        lock (_lock) return _fresh.Contains(id) || _freshParts.Exists(part => part.Contains(id));
    }

    /// <summary>Notes that this run puts the chunk into a pack; false when it has done so before.</summary>
    public bool AddOfThisRun(ChunkId id)
    {
        lock (_lock)
        {
            if (_freshParts.Exists(part => part.Contains(id)) || !_fresh.Add(id)) return false;
            if (_fresh.Count >= FreshInMemory) Spill();
            return true;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _earlier.Dispose();
        foreach (var part in _freshParts) part.Dispose();
    }

    private bool TryUse(ChunkId id, bool ofThisEpoch, bool forTrees)
    {
        var (pack, number) = Locate(id, ofThisEpoch);
        if (pack is null) return false;
        pack.Use(forTrees);
        Interlocked.Or(ref _live[number / 64], 1L << (number % 64));
        return true;
    }

    private bool IsLive(int number) => (Volatile.Read(ref _live[number / 64]) & (1L << (number % 64))) != 0;

    // Of several packs the last: what a run that repacked and never committed had moved is not moved again.
    private (KnownPack? Pack, int Number) Locate(ChunkId id, bool ofThisEpoch)
    {
        (KnownPack? Pack, int Number) found = default;
        _earlier.Find(id, (record, number) =>
        {
            var pack = Packs[BinaryPrimitives.ReadInt32BigEndian(record[PackAt..])];
            if (pack.Gone || pack.Retired || (ofThisEpoch && pack.IsOfEarlierEpoch)) return false;
            if (found.Pack is null || pack.Number > found.Pack.Number) found = (pack, number);
            return false;
        });
        return found;
    }

    private void Spill()
    {
        using var sorter = new RecordSorter(ChunkId.SizeBytes, _scratch, FreshInMemory * ChunkId.SizeBytes);
        Span<byte> record = stackalloc byte[ChunkId.SizeBytes];
        foreach (var id in _fresh)
        {
            id.Write(record);
            sorter.Add(record);
        }
        if (_freshParts.Count >= FreshParts)
        {
            foreach (var part in _freshParts)
            {
                part.CopyTo(sorter);
                part.Dispose();
            }
            _freshParts.Clear();
        }
        _freshParts.Add(sorter.Finish());
        _fresh.Clear();
    }

    /// <summary>Gathers what earlier runs stored.</summary>
    public sealed class Builder(string scratch) : IDisposable
    {
        private readonly RecordSorter _sorter = new(RecordBytes, scratch);
        private readonly Dictionary<ObjectId, KnownPack> _known = [];
        private readonly List<KnownPack> _packs = [];

        /// <summary>Adds a pack's table, once.</summary>
        public KnownPack Add(ObjectId pack, IReadOnlyList<BlobEntry> entries, bool ofEarlierEpoch = false)
        {
            if (_known.TryGetValue(pack, out var earlier)) return earlier;
            var known = new KnownPack(pack, SizeOf(entries)) { IsOfEarlierEpoch = ofEarlierEpoch, Number = _packs.Count };
            _known.Add(pack, known);
            Span<byte> record = stackalloc byte[RecordBytes];
            foreach (var entry in entries)
            {
                entry.Id.Write(record);
                BinaryPrimitives.WriteInt32BigEndian(record[PackAt..], _packs.Count);
                BinaryPrimitives.WriteUInt32BigEndian(record[OffsetAt..], (uint)entry.Offset);
                BinaryPrimitives.WriteInt32BigEndian(record[StoredAt..], entry.StoredLength);
                BinaryPrimitives.WriteInt32BigEndian(record[RawAt..], entry.RawLength);
                record[CodecAt] = (byte)entry.Codec;
                _sorter.Add(record);
            }
            _packs.Add(known);
            return known;
        }

        /// <summary>All of it.</summary>
        public KnownIds Finish() => new(_sorter.Finish(), _packs, scratch);

        /// <inheritdoc />
        public void Dispose() => _sorter.Dispose();

        // An index does not say how large a pack's object is; its table does, because this agent pads in one way only.
        private static long SizeOf(IReadOnlyList<BlobEntry> entries)
        {
            var content = entries.Count == 0 ? 0 : entries.Max(entry => entry.Offset + entry.StoredLength);
            var plain = (int)content + (entries.Count * BlobEntry.SizeBytes) + PackTable.TrailerBytes;
            return ObjectSize.SealedLength(ObjectSize.PaddedLength(ObjectKind.Pack, plain));
        }
    }
}
