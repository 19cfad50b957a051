using System.Text.Json.Serialization;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Backups;

/// <content>What retention leaves in the state: little, for what is about to go stands in the tables.</content>
public sealed partial record BackupState
{
    /// <summary>What people chose and how far sweeps have come; null before either.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetentionMemory? Retention { get; init; }

    /// <summary>The same, also before either.</summary>
    internal RetentionMemory Remembered => Retention ?? RetentionMemory.Nothing;

    /// <summary>The state after an event of retention's; null for any other.</summary>
    private static BackupState? ApplyRetention(BackupState state, IEntityEvent happened) => happened switch
    {
        RetentionChosen e => state.Told(HappeningKind.RetentionChosen, null, e.At) with
        {
            Retention = state.Remembered with { Policy = e.Policy, Floor = e.Floor, Inherited = false },
        },
        RetentionInherited e => state.Told(HappeningKind.RetentionChosen, null, e.At) with
        {
            Retention = state.Remembered with { Policy = e.Policy, Floor = e.Floor, Inherited = true },
        },
        RetentionReleased => state with { Retention = state.Remembered with { Inherited = true } },
        SnapshotsExpired e => state.Told(HappeningKind.SnapshotsExpired, null, e.At) with
        {
            Retention = state.Remembered with { Steps = e.Step },
        },
        ObjectsNoticed e => state with { Retention = state.Remembered with { Steps = e.Step } },
        ObjectsMarked e => state.Told(HappeningKind.DeletionDecided, null, e.At) with
        {
            Retention = state.Remembered with { Steps = e.Step },
        },
        // Marked before, and told then.
        ObjectsDeleted => state,
        DeletionCancelled e => state.Told(HappeningKind.DeletionCancelled, null, e.At) with
        {
            Retention = state.Remembered with { HeldUntil = e.HeldUntil },
        },
        VaultRemoved e => state.Told(HappeningKind.VaultRemoved, null, e.At) with { Retention = state.Remembered with { Cleared = true } },
        _ => null,
    };
}
