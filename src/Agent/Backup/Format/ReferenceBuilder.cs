namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Gathers the ids of a content's chunks in order. From the 1,001st on they flow into a list that is cut and stored itself, so a file of
/// any size holds at most 32 KB of ids and one open chunk a level here. Lists are metadata: the sink is that of trees.
/// </summary>
public sealed class ReferenceBuilder(RepositoryKeys keys, IChunkSink trees)
{
    private readonly List<ChunkId> _ids = [];
    private StreamCutter? _list;

    /// <summary>Adds the next chunk's id.</summary>
    public void Add(ChunkId id)
    {
        if (_list is null && _ids.Count < Reference.DirectMaxIds)
        {
            _ids.Add(id);
            return;
        }
        if (_list is null)
        {
            _list = new StreamCutter(keys, trees);
            foreach (var earlier in _ids) Spill(earlier);
            _ids.Clear();
        }
        Spill(id);
    }

    /// <summary>The reference to all of them.</summary>
    public Reference Finish()
    {
        if (_list is null) return new Reference(0, [.. _ids]);
        var list = _list.Finish();
        return new Reference(list.Depth + 1, list.Ids);
    }

    private void Spill(ChunkId id)
    {
        Span<byte> bytes = stackalloc byte[ChunkId.SizeBytes];
        id.Write(bytes);
        _list!.Write(bytes);
    }
}
