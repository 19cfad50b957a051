using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore;

/// <summary>A snapshot that opened. Its long lists of paths are not kept: a vault holds thousands of snapshots.</summary>
/// <param name="Document">What it says.</param>
/// <param name="Sha256">SHA-256 of its object, 64 lower-case hex digits.</param>
public sealed record FoundSnapshot(SnapshotDocument Document, string Sha256)
{
    /// <summary>What its run printed behind the generation.</summary>
    public string Fingerprint => Sha256[..16];

    /// <summary>For people: generation, fingerprint and time.</summary>
    public override string ToString() =>
        $"{Document.Generation}:{Fingerprint} of {Document.Time:yyyy-MM-dd HH:mm:ss} UTC ({Document.Id})";
}

/// <summary>Snapshots of a repository: those that opened, the newest first, and those that did not.</summary>
public sealed record SnapshotCatalog(IReadOnlyList<FoundSnapshot> Snapshots, IReadOnlyList<ObjectBrokenException> Broken)
{
    /// <summary>Opens every snapshot that the source lists.</summary>
    internal static async Task<SnapshotCatalog> LoadAsync(RepositoryReader repository, CancellationToken cancellation)
    {
        var found = new List<FoundSnapshot>();
        var broken = new List<ObjectBrokenException>();
        await foreach (var listed in repository.Source.ListAsync(ObjectKind.Snapshot, cancellation))
        {
            try
            {
                found.Add(await OpenAsync(repository, new SnapshotId(listed.Id.Value), cancellation));
            }
            catch (ObjectBrokenException fault)
            {
                broken.Add(fault);
            }
        }
        // The id decides between two of one generation so that the order is the same each time.
        return new SnapshotCatalog(
            [.. found.OrderByDescending(one => one.Document.Generation).ThenBy(one => one.Document.Id.Value)],
            [.. broken.OrderBy(one => one.Name.ToString(), StringComparer.Ordinal)]);
    }

    /// <summary>
    /// As many snapshots as the choice of one takes. Where the newest is listed first, which the platform does, and the newest itself names
    /// all others as its predecessors, the list is in order: the newest and the chosen one are enough, out of what may be thousands. In any
    /// other case all are opened, and the generations inside decide.
    /// </summary>
    /// <param name="repository">Where they are.</param>
    /// <param name="name">As <see cref="SnapshotChoice"/> reads it.</param>
    /// <param name="cancellation">Stops it.</param>
    internal static async Task<SnapshotCatalog> FindAsync(RepositoryReader repository, string name, CancellationToken cancellation) =>
        repository.Source.ListsNewestFirst && await TryFindAsync(repository, name, cancellation) is { } few ? few
            : await LoadAsync(repository, cancellation);

    private static async Task<SnapshotCatalog?> TryFindAsync(RepositoryReader repository, string name, CancellationToken cancellation)
    {
        var listed = new List<SnapshotId>();
        await foreach (var one in repository.Source.ListAsync(ObjectKind.Snapshot, cancellation)) listed.Add(new SnapshotId(one.Id.Value));
        if (listed.Count == 0) return null;
        try
        {
            var newest = await OpenAsync(repository, listed[0], cancellation);
            if (Wanted(newest, listed, name) is not { } wanted) return null;
            return new SnapshotCatalog(
                wanted == newest.Document.Id ? [newest] : [newest, await OpenAsync(repository, wanted, cancellation)], []);
        }
        catch (ObjectBrokenException)
        {
            // One that does not open says nothing of the others.
            return null;
        }
    }

    /// <summary>Which snapshot is meant, when the newest one confirms the list's order; else null. Pure.</summary>
    internal static SnapshotId? Wanted(FoundSnapshot newest, IReadOnlyList<SnapshotId> listed, string name)
    {
        var before = newest.Document.Predecessors;
        var named = before.Select(link => link.Uuid).ToHashSet();
        // It names 256 at most; what is listed behind these is older still.
        if (listed.Skip(1).Take(SnapshotDocument.PredecessorsMax).Any(id => !named.Contains(id))) return null;
        if (name == SnapshotChoice.Latest) return newest.Document.Id;
        if (ResourceId.TryParse<SnapshotId>(name, out var id)) return listed.Contains(id) ? id : null;
        if (!SnapshotChoice.TryGeneration(name, out var generation)) return null;
        if (generation == newest.Document.Generation) return newest.Document.Id;
        return before.FirstOrDefault(link => link.Generation == generation) is { } link && listed.Contains(link.Uuid) ? link.Uuid : null;
    }

    private static async Task<FoundSnapshot> OpenAsync(RepositoryReader repository, SnapshotId id, CancellationToken cancellation)
    {
        var bytes = await repository.ReadWholeAsync(ObjectName.Of(id), cancellation);
        var document = SnapshotObject.Open(repository.Opener, id, bytes);
        return new FoundSnapshot(
            document with { HeldBack = [], PrivateKeys = [], Faults = [], Gate = null }, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
