using System.Text.Json.Serialization;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// The run may go on. <paramref name="Learning"/>: fewer than three runs of the server were committed. <paramref name="NewEpoch"/>: nothing
/// that was stored before counts as known. <paramref name="Accepted"/>: hits that a person accepted; null for none.
/// </summary>
public sealed record RunProceeds(ChainStatus Chain, bool Learning, bool NewEpoch, HitPairs? Accepted) : IEngineReply;

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
    IReadOnlyList<BackupHappening> History) : IEngineReply
{
    /// <summary>Why the chain is not open; null while it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChainVerdict? Verdict { get; init; }

    /// <summary>The number of the evidence that a person looks at; null for none.</summary>
    [JsonIgnore]
    public long? KeptEvidence => Verdict?.Evidence ?? HeldBack?.Evidence;

    /// <summary>Files that the newest snapshot has in an earlier version, because they look encrypted; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeldBackFiles? HeldBack { get; init; }

    /// <summary>The last drill; null while there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DrillFigures? LastDrill { get; init; }

    /// <summary>While frozen: what came after that time is in no snapshot.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UnprotectedSince { get; init; }

    /// <summary>The snapshot that a freeze keeps from expiring.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SnapshotId? Pinned { get; init; }

    /// <summary>What stays, and how retention stands; null from a version that did not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetentionStanding? Retention { get; init; }
}
