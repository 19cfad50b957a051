using System.Text.Json;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Notifications;

/// <summary>
/// Which events of the journal people are told of, under which type: the one table. Pure and total: a cause that came with a later version
/// has a name of its own, and the sentence of its type.
/// </summary>
internal static class HappeningRules
{
    private static readonly Dictionary<Type, Func<IEntityEvent, ToldOf?>> Rows = new Dictionary<Type, Func<IEntityEvent, ToldOf?>>()
        .Row<ChainFrozen>(e => new(NotificationTypes.BackupFrozen, Name(e.Cause)))
        .Row<ChainSuspected>(e => new(NotificationTypes.BackupSuspect, Name(e.Cause)))
        .Row<ChainReopened>(e => new(NotificationTypes.BackupReopened, Name(e.Cause)))
        .Row<StillFrozen>(e => new(NotificationTypes.BackupStillFrozen, null, e.UnprotectedSince))
        // What stays shorter than before is told at once: nobody but its author may know of it yet.
        .Row<RetentionChosen>(e => e.Shortens ? Shortened(e.Floor) : null)
        .Row<RetentionInherited>(e => e.Shortens ? Shortened(e.Floor) : null)
        .Row<RunMissed>(e => new(NotificationTypes.BackupMissed, null, e.DueAt))
        .Row<BackupsOverdue>(e => new(NotificationTypes.BackupOverdue, null, e.Since))
        .Row<FilesHeldBack>(e => e.Since is null ? null : new(NotificationTypes.BackupIncomplete, null, e.Since))
        .Row<DrillDone>(e => e.Failed == 0 ? null : new(NotificationTypes.BackupDrillFailed, null))
        .Row<RunRefused>(e => new(NotificationTypes.BackupFailed, Name(e.Why)))
        // Overtaken: another run was committed, so there is a backup. Frozen: the freeze itself is told.
        .Row<RunEnded>(e => e.Why is RunEnd.Overtaken or RunEnd.Frozen ? null : new(NotificationTypes.BackupFailed, Name(e.Why)));

    /// <summary>The events of backups that nobody is told of, each with the reason.</summary>
    internal static IReadOnlyDictionary<Type, string> Untold { get; } = new Dictionary<Type, string>()
    {
        [typeof(RequestAdmitted)] = "Keeps a signature from being used twice.",
        [typeof(RunBegan)] = "All is well.",
        [typeof(ObjectsAnnounced)] = "All is well.",
        [typeof(SnapshotCommitted)] = "All is well.",
        [typeof(RunSilent)] = "The chain becomes suspect with it, which is told.",
        [typeof(HitsFound)] = "What comes of it is told: the chain is suspect or frozen.",
        [typeof(ScheduleChanged)] = "The host's own doing; the audit log has it.",
        [typeof(NewChainApproved)] = "A person's own doing; the audit log has it.",
        [typeof(BackupsClosed)] = "A person's own doing; the audit log has it.",
        [typeof(RetentionReleased)] = "A person's own doing, and nothing stays shorter by it; what is taken over then is told.",
        [typeof(SnapshotsExpired)] = "All is well: it is what people chose. The audit log has it, and the week to cancel.",
        [typeof(ObjectsNoticed)] = "All is well.",
        [typeof(ObjectsMarked)] = "All is well.",
        [typeof(ObjectsDeleted)] = "All is well.",
        [typeof(DeletionCancelled)] = "A person's own doing; the audit log has it.",
        [typeof(VaultRemoved)] = "Thirty days after a person deleted the server; the audit log has it.",
    };

    /// <summary>Whether an event has a row.</summary>
    internal static bool IsTold(Type happened) => Rows.ContainsKey(happened);

    /// <summary>What people are told of an event; null: nothing.</summary>
    public static ToldOf? Of(object happened) =>
        happened is IEntityEvent known && Rows.TryGetValue(happened.GetType(), out var row) ? row(known) : null;

    private static Dictionary<Type, Func<IEntityEvent, ToldOf?>> Row<T>(
        this Dictionary<Type, Func<IEntityEvent, ToldOf?>> rows, Func<T, ToldOf?> told) where T : IEntityEvent
    {
        rows.Add(typeof(T), happened => told((T)happened));
        return rows;
    }

    private static ToldOf Shortened(RetentionFloor floor) =>
        new(NotificationTypes.BackupRetentionShortened, floor.NextFrom is null ? "counts" : "floor", floor.NextFrom);

    // Spelt as everywhere else: agents-gate, run-vanished.
    private static string Name<T>(T cause) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(cause.ToString());
}

/// <summary>What an event is to those who are told; see <see cref="Happening"/>.</summary>
internal sealed record ToldOf(string Type, string? Cause, DateTimeOffset? Since = null);
