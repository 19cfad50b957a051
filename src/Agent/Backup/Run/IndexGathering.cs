using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>Gathers the tables of packs that are stored, and says when an index is full.</summary>
internal sealed class IndexGathering(ObjectSealer sealer, Func<ObjectId> draw) : IDisposable
{
    private IndexBuilder? _open;
    private List<ObjectId> _covers = [];

    /// <summary>Adds a pack's table; the index that was full before it, if one was.</summary>
    public SealedIndex? Add(ObjectId pack, IReadOnlyList<BlobEntry> entries)
    {
        var full = _open is not null && !_open.Fits(entries.Count) ? Take() : null;
        _open ??= new IndexBuilder(sealer);
        _open.Add(pack, entries);
        _covers.Add(pack);
        return full;
    }

    /// <summary>The open index, if it holds anything.</summary>
    public SealedIndex? Take()
    {
        if (_open is null) return null;
        using var builder = _open;
        var index = new SealedIndex(builder.Seal(draw()), _covers);
        (_open, _covers) = (null, []);
        return index;
    }

    /// <inheritdoc />
    public void Dispose() => _open?.Dispose();
}

/// <summary>A sealed index and the packs it names.</summary>
internal sealed record SealedIndex(SealedObject Object, IReadOnlyList<ObjectId> Covers);
