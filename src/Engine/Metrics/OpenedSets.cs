using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Metrics;

/// <summary>A server's name lists, each opened when the first row needs it: a server may have had hundreds over the years.</summary>
internal sealed class OpenedSets(TeamSeal seal, ServerId server, IReadOnlyList<SealedSet> sets)
{
    private readonly Dictionary<long, SealedSet> _sets = sets.ToDictionary(set => set.SetId);

    /// <summary>The list of an id, or null when the database has none.</summary>
    public NameSet? Find(long setId)
    {
        if (!_sets.TryGetValue(setId, out var set)) return null;
        var names = seal.Open(SealedItem.SetPlace(server, setId), set.SealedNames);
        return new NameSet(NameSet.IdOf(names), set.Count, names);
    }
}
