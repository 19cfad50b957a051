using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Tests.Gate;

public sealed class RunRulesTests
{
    public static TheoryData<string, RunCounts, GateState> Runs => new()
    {
        { "quiet", new RunCounts { Changed = 500, Before = 20_000 }, GateState.Open },
        { "one hit", new RunCounts { Changed = 500, Hit = 1, HitInSevenDays = 1 }, GateState.Suspect },
        { "two of two", new RunCounts { Changed = 2, Hit = 2 }, GateState.Suspect },
        { "three of sixty", new RunCounts { Changed = 60, Hit = 3 }, GateState.Frozen },
        { "three of sixty-one", new RunCounts { Changed = 61, Hit = 3 }, GateState.Suspect },
        { "199 in a week", new RunCounts { Changed = 9000, Hit = 1, HitInSevenDays = 199 }, GateState.Suspect },
        { "200 in a week", new RunCounts { Changed = 9000, Hit = 1, HitInSevenDays = 200 }, GateState.Frozen },
        { "200 in a week, none today", new RunCounts { Changed = 9000, HitInSevenDays = 200 }, GateState.Open },
        { "1 GiB in a week", new RunCounts { Changed = 9000, Hit = 1, HitBytesInSevenDays = 1L << 30 }, GateState.Frozen },
        { "a canary", new RunCounts { CanariesChanged = 1, IsLearning = true }, GateState.Frozen },
        { "a dump", new RunCounts { DumpsTurned = 1 }, GateState.Frozen },
        { "29 % gone", new RunCounts { Before = 100, Gone = 29 }, GateState.Open },
        { "30 % gone", new RunCounts { Before = 100, Gone = 30 }, GateState.Frozen },
        { "30 % gone while learning", new RunCounts { Before = 100, Gone = 30, IsLearning = true }, GateState.Open },
        { "one new ending", new RunCounts { Changed = 100, OneNewEnding = 20 }, GateState.Suspect },
        { "few of one new ending", new RunCounts { Changed = 1000, OneNewEnding = 20 }, GateState.Open },
        { "notes in three folders", new RunCounts { NoteFolders = 3 }, GateState.Suspect },
        { "more than ever", new RunCounts { Changed = 1000, ChangedBefore = [100, 110, 90, 105, 95] }, GateState.Suspect },
        { "a few more than ever", new RunCounts { Changed = 140, ChangedBefore = [100, 100, 100, 100, 100] }, GateState.Open },
        { "too few runs to know", new RunCounts { Changed = 1000, ChangedBefore = [1, 1] }, GateState.Open },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_run_comes_to_what_the_table_says(string what, RunCounts run, GateState state)
    {
        var (judged, rules) = RunRules.Judge(run);
        Assert.True(judged == state, $"{what}: {judged} by {string.Join(", ", rules)}");
        Assert.Equal(state != GateState.Open, rules.Count > 0);
    }

    [Fact]
    public void Each_rule_has_a_name_of_its_own()
    {
        string[] names = [.. ContentRules.All.Select(rule => rule.Name), .. ChangeRules.All.Select(rule => rule.Name),
            .. RunRules.All.Select(rule => rule.Name), NameRules.Name, FileJudge.FramingLost];
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Theory]
    [InlineData("HOW_TO_DECRYPT.txt", true)]
    [InlineData("!!!READ_ME_TO_RECOVER!!!.html", true)]
    [InlineData("Restore-My-Files.txt", true)]
    [InlineData("ransom_note.txt", true)]
    [InlineData("README.md", false)]
    [InlineData("readme.txt", false)]
    [InlineData("decryption.go", false)]
    public void Names_of_ransom_notes_are_known(string name, bool isNote) => Assert.Equal(isNote, RansomNote.IsNamedSo(name));
}
