using System.Text.RegularExpressions;
using HostAtlas.Agent.Redaction;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Redaction;

/// <summary>A line of tests/Vectors/redaction.</summary>
public sealed partial record LabelledLine(string File, string Reason, RedactionMode Mode, string Marked)
{
    /// <summary>The line as it comes.</summary>
    public string Text => Marked.Replace("⟦", "", StringComparison.Ordinal).Replace("⟧", "", StringComparison.Ordinal);

    /// <summary>What is secret in it.</summary>
    public IReadOnlyList<string> Secrets => [.. Marks().Matches(Marked).Select(match => match.Groups[1].Value)];

    /// <summary>The line as it should leave the host.</summary>
    public string Expected => Marks().Replace(Marked, Placeholder.Of(Mode));

    /// <summary>Whether a secret is still there, beyond where the same text stands outside of the marks.</summary>
    public bool Leaks(string redacted) => Secrets.Any(secret => Count(redacted, secret) > Count(Expected, secret));

    /// <summary>Reads all of one set.</summary>
    public static IReadOnlyList<LabelledLine> Read(string set) =>
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Vectors", set), "*.tsv").Order(StringComparer.Ordinal)
            .SelectMany(file => System.IO.File.ReadAllLines(file).Where(line => line.Length > 0).Select(line =>
                Of(Path.GetFileName(file), line))),
    ];

    private static LabelledLine Of(string file, string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        return new LabelledLine(
            file, line[..tab], file.StartsWith("cron", StringComparison.Ordinal) ? RedactionMode.Cron : RedactionMode.Log,
            line[(tab + 1)..].Replace("¬", "", StringComparison.Ordinal));
    }

    private static int Count(string text, string part) =>
        (text.Length - text.Replace(part, "", StringComparison.Ordinal).Length) / part.Length;

    [GeneratedRegex("⟦([^⟧]*)⟧", RegexOptions.CultureInvariant)]
    private static partial Regex Marks();
}
