using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>A committed run.</summary>
/// <param name="Snapshot">Its snapshot.</param>
/// <param name="Generation">The snapshot's place in the chain.</param>
/// <param name="Fingerprint">16 hex digits; for <c>restore --expect GEN:FP</c>.</param>
/// <param name="Counts">What it holds.</param>
/// <param name="SentBytes">Bytes of objects that were sent, sealed.</param>
/// <param name="UnchangedFiles">Files that were not read.</param>
/// <param name="Complete">Nothing was held back, unreadable, or changed while it was read.</param>
internal sealed record BackupOutcome(SnapshotId Snapshot, long Generation, string Fingerprint, SnapshotCounts Counts, long SentBytes,
    long UnchangedFiles, bool Complete)
{
    /// <summary>Files that were held back in so many runs that the backup counts as incomplete.</summary>
    public long Overdue { get; init; }

    /// <summary>What was moved out of packs that were mostly dead.</summary>
    public MoveResult Moved { get; init; } = MoveResult.None;

    /// <summary>How much of its packs is dead; null: nobody looked.</summary>
    public RepackNote? Repack { get; init; }
}
