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

/// <summary>All snapshots of a repository: those that opened, the newest first, and those that did not.</summary>
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
                found.Add(await OpenAsync(repository, new SnapshotId(listed.Name.Id.Value), cancellation));
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

    private static async Task<FoundSnapshot> OpenAsync(RepositoryReader repository, SnapshotId id, CancellationToken cancellation)
    {
        var bytes = await repository.ReadWholeAsync(ObjectName.Of(id), cancellation);
        var document = SnapshotObject.Open(repository.Opener, id, bytes);
        return new FoundSnapshot(
            document with { HeldBack = [], PrivateKeys = [], Faults = [], Gate = null }, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
