namespace HostAtlas.Agent.Restore;

/// <summary>
/// What the snapshots say of each other. Pure. A predecessor that is not there any more expired; one that is there and is another than the
/// one that was named was put in its place.
/// </summary>
public static class ChainCheck
{
    /// <summary>Sentences, one a fault.</summary>
    public static IEnumerable<string> Faults(SnapshotCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var snapshots = catalog.Snapshots;
        foreach (var twins in snapshots.GroupBy(one => one.Document.Generation).Where(group => group.Count() > 1))
            yield return $"Generation {twins.Key} stands more than once ({string.Join(", ", twins)}): there are two chains.";
        var byId = snapshots.ToDictionary(one => one.Document.Id);
        var told = new HashSet<FoundSnapshot>();
        foreach (var later in snapshots)
        {
            foreach (var link in later.Document.Predecessors)
            {
                if (byId.GetValueOrDefault(link.Uuid) is not { } earlier || !told.Add(earlier)) continue;
                if (earlier.Sha256 == link.Sha256 && earlier.Document.Generation == link.Generation) told.Remove(earlier);
                else yield return $"The snapshot {earlier} is not the one that {later} names as its predecessor: it was written anew.";
            }
        }
        if (snapshots.Count == 0) yield break;
        var newest = snapshots[0];
        var reach = newest.Document.Predecessors.Count == 0 ? newest.Document.Generation : newest.Document.Predecessors[^1].Generation;
        var named = newest.Document.Predecessors.Select(link => link.Uuid).ToHashSet();
        foreach (var stray in snapshots.Skip(1).Where(one => one.Document.Generation < newest.Document.Generation
            && one.Document.Generation >= reach && !named.Contains(one.Document.Id)))
            yield return $"The snapshot {stray} is not of the chain of the newest one, {newest}.";
    }
}
