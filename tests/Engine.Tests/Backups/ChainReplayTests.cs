using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CsCheck;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>
/// The law of the entity's memory: what is told again from the journal is what was, whatever was asked before it and wherever a snapshot
/// cut it; with clocks that jump forth and back, since time stands in the events.
/// </summary>
public sealed class ChainReplayTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly CommitFacts Whole = new(null, 3, 1000, 0, [], new KnownObject(100, Named.Bytes("root"), default, InRun: true));

    private static readonly Gen<(Kind Kind, int Run, int Hits, int JumpMinutes)[]> Scripts = Gen.Select(
        Gen.Frequency(
            (12, Gen.Const(Kind.Begin)), (6, Gen.Const(Kind.Uploads)), (16, Gen.Const(Kind.Commit)), (1, Gen.Const(Kind.Critical)),
            (1, Gen.Const(Kind.Canary)), (1, Gen.Const(Kind.Freeze)), (6, Gen.Const(Kind.Resume)), (3, Gen.Const(Kind.Accept)),
            (6, Gen.Const(Kind.Check)), (1, Gen.Const(Kind.Approve))),
        Gen.Int[0, 2], Gen.Frequency((6, Gen.Const(0)), (3, Gen.Int[1, 2]), (1, Gen.Int[3, 80])),
        Gen.Frequency((6, Gen.Int[0, 90]), (2, Gen.Int[0, 20_000]), (1, Gen.Int[-20_000, 0]))).Array[1, 80];

    private enum Kind
    {
        Begin,
        Uploads,
        Commit,
        Critical,
        Canary,
        Freeze,
        Resume,
        Accept,
        Check,
        Approve,
    }

    [Fact]
    public void A_chain_told_again_is_the_chain_that_was()
    {
        var (commits, freezes, alarms) = (0, 0, 0);
        Scripts.Sample(script =>
        {
            var journal = Play(script);
            commits += journal.OfType<SnapshotCommitted>().Count();
            freezes += journal.OfType<ChainFrozen>().Count();
            alarms += journal.OfType<StillFrozen>().Count();
        }, iter: 300, threads: 1);
        Assert.True(commits > 100 && freezes > 100 && alarms > 10, $"{commits} commits, {freezes} freezes, {alarms} alarms: too few.");
    }

    private static List<IEntityEvent> Play((Kind Kind, int Run, int Hits, int JumpMinutes)[] script)
    {
        var (state, journal, now) = (BackupState.Nothing, new List<IEntityEvent>(), Now);
        for (var i = 0; i < script.Length; i++)
        {
            now = now.AddMinutes(script[i].JumpMinutes);
            var decision = Decide(state, script[i], i, now);
            var frozen = state.Chain == ChainStatus.Frozen;
            state = state.Apply(decision.Events);
            journal.AddRange(decision.Events);
            Laws(state, decision, frozen);
        }
        Assert.Equal(Text(state), Text(BackupState.Nothing.Apply(journal)));
        // From a snapshot in the middle and the events behind it, as the entity does it.
        var cut = journal.Count / 2;
        var read = Read(Text(BackupState.Nothing.Apply(journal[..cut])));
        Assert.Equal(Text(state), Text(read.Apply(journal[cut..])));
        return journal;
    }

    private static void Laws(BackupState state, BackupDecision decision, bool wasFrozen)
    {
        // Frozen: nothing is committed, no run is open; and only a person ends it.
        if (wasFrozen) Assert.DoesNotContain(decision.Events, happened => happened is SnapshotCommitted or RunBegan or ObjectsAnnounced);
        if (wasFrozen && state.Chain != ChainStatus.Frozen)
            Assert.Equal(ReopenCause.Person, Assert.Single(decision.Events.OfType<ChainReopened>()).Cause);
        if (state.Chain != ChainStatus.Frozen) return;
        Assert.Empty(state.Runs);
        Assert.Equal(state.Head?.Snapshot, state.PinnedAt(Now.AddYears(9))?.Snapshot);
        Assert.NotNull(BackupDecisions.DueAt(state));
    }

    private static BackupDecision Decide(
        BackupState state, (Kind Kind, int Run, int Hits, int JumpMinutes) step, int i, DateTimeOffset now)
    {
        var run = state.Runs.ElementAtOrDefault(step.Run)?.Snapshot ?? Id($"run {i}");
        var gate = Evidence.Of(Evidence.Many($"{i % 5}", step.Hits)).Json();
        BackupRequest? request = step.Kind switch
        {
            Kind.Begin => Request(new BeginPayload(Id($"run {i}"), state.Head?.Snapshot, "0 2 * * *"), $"{i}"),
            Kind.Canary => Request(new BeginPayload(run, null, null) { ChangedCanaries = [Evidence.HitId("canary")] }, $"{i}"),
            Kind.Uploads => Request(new UploadsPayload(run, [New($"{i}")], []), $"{i}"),
            Kind.Commit => Request(new CommitPayload(run, Root($"{i}"), 3, 1000, gate), $"{i}"),
            Kind.Critical => Request(new CommitPayload(run, null, 0, 0, gate), $"{i}"),
            _ => null,
        };
        if (request is not null && BackupDecisions.TurnAway(state, request, now) is { } refused) return BackupDecision.Answer(refused);
        return (request?.Payload, step.Kind) switch
        {
            (BeginPayload begin, _) => BackupDecisions.Begin(state, request, begin, now),
            (UploadsPayload uploads, _) => BackupDecisions.Uploads(state, request, uploads, NoFacts, Unlimited, Ticket, now),
            (CommitPayload commit, _) => BackupDecisions.Commit(state, request, commit, Whole, now),
            (_, Kind.Freeze) => Standing(state, new FreezeBackups(Team, Server, FreezeCause.Person, Named.Ada) { Reason = "r" }, now),
            (_, Kind.Resume) => Standing(state, new ResumeBackups(Team, Server, Named.Ada) { Reason = "r" }, now),
            (_, Kind.Accept) => Standing(
                state, new ResumeBackups(Team, Server, Named.Ada) { Accepts = Evidence.Pairs(Evidence.Many($"{i % 5}", 80)) }, now),
            (_, Kind.Approve) => Standing(state, new ApproveNewChain(Team, Server, Named.Ada), now),
            _ => Standing(state, new CheckBackups(Team, Server), now),
        };
    }

    private static UploadFacts NoFacts { get; } = new(
        new Dictionary<ObjectName, KnownObject>(), new Dictionary<ObjectName, long>(),
        new HashSet<ObjectName>(), 0);

    private static BackupDecision Standing(BackupState state, IBackupCommand command, DateTimeOffset now) =>
        BackupDecisions.Standing(state, command, null, now);

    // The bytes of the entity's own snapshot.
    private static string Text(BackupState state) => JsonSerializer.Serialize(state, Json);

    private static BackupState Read(string text) =>
        (BackupState)JsonSerializer.Deserialize(text, Json)!;

    private static readonly JsonTypeInfo Json =
        BackupSerializer.Table.Single(row => row.Manifest == "state.1").Json;
}
