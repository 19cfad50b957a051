using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>The wire samples of the room of backups.</summary>
internal static class BackupSamples
{
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567), Later = Named.Noon.AddHours(24);
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly SnapshotId Run = Named.Id<SnapshotId>("run"), Head = Named.Id<SnapshotId>("head");
    private static readonly Guid Call = new(Named.Bytes("call").AsSpan(16));
    private static readonly ObjectName Pack = new(ObjectKind.Pack, Named.Id<ObjectId>("pack"));
    private static readonly ObjectName Index = new(ObjectKind.Index, Named.Id<ObjectId>("index"));
    private static readonly ObjectName Root = new(ObjectKind.Snapshot, Named.Id<ObjectId>("root"));
    private static readonly CommittedSnapshot Committed = new(Head, 3, 2, Root, "0011223344556677", 5, 1_000_000, At);
    private static readonly VaultTicket Ticket = new(
        Pack, "PUT", "/vault/x?expires=1", new Dictionary<string, string> { ["content-md5"] = "AAAA" }, Later);

    /// <summary>The payload with the most in it.</summary>
    public static UploadsPayload Uploads { get; } = new(Run, [new AnnouncedObject(Pack, 262_144, Named.Bytes("pack"))], [Index]);

    public static Dictionary<string, object> All { get; } = new()
    {
        ["admitted.1"] = new RequestAdmitted(-7, Call, Later, At),
        ["run-began.1"] = new RunBegan(Run, Head, At),
        ["run-began.1~first"] = new RunBegan(Run, null, At),
        ["schedule-changed.1"] = new ScheduleChanged(null, "0 2 * * *", At, Author.OfServer(Server, "192.0.2.9")),
        ["announced.1"] = new ObjectsAnnounced(Run, 2, 1, 524_288, At),
        ["committed.1"] = new SnapshotCommitted(Run, 3, 2, Root, "0011223344556677", 5, 1_000_000, 524_288, At),
        ["run-silent.1"] = new RunSilent(Run, Named.Noon, At),
        ["run-ended.1"] = new RunEnded(Run, RunEnd.Overtaken, At),
        ["run-refused.1"] = new RunRefused(Run, RunRefusal.ServerQuota, At),
        ["run-missed.1"] = new RunMissed(Named.Noon, At),
        ["suspected.1"] = new ChainSuspected(SuspicionCause.VolumeJumped, At),
        ["frozen.1"] = new ChainFrozen(FreezeCause.AgentsGate, ChainStatus.Suspect, At, Author.OfServer(Server, "192.0.2.9")),
        ["reopened.1"] = new ChainReopened(ReopenCause.CleanRuns, ChainStatus.Suspect, At, Author.Platform),
        ["new-chain-approved.1"] = new NewChainApproved(At, Named.Ada),
        ["closed.1"] = new BackupsClosed(At, Named.Ada),
        ["c-close.1"] = new CloseBackups(Team, Server, Named.Ada),
        // As it was written before there was evidence.
        ["state.1"] = StateWithAll() with { Gate = null },
        ["state.1~nothing"] = BackupState.Nothing,
        ["c-request.1"] = Request(new BeginPayload(Run, Head, "0 2 * * *")),
        ["c-request.1~first"] = Request(new BeginPayload(Run, null, null)),
        ["c-request.1~uploads"] = Request(Uploads),
        ["c-request.1~commit"] = Request(new CommitPayload(Run, Root, 5, 1_000_000, "{}"u8.ToArray())),
        ["c-request.1~critical"] = Request(new CommitPayload(Run, null, 0, 0, null)),
        ["c-request.1~list"] = Request(new ListPayload()),
        ["c-request.1~downloads"] = Request(new DownloadsPayload([Pack, Root])),
        ["c-ask-to-keep.1"] = new AskToKeep(Team, Server),
        ["c-check.1"] = new CheckBackups(Team, Server),
        ["c-show.1"] = new ShowBackups(Team, Server),
        ["c-freeze.1"] = new FreezeBackups(Team, Server, FreezeCause.Person, Named.Ada),
        ["c-resume.1"] = new ResumeBackups(Team, Server, Named.Ada),
        ["c-approve-new-chain.1"] = new ApproveNewChain(Team, Server, Named.Ada),
        ["r-uploads.1"] = new UploadsGranted([Ticket], [Pack], [Index], [Root]),
        ["r-kept.1"] = new SnapshotKept(Run, 2, "0011223344556677"),
        ["r-listed.1"] = new SnapshotsListed([Committed]),
        ["r-downloads.1"] = new DownloadsGranted([Ticket], [Index]),
        ["r-shown.1"] = new BackupsShown(
            ChainStatus.Suspect, At, "0 2 * * *", Committed, [new OpenRun(Run, Head, Named.Noon, At, 7, Silent: true)],
            [new BackupHappening(HappeningKind.Committed, Head, At), new BackupHappening(HappeningKind.RunMissed, null, At)]),
        ["r-shown.1~nothing"] = new BackupsShown(ChainStatus.Open, null, null, null, [], []),
    };

    /// <summary>An agent's request with a payload.</summary>
    public static BackupRequest Request(IBackupPayload payload) =>
        new(Team, Server, Call, Named.Bytes("signature"), 1_795_521_600, payload, "192.0.2.9");

    /// <summary>A state with something in every member, but for what evidence, freezes, drills and failing runs leave.</summary>
    public static BackupState StateWithAll() => Everything() with { TryingSince = null };

    private static BackupState Everything() => new IEntityEvent[]
    {
        new RequestAdmitted(-7, Call, Later, At),
        new RunBegan(Head, null, At),
        new SnapshotCommitted(Head, 1, 1, Root, "0011223344556677", 5, 1_000_000, 524_288, At),
        new RunBegan(Run, Head, At),
        new ScheduleChanged(null, "0 2 * * *", At, Author.OfServer(Server, "192.0.2.9")),
        new ObjectsAnnounced(Run, 2, 1, 524_288, At),
        new RunSilent(Run, At, Later),
        new ChainSuspected(SuspicionCause.RunVanished, Later),
        new RunMissed(At, Later),
        new NewChainApproved(Later, Named.Ada),
    }.Aggregate(BackupState.Nothing, BackupState.Apply);
}
