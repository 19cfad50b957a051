using HostAtlas.Engine.Backups;
using HostAtlas.Shared.Backups;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>Files that stay held back while the chain is open again.</summary>
public sealed class HeldBackTests
{
    private static readonly CommitFacts Whole = new(null, 3, 1000, 0, [], new KnownObject(100, Named.Bytes("root"), default, InRun: true));
    private static readonly GateHit Hit = Evidence.Hit("a");
    private static readonly byte[] Held = Evidence.Of(Hit).Json();

    [Fact]
    public void From_the_third_run_on_people_are_told_once_a_day_until_nothing_is_held_back()
    {
        var state = Committed("c", Committed("b", Committed("a")));
        var told = new List<(int Hour, DateTimeOffset Since)>();
        for (var hour = 0; hour < 60; hour += 6)
        {
            var decision = Commit(state, $"{hour}", Held, Now.AddHours(hour));
            told.AddRange(decision.Events.OfType<FilesHeldBack>().Where(held => held.Since is not null)
                .Select(held => (hour, held.Since!.Value)));
            state = After(state, $"{hour}", decision);
        }
        Assert.Equal([(12, Now), (36, Now)], told);
        Assert.Equal((ChainStatus.Open, null), (state.Chain, state.Gate!.Verdict));
        Assert.Equal((1L, 10, Now), (state.Gate.HeldBack!.Files, state.Gate.HeldBack.Runs, state.Gate.HeldBack.Since));
        Assert.Equal(2, state.History.Count(happening => happening.Kind == HappeningKind.FilesHeldBack));

        state = After(state, "clean", Commit(state, "clean", Evidence.Of().Json(), Now.AddHours(60)));
        Assert.Null(state.Gate!.HeldBack);
        Assert.DoesNotContain("FilesHeldBack", NamesOf(Commit(state, "next", Evidence.Of().Json(), Now.AddHours(61)).Events));
    }

    [Fact]
    public void The_evidence_of_the_telling_is_kept_and_accepted_although_the_chain_is_open()
    {
        var state = Committed("c", Committed("b", Committed("a")));
        for (var run = 0; run < 4; run++) state = After(state, $"{run}", Commit(state, $"{run}", Held, Now.AddHours(run)));
        Assert.Equal((ChainStatus.Open, 2L), (state.Chain, state.KeptEvidence));

        var all = new ResumeBackups(Named.Id<Shared.Ids.TeamId>("team"), Named.Id<Shared.Ids.ServerId>("server"), Named.Ada)
        {
            AcceptsAll = true,
            Reason = "these are our own archives",
        };
        Assert.Equal(RefusalKind.Conflict, KindOf(BackupDecisions.Resume(state, all, null, Now)));
        var accepted = BackupDecisions.Resume(state, all, new EvidenceRow(Id("3"), Now, Held), Now);
        Assert.Equal(Evidence.Pairs(Hit), Assert.Single(accepted.Events.OfType<ChainReopened>()).Accepted);
        state = state.Apply(accepted.Events);
        Assert.Equal(ChainStatus.Open, state.Chain);
        Assert.True(state.Gate!.AcceptedAt(Now)!.Contains(Hit.Path, Hit.Content));
        // Sent again: as it was.
        Assert.Empty(BackupDecisions.Resume(state, all, new EvidenceRow(Id("3"), Now, Held), Now).Events);
    }

    private static BackupDecision Commit(BackupState state, string run, byte[] gate, DateTimeOffset now)
    {
        var payload = new CommitPayload(Id(run), Root(run), 3, 1000, gate);
        return BackupDecisions.Commit(Open(run, state), Request(payload), payload, Whole, now);
    }

    private static BackupState After(BackupState state, string run, BackupDecision decision) => Open(run, state).Apply(decision.Events);
}
