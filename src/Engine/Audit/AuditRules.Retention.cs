using System.Text.Json.Nodes;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;

namespace HostAtlas.Engine.Audit;

/// <content>What retention lets go, and why.</content>
public static partial class AuditRules
{
    private static AuditRule[] OfRetention =>
    [
        OnServer<RetentionChosen>("backups.retention-chosen", "backups", e =>
            (Retention(e.FromPolicy, e.FromDays), Retention(e.Policy, e.Floor))),
        OnServer<RetentionInherited>("backups.retention-inherited", "backups", e =>
            (Retention(e.FromPolicy, e.FromDays), Retention(e.Policy, e.Floor))),
        OnServer<RetentionReleased>("backups.retention-released", "backups", _ => (null, null)),
        OnServer<SnapshotsExpired>("backups.snapshots-expired", "backups", e => (null, Expired(e))),
        OnServer<ObjectsNoticed>("backups.deletion-announced", "backups", e =>
            (null, Objects(e.Objects, e.Bytes, DeletionReason.Unneeded))),
        OnServer<ObjectsMarked>("backups.deletion-decided", "backups", e => (null, Objects(e.Objects, e.Bytes, DeletionReason.Unneeded))),
        OnServer<ObjectsDeleted>("backups.objects-deleted", "backups", e => (null, Objects(e.Objects, e.Bytes, e.Why))),
        OnServer<DeletionCancelled>("backups.deletion-cancelled", "backups", e => (null, Cancelled(e))),
        OnServer<VaultRemoved>("backups.vault-removed", "backups", _ =>
            (null, new JsonObject { ["reason"] = AuditNames.Of(DeletionReason.ServerDeleted) })),
    ];

    private static JsonObject Retention(RetentionPolicy policy, int days) => new()
    {
        ["daily"] = policy.Daily,
        ["floorDays"] = days,
        ["last"] = policy.Last,
        ["monthly"] = policy.Monthly,
        ["weekly"] = policy.Weekly,
        ["yearly"] = policy.Yearly,
    };

    private static JsonObject Retention(RetentionPolicy policy, RetentionFloor floor)
    {
        var chosen = Retention(policy, floor.Days);
        if (floor is { NextDays: { } next, NextFrom: { } from })
        {
            chosen["nextFloorDays"] = next;
            chosen["nextFloorFrom"] = AuditNames.Of(from);
        }
        return chosen;
    }

    // Each with its reason: the one place where it stands for good which rule let which snapshot go.
    private static JsonObject Expired(SnapshotsExpired e) => new()
    {
        ["count"] = e.Snapshots.Count,
        ["snapshots"] = new JsonArray([.. e.Snapshots.Select(expired => new JsonObject
        {
            ["reason"] = AuditNames.Of(expired.Why),
            ["snapshot"] = expired.Snapshot.ToString(),
            ["takenAt"] = AuditNames.Of(expired.TakenAt),
        })]),
    };

    private static JsonObject Objects(int objects, long bytes, DeletionReason why) =>
        new() { ["bytes"] = bytes, ["objects"] = objects, ["reason"] = AuditNames.Of(why) };

    private static JsonObject Cancelled(DeletionCancelled e)
    {
        var cancelled = new JsonObject { ["heldUntil"] = AuditNames.Of(e.HeldUntil) };
        if (e.Reason is not null) cancelled["reason"] = e.Reason;
        return cancelled;
    }
}
