using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// What to do about each object of an uploads request: put it by its ticket; it is there; it is not there and must be made anew; ask again
/// when fewer tickets are open.
/// </summary>
public sealed record UploadsGranted(
    IReadOnlyList<VaultTicket> Tickets, IReadOnlyList<ObjectName> Present, IReadOnlyList<ObjectName> Gone,
    IReadOnlyList<ObjectName> Later) : IEngineReply;

/// <summary>The snapshot is in the chain.</summary>
public sealed record SnapshotKept(SnapshotId Snapshot, int Generation, string Fingerprint) : IEngineReply;

/// <summary>The committed snapshots, the newest first.</summary>
public sealed record SnapshotsListed(IReadOnlyList<CommittedSnapshot> Items) : IEngineReply;

/// <summary>Tickets to get objects, and the names that the vault does not have.</summary>
public sealed record DownloadsGranted(IReadOnlyList<VaultTicket> Tickets, IReadOnlyList<ObjectName> Gone) : IEngineReply;

/// <summary>How the chain stands. <paramref name="History"/>: the newest first, at most <see cref="BackupState.HistoryKept"/>.</summary>
public sealed record BackupsShown(
    ChainStatus Chain, DateTimeOffset? Since, string? Schedule, CommittedSnapshot? Head, IReadOnlyList<OpenRun> Runs,
    IReadOnlyList<BackupHappening> History) : IEngineReply;
