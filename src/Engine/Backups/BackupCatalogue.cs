using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>The snapshots of a server's chain, for people: read from the table, without its entity.</summary>
public sealed class BackupCatalogue(IBackupStore store, TimeProvider time)
{
    /// <summary>
    /// The newest first, also those that have expired and can still be had back. <paramref name="shown"/>: which rows count.
    /// </summary>
    public Task<IReadOnlyList<ChainSnapshot>> SnapshotsAsync(
        TeamId team, ServerId server, BackupsShown shown, CancellationToken cancellation) => store.ChainAsync(
        new ServerKey(team, server), ChainExtent.Of(shown), cancellation);

    /// <summary>What a server's part of the vault holds, and what of it is about to go.</summary>
    public Task<VaultSpace> SpaceAsync(TeamId team, ServerId server, BackupsShown shown, CancellationToken cancellation) =>
        store.SpaceAsync(new ServerKey(team, server), ChainExtent.Of(shown).Steps, time.GetUtcNow(), cancellation);

    /// <summary>What all of a team's servers have announced and retention has not forgotten, in bytes.</summary>
    public Task<long> TeamBytesAsync(TeamId team, CancellationToken cancellation) => store.TeamBytesAsync(team, cancellation);

    /// <summary>The evidence that a verdict names; null when it is not kept any more.</summary>
    public Task<EvidenceRow?> EvidenceAsync(TeamId team, ServerId server, long number, CancellationToken cancellation) =>
        store.EvidenceAsync(new ServerKey(team, server), number, cancellation);
}
