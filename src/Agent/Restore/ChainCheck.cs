namespace HostAtlas.Agent.Restore;

/// <summary>
/// What the snapshots say of each other. Pure. A predecessor that is there and is another than the one that was named was put in its place;
/// one that is not there any more expired, or was taken away where it is too young to have expired.
/// </summary>
public static class ChainCheck
{
    /// <summary>Nothing younger expires, whatever the team chose: the lowest floor of retention.</summary>
    public static readonly TimeSpan ExpiryMin = TimeSpan.FromDays(7);

    /// <summary>
    /// What the newest snapshot names and is not here, in sentences: as a fault where an older one is here that is younger than
    /// <see cref="ExpiryMin"/>, since whatever followed that one is younger still; else it may have expired.
    /// </summary>
    /// <param name="catalog">All snapshots that the source lists.</param>
    /// <param name="now">The local clock; the snapshots' times are of the hosts that made them.</param>
    public static IEnumerable<(string Text, bool IsFault)> Missing(SnapshotCatalog catalog, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (catalog.Snapshots.Count == 0) yield break;
        var here = catalog.Snapshots.Select(one => one.Document.Id.ObjectId).Concat(catalog.Broken.Select(one => one.Name.Id)).ToHashSet();
        var newest = catalog.Snapshots[0];
        var expired = 0;
        foreach (var link in newest.Document.Predecessors.Where(link => !here.Contains(link.Uuid.ObjectId)))
        {
            var older = catalog.Snapshots.FirstOrDefault(one => one.Document.Generation < link.Generation);
            if (older is null || now - older.Document.Time >= ExpiryMin) expired++;
            else
                yield return ($"Generation {link.Generation} ({link.Uuid}) is missing: {newest} names it, and it is younger than {older}, "
                    + "so it cannot have expired.", true);
        }
        if (expired > 0)
            yield return ($"{expired:N0} earlier snapshots that {newest} names are not here: they expired, or were taken away.", false);
    }

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
