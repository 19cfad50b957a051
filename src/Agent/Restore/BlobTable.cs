using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore;

/// <summary>A table that names places: a pack, and the index that copied its table (null: the pack's own).</summary>
internal readonly record struct PlaceSource(ObjectName Pack, ObjectName? Index);

/// <summary>Where a blob is said to lie. Nothing of it is believed before the bytes there were hashed.</summary>
internal readonly record struct BlobPlace(PlaceSource From, long Offset, int StoredLength, int RawLength, BlobCodec Codec);

/// <summary>
/// Chunk id → places, 24 bytes a place: of the id only eight bytes are kept. Two ids that share them are told apart by hashing what lies
/// there, which happens anyway, so a table of ten million blobs takes 240 MB and not 700.
/// </summary>
internal sealed class BlobTable
{
    private readonly Place[] _places;
    private readonly PlaceSource[] _sources;

    private BlobTable(Place[] places, PlaceSource[] sources) => (_places, _sources) = (places, sources);

    /// <summary>All packs that a table names.</summary>
    public IEnumerable<ObjectName> Packs => _sources.Select(source => source.Pack).Distinct();

    /// <summary>Where the blob may lie; each place once.</summary>
    public IEnumerable<BlobPlace> Find(ChunkId id)
    {
        var prefix = id.Prefix;
        var seen = default(BlobPlace);
        for (var i = First(prefix); i < _places.Length && _places[i].Prefix == prefix; i++)
        {
            var place = PlaceAt(i);
            // Several indexes may name one pack.
            if (place with { From = seen.From } == seen && place.From.Pack == seen.From.Pack) continue;
            seen = place;
            yield return place;
        }
    }

    /// <summary>The places of each pack, with what is kept of their ids.</summary>
    public ILookup<ObjectName, int> ByPack() =>
        Enumerable.Range(0, _places.Length).ToLookup(i => _sources[_places[i].Source].Pack);

    /// <summary>A place by its number, with what is kept of its id.</summary>
    public (ulong Prefix, BlobPlace Place) At(int number) => (_places[number].Prefix, PlaceAt(number));

    private BlobPlace PlaceAt(int i)
    {
        ref readonly var place = ref _places[i];
        return new BlobPlace(_sources[place.Source], place.Offset, place.Stored, (int)(place.RawAndCodec >> 1),
            (BlobCodec)(place.RawAndCodec & 1));
    }

    private int First(ulong prefix)
    {
        int low = 0, high = _places.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_places[middle].Prefix < prefix) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Gathers the tables of packs.</summary>
    internal sealed class Builder
    {
        private readonly List<Place> _places = [];
        private readonly List<PlaceSource> _sources = [];

        /// <summary>The packs so far.</summary>
        public HashSet<ObjectName> Packs { get; } = [];

        public void Add(ObjectId pack, ObjectName? index, IReadOnlyList<BlobEntry> entries)
        {
            var name = new ObjectName(ObjectKind.Pack, pack);
            _sources.Add(new PlaceSource(name, index));
            Packs.Add(name);
            for (var i = 0; i < entries.Count; i++)
            {
                var entry = entries[i];
                _places.Add(new Place(entry.Id.Prefix, _sources.Count - 1, (int)entry.Offset, entry.StoredLength,
                    ((uint)entry.RawLength << 1) | (uint)entry.Codec));
            }
        }

        public BlobTable Build()
        {
            var places = _places.ToArray();
            var sources = _sources.ToArray();
            // By pack and offset within an id, so that the same place from several indexes stands together.
            Array.Sort(places, (a, b) => a.Prefix != b.Prefix ? a.Prefix.CompareTo(b.Prefix)
                : sources[a.Source].Pack.Id.Value.CompareTo(sources[b.Source].Pack.Id.Value) is var order and not 0 ? order
                : a.Offset.CompareTo(b.Offset));
            return new BlobTable(places, sources);
        }
    }

    private readonly record struct Place(ulong Prefix, int Source, int Offset, int Stored, uint RawAndCodec);
}
