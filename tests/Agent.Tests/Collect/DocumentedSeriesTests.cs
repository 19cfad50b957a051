using System.Text.RegularExpressions;
using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Running;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

/// <summary>The table of <c>docs/agent.md</c> and the agent say the same.</summary>
public sealed partial class DocumentedSeriesTests
{
    private static readonly string[][] Rows = ReadTable();

    [Fact]
    public void The_page_names_every_series_of_the_agent_and_no_other()
    {
        var collected = new HostCollector(HostRoots.ThisHost, TimeProvider.System).Series;
        Assert.Equal(
            collected.Concat(ReportWriter.Series).Order(StringComparer.Ordinal),
            Rows.SelectMany(row => Names(row[0])).Select(name => name.Split('{')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_names_the_label_that_a_series_has()
    {
        var told = CapturedHost.Names.SelectMany(name =>
        {
            using var host = new CapturedHost(name);
            return host.Expected.Keys.ToList();
        });
        var labels = told.Select(name => Labelled().Replace(name, "{$1}")).ToHashSet();
        Assert.All(
            Rows.SelectMany(row => Names(row[0])).Where(name => !name.StartsWith("agent.spool", StringComparison.Ordinal)),
            name => Assert.Contains(name, labels));
    }

    [Fact]
    public void The_page_says_of_each_series_its_unit_its_source_and_when_it_is_absent() =>
        Assert.All(Rows, row =>
        {
            Assert.Equal(4, row.Length);
            Assert.All(row, cell => Assert.NotEqual("", cell));
        });

    // Rows of the table whose heading begins with "series"; one row may name several.
    private static string[][] ReadTable() =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "agent.md"))
            .SkipWhile(line => !line.StartsWith("| series |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|', ' ').Split('|').Select(cell => cell.Trim()).ToArray())];

    private static IEnumerable<string> Names(string cell) => Name().Matches(cell).Select(match => match.Groups[1].Value);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();

    [GeneratedRegex("""\{(\w+)=.*\}$""")]
    private static partial Regex Labelled();
}
