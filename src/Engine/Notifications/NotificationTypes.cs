namespace HostAtlas.Engine.Notifications;

/// <summary>What people can be told of: a closed set. A name is never changed, nor used for something else.</summary>
public static class NotificationTypes
{
    public const string
        BackupFrozen = "backup.frozen",
        BackupSuspect = "backup.suspect",
        BackupReopened = "backup.reopened",
        BackupStillFrozen = "backup.still-frozen",
        BackupMissed = "backup.missed",
        BackupIncomplete = "backup.incomplete",
        BackupOverdue = "backup.overdue",
        BackupDrillFailed = "backup.drill-failed",
        BackupFailed = "backup.failed",
        BackupRetentionShortened = "backup.retention-shortened",
        // Sent to one channel when somebody asks for it; nobody chooses it.
        Test = "notification.test";

    /// <summary>Those that a channel can be told of.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        BackupDrillFailed, BackupFailed, BackupFrozen, BackupIncomplete, BackupMissed, BackupOverdue, BackupReopened,
        BackupRetentionShortened, BackupStillFrozen, BackupSuspect,
    ];
}
