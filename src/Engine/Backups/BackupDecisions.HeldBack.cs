using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Backups;

/// <content>Files that run after run keep their last clean version: the chain may be open, and the backup is not complete.</content>
public static partial class BackupDecisions
{
    /// <summary>Runs in a row with files that were held back, from which on people are told, once a day.</summary>
    public const int HeldBackRunsTold = 3;

    /// <summary>
    /// What a committed run says of held back files; null where it says nothing new. <c>Since</c> is there when people are to be told: they
    /// would otherwise hear last that the chain is open again, while the files stay out of every backup.
    /// </summary>
    private static FilesHeldBack? HeldBack(BackupState state, CommitPayload commit, GateEvidence? evidence, DateTimeOffset now)
    {
        var before = state.Gate?.HeldBack;
        if (evidence is not { HeldBackFiles: > 0 }) return before is null ? null : new FilesHeldBack(commit.Snapshot, 0, now);
        var isTold = (before?.Runs ?? 0) + 1 >= HeldBackRunsTold && !(before?.ToldAt > now - ToldAgainAfter);
        return new FilesHeldBack(commit.Snapshot, evidence.HeldBackFiles, now) { Since = isTold ? before?.Since ?? now : null };
    }
}
