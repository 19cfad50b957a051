using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Backups;

/// <summary>Everything of this room that leaves a process or lies in the journal.</summary>
public sealed class BackupSerializer(ExtendedActorSystem system) : RoomSerializer(system, Id, Table)
{
    /// <summary>Its number on the wire and in the journal.</summary>
    public const int Id = 5106;

    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("admitted.1", BackupJson.Default.RequestAdmitted),
        new("run-began.1", BackupJson.Default.RunBegan),
        new("schedule-changed.1", BackupJson.Default.ScheduleChanged),
        new("announced.1", BackupJson.Default.ObjectsAnnounced),
        new("committed.1", BackupJson.Default.SnapshotCommitted),
        new("run-silent.1", BackupJson.Default.RunSilent),
        new("run-ended.1", BackupJson.Default.RunEnded),
        new("run-refused.1", BackupJson.Default.RunRefused),
        new("run-missed.1", BackupJson.Default.RunMissed),
        new("overdue.1", BackupJson.Default.BackupsOverdue),
        new("drilled.1", BackupJson.Default.DrillDone),
        new("suspected.1", BackupJson.Default.ChainSuspected),
        new("frozen.1", BackupJson.Default.ChainFrozen),
        new("reopened.1", BackupJson.Default.ChainReopened),
        new("new-chain-approved.1", BackupJson.Default.NewChainApproved),
        new("closed.1", BackupJson.Default.BackupsClosed),
        new("hits-found.1", BackupJson.Default.HitsFound),
        new("held-back.1", BackupJson.Default.FilesHeldBack),
        new("still-frozen.1", BackupJson.Default.StillFrozen),
        new("retention-chosen.1", BackupJson.Default.RetentionChosen),
        new("retention-inherited.1", BackupJson.Default.RetentionInherited),
        new("retention-released.1", BackupJson.Default.RetentionReleased),
        new("snapshots-expired.1", BackupJson.Default.SnapshotsExpired),
        new("objects-noticed.1", BackupJson.Default.ObjectsNoticed),
        new("objects-marked.1", BackupJson.Default.ObjectsMarked),
        new("objects-deleted.1", BackupJson.Default.ObjectsDeleted),
        new("deletion-cancelled.1", BackupJson.Default.DeletionCancelled),
        new("vault-removed.1", BackupJson.Default.VaultRemoved),
        new("state.1", BackupJson.Default.BackupState),
        new("c-request.1", BackupJson.Default.BackupRequest),
        new("c-ask-to-keep.1", BackupJson.Default.AskToKeep),
        new("c-check.1", BackupJson.Default.CheckBackups),
        new("c-show.1", BackupJson.Default.ShowBackups),
        new("c-freeze.1", BackupJson.Default.FreezeBackups),
        new("c-resume.1", BackupJson.Default.ResumeBackups),
        new("c-approve-new-chain.1", BackupJson.Default.ApproveNewChain),
        new("c-close.1", BackupJson.Default.CloseBackups),
        new("c-sweep.1", BackupJson.Default.SweepBackups),
        new("c-choose-retention.1", BackupJson.Default.ChooseRetention),
        new("c-inherit-retention.1", BackupJson.Default.InheritRetention),
        new("c-cancel-deletion.1", BackupJson.Default.CancelDeletion),
        new("r-proceeds.1", BackupJson.Default.RunProceeds),
        new("r-uploads.1", BackupJson.Default.UploadsGranted),
        new("r-kept.1", BackupJson.Default.SnapshotKept),
        new("r-listed.1", BackupJson.Default.SnapshotsListed),
        new("r-downloads.1", BackupJson.Default.DownloadsGranted),
        new("r-shown.1", BackupJson.Default.BackupsShown),
        new("r-swept.1", BackupJson.Default.SweepDone),
    ];
}

/// <summary>Source-generated JSON of the room.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true, Converters = [typeof(ObjectNameJsonConverter)])]
[JsonSerializable(typeof(RequestAdmitted))]
[JsonSerializable(typeof(RunBegan))]
[JsonSerializable(typeof(ScheduleChanged))]
[JsonSerializable(typeof(ObjectsAnnounced))]
[JsonSerializable(typeof(SnapshotCommitted))]
[JsonSerializable(typeof(RunSilent))]
[JsonSerializable(typeof(RunEnded))]
[JsonSerializable(typeof(RunRefused))]
[JsonSerializable(typeof(RunMissed))]
[JsonSerializable(typeof(BackupsOverdue))]
[JsonSerializable(typeof(FilesHeldBack))]
[JsonSerializable(typeof(DrillDone))]
[JsonSerializable(typeof(ChainSuspected))]
[JsonSerializable(typeof(ChainFrozen))]
[JsonSerializable(typeof(ChainReopened))]
[JsonSerializable(typeof(NewChainApproved))]
[JsonSerializable(typeof(BackupsClosed))]
[JsonSerializable(typeof(HitsFound))]
[JsonSerializable(typeof(StillFrozen))]
[JsonSerializable(typeof(RetentionChosen))]
[JsonSerializable(typeof(RetentionInherited))]
[JsonSerializable(typeof(RetentionReleased))]
[JsonSerializable(typeof(SnapshotsExpired))]
[JsonSerializable(typeof(ObjectsNoticed))]
[JsonSerializable(typeof(ObjectsMarked))]
[JsonSerializable(typeof(ObjectsDeleted))]
[JsonSerializable(typeof(DeletionCancelled))]
[JsonSerializable(typeof(VaultRemoved))]
[JsonSerializable(typeof(SweepBackups))]
[JsonSerializable(typeof(ChooseRetention))]
[JsonSerializable(typeof(InheritRetention))]
[JsonSerializable(typeof(CancelDeletion))]
[JsonSerializable(typeof(SweepDone))]
[JsonSerializable(typeof(BackupState))]
[JsonSerializable(typeof(BackupRequest))]
[JsonSerializable(typeof(BeginPayload))]
[JsonSerializable(typeof(UploadsPayload))]
[JsonSerializable(typeof(CommitPayload))]
[JsonSerializable(typeof(ListPayload))]
[JsonSerializable(typeof(DownloadsPayload))]
[JsonSerializable(typeof(DrillPayload))]
[JsonSerializable(typeof(AskToKeep))]
[JsonSerializable(typeof(CheckBackups))]
[JsonSerializable(typeof(ShowBackups))]
[JsonSerializable(typeof(FreezeBackups))]
[JsonSerializable(typeof(ResumeBackups))]
[JsonSerializable(typeof(ApproveNewChain))]
[JsonSerializable(typeof(CloseBackups))]
[JsonSerializable(typeof(RunProceeds))]
[JsonSerializable(typeof(UploadsGranted))]
[JsonSerializable(typeof(SnapshotKept))]
[JsonSerializable(typeof(SnapshotsListed))]
[JsonSerializable(typeof(DownloadsGranted))]
[JsonSerializable(typeof(BackupsShown))]
internal sealed partial class BackupJson : JsonSerializerContext;
