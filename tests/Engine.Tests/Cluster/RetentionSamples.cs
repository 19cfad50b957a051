using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>The wire samples of retention.</summary>
internal static class RetentionSamples
{
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567), Later = Named.Noon.AddHours(24);
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly SnapshotId Run = Named.Id<SnapshotId>("run");
    private static readonly ObjectName Pack = new(ObjectKind.Pack, Named.Id<ObjectId>("pack"));
    private static readonly RetentionPolicy Few = new(1, 2, 3, 4, 5);

    private static readonly IEntityEvent[] Story =
    [
        new RetentionChosen(Few, new RetentionFloor(30, 7, Later), RetentionPolicy.Default, 30, At, Named.Ada),
        new SnapshotsExpired(1, [new ExpiredSnapshot(Run, 3, Named.Noon, FateReason.BeyondCounts)], At, Author.Platform),
        new ObjectsNoticed(2, 7, 1_000_000, At, Author.Platform),
        new ObjectsMarked(3, 5, 900_000, At, Author.Platform),
        new ObjectsDeleted(5, 900_000, DeletionReason.Unneeded, At, Author.OfOperator("root")),
        new DeletionCancelled(Later, At, Named.Ada) { Reason = "not yet" },
        new VaultRemoved(At, Author.Platform),
    ];

    public static Dictionary<string, object> All { get; } = new()
    {
        ["retention-chosen.1"] = Story[0],
        ["snapshots-expired.1"] = Story[1],
        ["objects-noticed.1"] = Story[2],
        ["objects-marked.1"] = Story[3],
        ["objects-deleted.1"] = Story[4],
        ["deletion-cancelled.1"] = Story[5],
        ["vault-removed.1"] = Story[6],
        ["state.1~swept"] = Story.Aggregate(BackupState.Nothing, BackupState.Apply),
        ["c-sweep.1"] = new SweepBackups(Team, Server, SweepStep.Mark, Pack, DryRun: true, Author.Platform),
        ["c-sweep.1~first"] = new SweepBackups(Team, Server, SweepStep.Expire, null, DryRun: false, Author.Platform),
        ["retention-inherited.1"] = new RetentionInherited(
            Few, new RetentionFloor(30, 7, Later), RetentionPolicy.Default, 30, At, Author.Platform),
        ["retention-released.1"] = new RetentionReleased(At, Named.Ada),
        ["c-sweep.1~inherited"] = new SweepBackups(Team, Server, SweepStep.Expire, null, DryRun: false, Author.Platform)
        {
            Default = new RetentionDefault(Few, 14),
        },
        ["c-inherit-retention.1"] = new InheritRetention(Team, Server, Named.Ada),
        ["r-shown.1~inheriting"] = new BackupsShown(ChainStatus.Open, null, null, null, [], [])
        {
            Retention = new RetentionStanding(Few, new RetentionFloor(30), RetentionStop.None, null, 3) { Inherits = true },
        },
        ["c-choose-retention.1"] = new ChooseRetention(Team, Server, Few, 7, Named.Ada),
        ["c-cancel-deletion.1"] = new CancelDeletion(Team, Server, Named.Ada) { Reason = "not yet" },
        ["r-swept.1"] = new SweepDone(RetentionStop.RunOpen)
        {
            Expired = 1,
            Noticed = new ObjectSum(7, 1_000_000),
            Marked = new ObjectSum(5, 900_000),
            Deleted = new ObjectSum(3, 800_000),
            More = true,
            Next = Pack,
        },
        ["r-swept.1~held"] = new SweepDone(RetentionStop.None) { Held = new HeldSum(new ObjectSum(2, 700_000), Later) },
        ["r-swept.1~nothing"] = new SweepDone(RetentionStop.Frozen),
        ["r-shown.1~swept"] = new BackupsShown(ChainStatus.Open, null, null, null, [], [])
        {
            Retention = new RetentionStanding(Few, new RetentionFloor(30, 7, Later), RetentionStop.Held, Later, 3),
        },
    };
}
