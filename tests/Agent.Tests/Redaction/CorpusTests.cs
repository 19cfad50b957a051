using System.Text;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Tests.Redaction;

public sealed class CorpusTests
{
    private static readonly IReadOnlyList<LabelledLine> Lines = [.. LabelledLine.Read("redaction"),
        .. LabelledLine.Read("redaction-second")];

    private static readonly IReadOnlyList<(LabelledLine Line, string Redacted)> Results =
        [.. Lines.Select(line => (line, Redactor.BuiltIn.Redact(line.Mode, line.Text).Text))];

    [Fact]
    public void The_corpus_is_large_and_balanced_and_says_why()
    {
        var secrets = Lines.Count(line => line.Secrets.Count > 0);
        Assert.True(Lines.Count >= 600, $"{Lines.Count} lines");
        Assert.InRange(secrets, Lines.Count * 45 / 100, Lines.Count * 55 / 100);
        Assert.DoesNotContain(Lines, line => line.Reason.Length == 0);
        Assert.Equal(Lines.Count, Lines.Select(line => (line.Mode, line.Marked)).Distinct().Count());
    }

    [Fact]
    public void At_least_99_of_100_lines_with_secrets_lose_all_of_them()
    {
        var all = Results.Where(result => result.Line.Secrets.Count > 0).ToList();
        var leaks = all.Where(result => result.Line.Leaks(result.Redacted)).ToList();
        Assert.True(leaks.Count * 100 <= all.Count, Print("leaks", leaks));
    }

    [Fact]
    public void At_least_99_of_100_changed_lines_had_a_secret()
    {
        var changed = Results.Where(result => result.Redacted != result.Line.Text).ToList();
        var wrong = changed.Where(result => result.Line.Secrets.Count == 0).ToList();
        Assert.True(wrong.Count * 100 <= changed.Count, Print("changed without need", wrong));
    }

    [Fact]
    public void Hardly_any_line_loses_more_than_its_secrets()
    {
        var inexact = Results.Where(result => result.Redacted != result.Line.Expected).ToList();
        Assert.True(inexact.Count * 50 <= Results.Count, Print("not as marked", inexact));
    }

    private static string Print(string what, IEnumerable<(LabelledLine Line, string Redacted)> lines)
    {
        var text = new StringBuilder().AppendLine(what);
        foreach (var (line, redacted) in lines) text.AppendLine($"{line.File}: {line.Reason}\n  {line.Marked}\n  {redacted}");
        return text.ToString();
    }
}
