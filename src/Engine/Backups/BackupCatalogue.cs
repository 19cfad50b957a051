using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>The snapshots of a server's chain, for people: read from the table, without its entity.</summary>
public sealed class BackupCatalogue(IBackupStore store)
{
    /// <summary>
    /// The newest first. <paramref name="upTo"/>: the head's number; rows beyond it are of commits that never came to be.
    /// </summary>
    public Task<IReadOnlyList<CommittedSnapshot>> SnapshotsAsync(
        TeamId team, ServerId server, long upTo, CancellationToken cancellation) =>
        store.SnapshotsAsync(new ServerKey(team, server), upTo, cancellation);

    /// <summary>The evidence that a verdict names; null when it is not kept any more.</summary>
    public Task<EvidenceRow?> EvidenceAsync(TeamId team, ServerId server, long number, CancellationToken cancellation) =>
        store.EvidenceAsync(new ServerKey(team, server), number, cancellation);
}
