using System.Globalization;
using HostAtlas.Agent.Backup.Chain;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore;

/// <summary>What a run printed of its snapshot: generation and fingerprint, <c>GEN:FP</c>.</summary>
public sealed record ExpectedSnapshot(long Generation, string Fingerprint)
{
    /// <summary>Reads <c>7:0123456789abcdef</c>; null for anything else.</summary>
    public static ExpectedSnapshot? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !SnapshotChoice.TryGeneration(text.AsSpan(0, colon), out var generation)) return null;
        var fingerprint = text[(colon + 1)..];
        return LowerHex.Is(fingerprint, 16) ? new ExpectedSnapshot(generation, fingerprint) : null;
    }
}

/// <summary>Which snapshot is meant, and whether it may be believed to be the one. Pure: tables of cases are its tests.</summary>
public static class SnapshotChoice
{
    /// <summary>The newest.</summary>
    public const string Latest = "latest";

    /// <summary>Whether the text can name a snapshot: <c>latest</c>, a UUID, or a generation.</summary>
    public static bool IsName(string text) =>
        text == Latest || TryGeneration(text, out _) || ResourceId.TryParse<SnapshotId>(text, out _);

    /// <summary>The snapshot of that name, or null and why not.</summary>
    public static FoundSnapshot? Find(SnapshotCatalog catalog, string text, out string fault)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        fault = "";
        if (catalog.Snapshots.Count == 0)
        {
            fault = NoneOpens(catalog);
            return null;
        }
        var fits = ResourceId.TryParse<SnapshotId>(text, out var id)
            ? catalog.Snapshots.Where(one => one.Document.Id == id).ToList()
            : catalog.Snapshots.Where(one => one.Document.Generation == Wanted(catalog, text)).ToList();
        if (fits.Count == 1) return fits[0];
        if (fits.Count > 1)
        {
            fault = $"two chains have a snapshot of generation {fits[0].Document.Generation}; give the UUID of the one that you mean: "
                + string.Join(", ", fits);
            return null;
        }
        var damaged = catalog.Broken.FirstOrDefault(one => one.Name.Id.Value == id.Value);
        fault = damaged?.Message
            ?? $"there is no snapshot {text}; there are {catalog.Snapshots.Count}, the newest is {catalog.Snapshots[0]}";
        return null;
    }

    /// <summary>
    /// How many of those that did not open for want of a key may be newer than the newest that did. One that an opened snapshot names among
    /// its predecessors is older for certain; of any other nothing is known, its key id included, which a flipped bit makes a foreign one.
    /// </summary>
    public static int MaybeNewer(SnapshotCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var older = catalog.Snapshots.SelectMany(one => one.Document.Predecessors).Select(link => link.Uuid.ObjectId).ToHashSet();
        return catalog.Broken.Count(one => one.Fault == ObjectFault.UnknownKey && !older.Contains(one.Name.Id));
    }

    /// <summary>Why the snapshot is not the expected one, or null.</summary>
    public static string? Unexpected(FoundSnapshot snapshot, ExpectedSnapshot? expected)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (expected is null) return null;
        if (snapshot.Document.Generation != expected.Generation)
            return $"generation {expected.Generation} was expected, and this is {snapshot}: a newer one is missing, or another was meant";
        return snapshot.Fingerprint == expected.Fingerprint ? null
            : $"the fingerprint {expected.Fingerprint} was expected, and this is {snapshot}: it is not the snapshot that was printed";
    }

    /// <summary>Why the repository is not the one that this host last saw, or null. Snapshots of other keys are another
    /// repository's.</summary>
    public static string? Rollback(SnapshotCatalog catalog, SnapshotHead? head, KeyRing ring)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(ring);
        if (head is null || ring.Find(head.KeyId) is null || catalog.Snapshots.Count == 0) return null;
        var newest = catalog.Snapshots[0];
        var seen = $"{head.Generation}:{head.Sha256[..16]}";
        if (newest.Document.Generation < head.Generation)
            return $"this host's newest snapshot is {seen}, and the newest here is {newest}: what is newer was taken away, or this is an "
                + "older copy. --accept-rollback goes on all the same";
        var known = catalog.Snapshots.Where(one => one.Document.Generation == head.Generation).Select(one => one.Sha256)
            .Concat(newest.Document.Predecessors.Where(link => link.Generation == head.Generation).Select(link => link.Sha256)).ToList();
        return known.Count == 0 || known.Contains(head.Sha256) ? null
            : $"this host's newest snapshot is {seen}, and here another one stands in its place: this is another chain. --accept-rollback "
                + "goes on all the same";
    }

    internal static bool TryGeneration(ReadOnlySpan<char> text, out long generation) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out generation) && generation > 0;

    private static long Wanted(SnapshotCatalog catalog, string text) =>
        TryGeneration(text, out var generation) ? generation : catalog.Snapshots[0].Document.Generation;

    private static string NoneOpens(SnapshotCatalog catalog) => catalog.Broken switch
    {
        [] => "there is no snapshot here. A copy of a server's part of the vault has the folders packs, indexes and snapshots",
        var all when all.All(one => one.Fault == ObjectFault.UnknownKey) => $"none of the {all.Count} snapshots was sealed under this key. "
            + all[0].Message,
        var all => $"none of the {all.Count} snapshots opens. {all[0].Message}",
    };
}
