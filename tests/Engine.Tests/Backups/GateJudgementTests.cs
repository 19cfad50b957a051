using HostAtlas.Engine.Backups;
using HostAtlas.Shared.Backups;
using static HostAtlas.Engine.Tests.Backups.Evidence;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>What the platform makes of evidence, from its numbers and not from what the agent makes of them.</summary>
public sealed class GateJudgementTests
{
    private static readonly BackupState Known = Committed("c", Committed("b", Committed("a")));

    /// <summary>What is sent, and what it comes to: a cause of a freeze, a cause of suspicion, or nothing.</summary>
    public static TheoryData<string, string> Verdicts => new()
    {
        { "nothing", "" },
        { "one hit", "FilesHit" },
        { "two hits of four files", "FilesHit" },
        { "three hits of sixty files", "HitShare" },
        { "three hits of sixty-one files", "FilesHit" },
        { "hits counted and not listed", "HitShare" },
        { "200 hits of a million files", "SlowBurn" },
        { "199 hits of a million files", "FilesHit" },
        { "one hit of 1 GiB", "SlowBurn" },
        { "one hit of nearly 1 GiB", "FilesHit" },
        { "bytes counted and not listed", "SlowBurn" },
        { "three of ten files gone", "MassDeletion" },
        { "two of ten files gone", "" },
        { "three of nine files gone", "" },
        { "the agent says frozen", "AgentsGate" },
        { "the agent says suspect", "AgentsGate suspect" },
        { "the agent says suspect for hits alone", "" },
        { "canary", "Canary" },
        { "share", "HitShare" },
        { "slow-burn", "SlowBurn" },
        { "mass-deletion", "MassDeletion" },
        { "dump-turned", "DumpTurned" },
        { "ransom-note", "RansomNotes" },
        { "new-ending", "NewEnding" },
        { "many-changed", "ManyChanged" },
        { "hit", "" },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Numbers_decide(string sent, string verdict) =>
        Assert.Equal(verdict, Say(GateJudgement.Of(Known, Id("run"), Sent(sent), Now)));

    [Fact]
    public void Without_evidence_nothing_is_said() => Assert.Equal(GateJudgement.Nothing, GateJudgement.Of(Known, Id("run"), null, Now));

    [Theory]
    [InlineData("random", "HitShare")]
    [InlineData("random-part", "HitShare")]
    [InlineData("broken", "HitShare")]
    [InlineData("hidden", "HitShare")]
    [InlineData("type-lost", "")]
    [InlineData("entropy-up", "")]
    public void While_a_server_is_learned_only_rules_about_one_files_bytes_count(string rule, string verdict)
    {
        var evidence = Of([.. Enumerable.Range(0, 9).Select(i => Hit($"{i}", rule: rule))]) with { ChangedFiles = 9 };
        Assert.Equal(verdict, Say(GateJudgement.Of(Committed("b", Committed("a")), Id("run"), evidence, Now)));
        Assert.Equal("HitShare", Say(GateJudgement.Of(Known, Id("run"), evidence, Now)));
    }

    [Theory]
    [InlineData("three of ten files gone", "")]
    [InlineData("new-ending", "")]
    [InlineData("many-changed", "")]
    [InlineData("ransom-note", "RansomNotes")]
    [InlineData("canary", "Canary")]
    [InlineData("the agent says frozen", "AgentsGate")]
    public void While_a_server_is_learned_what_is_usual_is_not_known_and_what_never_is_counts(string sent, string verdict) =>
        Assert.Equal(verdict, Say(GateJudgement.Of(Committed("a"), Id("run"), Sent(sent), Now)));

    [Fact]
    public void Learning_ends_with_the_servers_third_commit_whatever_its_chain()
    {
        Assert.True(GateJudgement.Learns(BackupState.Nothing));
        Assert.True(GateJudgement.Learns(Committed("b", Committed("a"))));
        Assert.False(GateJudgement.Learns(Known));
        Assert.False(GateJudgement.Learns(Known.Apply(new NewChainApproved(Now, Named.Ada), new RunBegan(Id("anew"), null, Now))));
    }

    [Fact]
    public void Hits_of_seven_days_add_up_over_runs()
    {
        var state = Known;
        for (var run = 0; run < 9; run++) state = Seen(state, Now.AddHours(run), Many($"{run}", 22));
        Assert.Equal((198, 198_000), state.Gate!.Window.Total);
        var next = Of(Many("next", 2)) with { ChangedFiles = 1_000_000 };
        Assert.Equal("SlowBurn", Say(GateJudgement.Of(state, Id("run"), next, Now.AddDays(6))));
        Assert.Equal("FilesHit", Say(GateJudgement.Of(state, Id("run"), next, Now.AddDays(8))));
        // A clock that went back forgets nothing.
        Assert.Equal("SlowBurn", Say(GateJudgement.Of(state, Id("run"), next, Now.AddDays(-30))));
    }

    [Fact]
    public void A_file_that_is_held_back_run_after_run_is_one_hit_and_no_new_one()
    {
        var (state, held) = (Known, Many("held", 3));
        for (var run = 0; run < 500; run++)
        {
            var evidence = Of(held) with { ChangedFiles = 4 };
            if (run > 0) Assert.Equal("", Say(GateJudgement.Of(state, Id("run"), evidence, Now.AddHours(run))));
            state = Seen(state, Now.AddHours(run), held);
        }
        Assert.Equal((3, 3_000), state.Gate!.Window.Total);
        var changed = Of(Hit("held 0", content: "anew")) with { ChangedFiles = 4 };
        Assert.Equal("FilesHit", Say(GateJudgement.Of(state, Id("run"), changed, Now.AddHours(500))));
    }

    [Fact]
    public void What_a_person_accepted_is_no_hit_until_its_content_changes_or_its_time_is_over()
    {
        var hits = Many("paid", 40);
        var resumed = new ChainReopened(ReopenCause.Person, ChainStatus.Frozen, Now, Named.Ada) { Accepted = Pairs(hits) };
        var state = Frozen(Known).Apply(resumed);
        var evidence = Of(hits) with { ChangedFiles = 40 };
        Assert.Equal("", Say(GateJudgement.Of(state, Id("run"), evidence, Now.AddDays(29))));
        Assert.Null(GateJudgement.Of(state, Id("run"), evidence, Now).Found);
        Assert.Equal("HitShare", Say(GateJudgement.Of(state, Id("run"), evidence, Now.AddDays(30))));
        var changed = Of([.. hits[..30], .. Enumerable.Range(30, 10).Select(i => Hit($"paid {i}", content: "anew"))]) with
        {
            ChangedFiles = 40,
        };
        Assert.Equal("HitShare", Say(GateJudgement.Of(state, Id("run"), changed, Now)));
    }

    [Fact]
    public void The_window_is_small_whatever_agents_send()
    {
        var state = Known;
        for (var run = 0; run < 300; run++)
        {
            var at = Now.AddMinutes(40 * run);
            var evidence = Of(Many($"{run}", run % 3)) with
            {
                ChangedFiles = 1_000_000,
                HitFiles = (run % 3) + (run % 2),
                HitBytes = 9_000,
            };
            var judged = GateJudgement.Of(state, Id("run"), evidence, at);
            state = judged.Freeze is null
                ? state.Apply(judged.Found is null ? [] : [judged.Found])
                : state.Apply(new ChainReopened(ReopenCause.Person, ChainStatus.Frozen, at, Named.Ada));
            Assert.InRange(state.Gate!.Window.Seen.Count, 0, 199);
            Assert.InRange(state.Gate.Window.Others.Count, 0, 8);
        }
    }

    private static GateEvidence Sent(string what) => what switch
    {
        "nothing" => Of(),
        "one hit" => Of(Hit("a")),
        "two hits of four files" => Of(Many("a", 2)) with { ChangedFiles = 4 },
        "three hits of sixty files" => Of(Many("a", 3)) with { ChangedFiles = 60 },
        "three hits of sixty-one files" => Of(Many("a", 3)) with { ChangedFiles = 61 },
        "hits counted and not listed" => Of() with { HitFiles = 60, HitsOmitted = 60 },
        "200 hits of a million files" => Of(Many("a", 200)) with { ChangedFiles = 1_000_000 },
        "199 hits of a million files" => Of(Many("a", 199)) with { ChangedFiles = 1_000_000 },
        "one hit of 1 GiB" => Of(Hit("a", 1L << 30)),
        "one hit of nearly 1 GiB" => Of(Hit("a", (1L << 30) - 1)),
        "bytes counted and not listed" => Of(Hit("a")) with { HitBytes = (1L << 30) + 1 },
        "three of ten files gone" => Of() with { Files = 7, GoneFiles = 3 },
        "two of ten files gone" => Of() with { Files = 8, GoneFiles = 2 },
        "three of nine files gone" => Of() with { Files = 6, GoneFiles = 3 },
        "the agent says frozen" => Of() with { State = "frozen" },
        "the agent says suspect" => Of() with { State = "suspect", RunRules = ["a-rule-of-tomorrow"] },
        "the agent says suspect for hits alone" => Of() with { State = "suspect", RunRules = ["hit"] },
        var rule => Of() with { RunRules = [rule] },
    };

    private static string Say(GateJudgement judged) => judged switch
    {
        { Freeze: { } freeze } => $"{freeze}",
        { Suspect: SuspicionCause.AgentsGate } => "AgentsGate suspect",
        { Suspect: { } suspect } => $"{suspect}",
        _ => "",
    };

    private static BackupState Seen(BackupState state, DateTimeOffset at, GateHit[] hits) => state.Apply(
        new HitsFound(Id("run"), [.. hits.Select(hit => new CountedHit(hit.Path, hit.Content, hit.Bytes))], 0, 0, at));
}
