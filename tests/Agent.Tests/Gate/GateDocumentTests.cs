using HostAtlas.Agent.Gate.Rules;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Gate;

/// <summary>docs/gate.md repeats the tables of rules; people and code must read the same.</summary>
public sealed class GateDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "gate.md"));

    [Fact]
    public void The_table_of_rules_about_files_is_the_code_s()
    {
        var rules = ContentRules.All.Select(rule => (rule.Name, rule.Catches, rule.Why))
            .Concat([(NameRules.Name, NameRules.Catches, NameRules.Why)])
            .Concat(ChangeRules.All.Select(rule => (rule.Name, rule.Catches, rule.Why)))
            .Concat([(FileJudge.FramingLost, FileJudge.FramingLostCatches, FileJudge.FramingLostWhy)]);
        Assert.Equal(rules.Select(rule => $"| {rule.Item1} | {rule.Item2} | {rule.Item3} |"), Rows("| rule | catches |"));
    }

    [Fact]
    public void The_table_of_rules_about_runs_is_the_code_s() => Assert.Equal(
        RunRules.All.Select(rule => $"| {rule.Name} | {rule.Catches} | {(rule.State == GateState.Frozen ? "frozen" : "suspect")}"
            + $"{(rule.Learning ? "" : ", not while learned")} |"),
        Rows("| run rule | catches |"));

    [Fact]
    public void What_counts_while_a_server_is_learned_is_the_code_s() => Assert.Contains(
        $"only {string.Join(", ", ContentRules.All.Where(rule => rule.Learning).Select(rule => $"`{rule.Name}`"))} count",
        Document.ReplaceLineEndings(" "), StringComparison.Ordinal);

    private static IEnumerable<string> Rows(string head)
    {
        var lines = Document.Split('\n').ToList();
        var first = lines.FindIndex(line => line.StartsWith(head, StringComparison.Ordinal)) + 2;
        return lines.Skip(first).TakeWhile(line => line.StartsWith('|'));
    }
}
