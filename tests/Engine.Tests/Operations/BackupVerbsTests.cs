using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Operations;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Operations;

/// <summary>What operators are shown of a chain of backups.</summary>
public sealed class BackupVerbsTests
{
    [Fact]
    public void States_times_and_ids_are_shown_and_no_reason_and_no_name()
    {
        var head = new CommittedSnapshot(
            Named.Id<SnapshotId>("head"), 3, 2, new ObjectName(ObjectKind.Snapshot, Named.Id<ObjectId>("root")), "0011223344556677", 5, 7,
            Named.Noon);
        var shown = new BackupsShown(ChainStatus.Frozen, Named.Noon.AddHours(1), null, head, [], [])
        {
            Verdict = new ChainVerdict { Frozen = FreezeCause.Person, By = Named.Ada, Reason = "odd logins", Evidence = 1 },
            UnprotectedSince = Named.Noon,
            Pinned = head.Snapshot,
            Retention = new RetentionStanding(RetentionPolicy.Default, RetentionFloor.Default, RetentionStop.Frozen, null, 3),
        };
        var space = new VaultSpace(new(9, 900), new(2, 200), new(1, 100), Named.Noon)
        {
            Held = new HeldSum(new(1, 60), Named.Noon.AddDays(9)),
        };
        var facts = BackupVerbs.Facts(shown, space).ToDictionary(fact => fact.Name, fact => fact.Value);
        Assert.Equal(("frozen", "person", "person"), (facts["chain"], facts["cause"], facts["by"]));
        Assert.Equal(("2026-11-24T13:00:00Z", "2026-11-24T12:00:00Z"), (facts["since"], facts["unprotectedSince"]));
        Assert.Equal((head.Snapshot.ToString(), head.Snapshot.ToString(), "0"),
            (facts["lastSnapshot"], facts["pinned"], facts["openRuns"]));
        Assert.Equal(("frozen", "900", "2", "200", "2026-12-01T12:00:00Z", "100"),
            (facts["retentionStopped"], facts["bytes"], facts["waitingObjects"], facts["waitingBytes"], facts["deletedFrom"],
                facts["goingBytes"]));
        Assert.Equal(("60", "2026-12-03T12:00:00Z"), (facts["lockedBytes"], facts["lockedUntil"]));
        Assert.DoesNotContain(facts.Values, value => value is not null && (value.Contains("odd") || value.Contains("ada")));
    }

    [Fact]
    public void Of_an_open_chain_there_is_little_to_say()
    {
        var facts = BackupVerbs.Facts(
            new BackupsShown(ChainStatus.Open, null, null, null, [], []), new VaultSpace(default, default, default, null));
        Assert.Equal(
            ["chain", "openRuns", "bytes", "waitingObjects", "waitingBytes", "goingBytes", "lockedBytes"],
            facts.Where(fact => fact.Value is not null).Select(fact => fact.Name));
    }
}
