using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Metrics;

/// <summary>A server's name lists, each opened when the first row needs it: a server may have had hundreds over the years.</summary>
internal sealed class OpenedSets(TeamSeal seal, ServerId server, IReadOnlyList<SealedSet> sets)
{
    private readonly Dictionary<long, SealedSet> _sets = sets.ToDictionary(set => set.SetId);

    /// <summary>
    /// The list of an id. <see cref="SealBrokenException"/> when the database has none: lists outlive the rows that need them, so the row
    /// was moved here, or the list was taken away.
    /// </summary>
    public NameSet Get(long setId)
    {
        var place = SealedItem.SetPlace(server, setId);
        if (!_sets.TryGetValue(setId, out var set)) throw new SealBrokenException(place, "the server has no such list.");
        var names = seal.Open(place, set.SealedNames);
        return new NameSet(NameSet.IdOf(names), set.Count, names);
    }
}
