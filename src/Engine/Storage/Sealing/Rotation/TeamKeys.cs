using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>The keys as operators see and destroy them. No key's bytes come out of here.</summary>
public sealed class TeamKeys(RootKeys roots, IKeyStore store, TeamSeals seals, ResealProgress progress, TimeProvider time)
{
    private const int TeamsAPage = 500;

    /// <summary>Looks at the ring, all teams' keys and the pass that seals anew.</summary>
    public KeyPicture Look()
    {
        var byRoot = roots.Ids.ToDictionary(id => id, _ => 0);
        var (teams, destroyed, toDo) = (0, 0, 0);
        for (TeamId? after = null; ;)
        {
            var page = store.LoadPage(after, TeamsAPage).GroupBy(key => key.Team).ToList();
            foreach (var keys in page)
            {
                var living = keys.Where(key => key.DestroyedAt is null).ToList();
                teams++;
                if (living.Count == 0) destroyed++;
                if (living.Count > 1) toDo++;
                foreach (var key in living) byRoot[key.RootId] = byRoot.GetValueOrDefault(key.RootId) + 1;
            }
            if (page.Count < TeamsAPage) break;
            after = page[^1].Key;
        }
        var figures = progress.Now;
        return new KeyPicture(
            [.. byRoot.Select(root => new RootPicture($"{root.Key:x16}", Standing(root.Key), root.Value))],
            teams, destroyed, toDo,
            new ResealPicture(figures.Works ? "working" : toDo > 0 ? "waiting" : "done", figures.ValuesDone, figures.Values,
                figures.Values == 0 ? 100 : Math.Round(100.0 * figures.ValuesDone / figures.Values, 1),
                figures.Eta is { } eta ? (long)Math.Ceiling(eta.TotalSeconds) : null));
    }

    /// <summary>
    /// Destroys all keys of a team: from here on nobody can read what it kept, on this platform or in any copy of its database that is made
    /// from now on. Null when the team never had a key.
    /// </summary>
    public KeyDestruction? Destroy(TeamId team)
    {
        if (store.Load(team).Count == 0) return null;
        var came = store.Destroy(team, int.MaxValue, time.GetUtcNow());
        seals.Refresh(team);
        return came;
    }

    private string Standing(long root) => root == roots.NewestId ? "seals" : roots.Find(root) is null ? "missing" : "opens";
}

/// <summary>The keys at one moment.</summary>
/// <param name="Roots">The ring, newest first, and whatever else a data key is wrapped by.</param>
/// <param name="Teams">Teams that have or had keys.</param>
/// <param name="TeamsDestroyed">Of them, those whose keys were destroyed.</param>
/// <param name="TeamsToDo">Teams of which something may still lie under an earlier data key.</param>
public sealed record KeyPicture(
    IReadOnlyList<RootPicture> Roots, int Teams, int TeamsDestroyed, int TeamsToDo, ResealPicture Reseal);

/// <summary>One root key.</summary>
/// <param name="Id">Eight bytes in hex that tell it apart and say nothing about it.</param>
/// <param name="Use"><c>seals</c> (the newest), <c>opens</c>, or <c>missing</c>: root.key does not hold it.</param>
/// <param name="DataKeys">Living data keys that it wraps.</param>
public sealed record RootPicture(string Id, string Use, int DataKeys);

/// <summary>The pass that seals anew.</summary>
/// <param name="State"><c>done</c>, <c>waiting</c> (for the time after a rotation, or for its next look) or <c>working</c>.</param>
/// <param name="ValuesDone">Values sealed anew in this pass.</param>
/// <param name="Values">Values that it found to do.</param>
/// <param name="Percent">0-100.</param>
/// <param name="EtaSeconds">How much longer at this pace; null while that is not known.</param>
public sealed record ResealPicture(string State, long ValuesDone, long Values, double Percent, long? EtaSeconds);
