using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>The wire samples of evidence, freezes and what people accept.</summary>
internal static class FreezeSamples
{
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567), Later = Named.Noon.AddHours(24);
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly SnapshotId Run = Named.Id<SnapshotId>("run"), Head = Named.Id<SnapshotId>("head");

    private const string PathId = "4b227777d4dd1fc61c6f884f48641d02", ContentId = "ef2d127de37b942baad06145e54b0c61";

    private static readonly HitPairs Accepted = HitPairs.Of([(PathId, ContentId), (ContentId, PathId)]);

    private static readonly ChainFrozen Frozen =
        new(FreezeCause.HitShare, ChainStatus.Suspect, At, Author.OfServer(Server, "192.0.2.9")) { Run = Run, Evidence = 1 };

    private static readonly ChainReopened Reopened = new(ReopenCause.Person, ChainStatus.Frozen, Later, Named.Ada)
    {
        Reason = "looked at",
        Accepted = Accepted,
    };

    private static readonly HitsFound Found = new(Run, [new CountedHit(PathId, ContentId, 40_960)], 2, 8_192, At);

    private static readonly FilesHeldBack HeldBack = new(Run, 4, Later) { Since = At, Evidence = 2 };

    public static Dictionary<string, object> All { get; } = new()
    {
        ["suspected.1~evidence"] = new ChainSuspected(SuspicionCause.FilesHit, At) { Run = Run, Evidence = 1 },
        ["frozen.1~evidence"] = Frozen,
        ["frozen.1~canaries"] = new ChainFrozen(FreezeCause.Canary, ChainStatus.Open, At, Author.OfServer(Server, null))
        {
            Run = Run,
            Canaries = [PathId],
        },
        ["frozen.1~person"] = new ChainFrozen(FreezeCause.Person, ChainStatus.Open, At, Named.Ada) { Reason = "odd logins" },
        ["reopened.1~accepted"] = Reopened,
        ["hits-found.1"] = Found,
        ["held-back.1"] = HeldBack,
        ["held-back.1~untold"] = new FilesHeldBack(Run, 4, At),
        ["state.1~held-back"] = BackupSamples.StateWithAll().Apply([new FilesHeldBack(Run, 3, At), HeldBack]),
        ["r-shown.1~held-back"] = new BackupsShown(ChainStatus.Open, null, null, null, [], [])
        {
            HeldBack = new HeldBackFiles(4, 3, At) { ToldAt = Later, Evidence = 2 },
        },
        ["still-frozen.1"] = new StillFrozen(Named.Noon, At, Later),
        ["r-proceeds.1"] = new RunProceeds(ChainStatus.Suspect, true, true, Accepted),
        ["r-proceeds.1~plain"] = new RunProceeds(ChainStatus.Open, false, false, null),
        ["state.1~frozen"] = BackupSamples.StateWithAll().Apply([Found, Frozen, new StillFrozen(Named.Noon, At, Later)]),
        ["state.1~resumed"] = BackupSamples.StateWithAll().Apply([Frozen, Reopened, Found]),
        ["c-request.1~canaries"] = BackupSamples.Request(new BeginPayload(Run, Head, null) { ChangedCanaries = [PathId] }),
        ["c-freeze.1~reason"] = new FreezeBackups(Team, Server, FreezeCause.Person, Named.Ada) { Reason = "odd logins" },
        ["c-resume.1~all"] = new ResumeBackups(Team, Server, Named.Ada) { Reason = "looked at", AcceptsAll = true },
        ["c-resume.1~pairs"] = new ResumeBackups(Team, Server, Named.Ada) { Reason = "looked at", Accepts = Accepted },
        ["r-shown.1~frozen"] = new BackupsShown(ChainStatus.Frozen, At, null, null, [], [])
        {
            Verdict = new ChainVerdict
            {
                Frozen = FreezeCause.HitShare,
                By = Author.OfServer(Server, null),
                Reason = "r",
                Run = Run,
                Evidence = 1,
                Canaries = [PathId],
            },
            UnprotectedSince = Named.Noon,
            Pinned = Head,
        },
    };

    private static BackupState Apply(this BackupState state, IEntityEvent[] events) => events.Aggregate(state, BackupState.Apply);
}
