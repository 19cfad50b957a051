using System.Text.RegularExpressions;
using HostAtlas.Agent.Redaction.Rules;

namespace HostAtlas.Agent.Redaction;

/// <summary>
/// The rules that the host's owner adds (<c>[redaction] rules</c>): regular expressions, of which the named group <c>secret</c> or else the
/// whole match is replaced. They only add; none can take a built-in rule away. They run in linear time or are refused.
/// </summary>
public sealed class OwnerRules
{
    /// <summary>Most rules that are taken.</summary>
    public const int Most = 100;

    private const string Group = "secret";

    private readonly Regex[] _rules;

    private OwnerRules(Regex[] rules) => _rules = rules;

    /// <summary>None.</summary>
    public static OwnerRules None { get; } = new([]);

    /// <summary>Reads them; each that cannot be taken adds a text that names it. Null when there is one.</summary>
    public static OwnerRules? TryParse(IReadOnlyList<string> patterns, List<string> faults)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        ArgumentNullException.ThrowIfNull(faults);
        var before = faults.Count;
        var rules = new List<Regex>();
        if (patterns.Count > Most) faults.Add($"there are {patterns.Count} rules; at most {Most} are taken");
        foreach (var pattern in patterns)
        {
            try
            {
                var rule = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                if (IsEmptyGroup(pattern))
                    faults.Add($"'{pattern}' has a group '{Group}' that can match nothing, and would then hide nothing: let it match one "
                        + "character at least (+ instead of *), or leave the group out to replace the whole match");
                else if (rule.IsMatch("") || Samples.Any(sample => rule.Match(sample) is { Success: true, Length: 0 }))
                    faults.Add($"'{pattern}' matches where nothing stands, and would replace every line");
                else if (rule.IsMatch(Placeholder.Redacted) || rule.IsMatch(Placeholder.Filtered))
                    faults.Add($"'{pattern}' matches the placeholder itself, so that no line would come to rest");
                else rules.Add(rule);
            }
            catch (RegexParseException exception)
            {
                faults.Add($"'{pattern}' is not a regular expression: {exception.Message}");
            }
            catch (NotSupportedException)
            {
                faults.Add($"'{pattern}' cannot run in linear time: no back-references, no look-around, no atomic groups, no conditions");
            }
        }
        return faults.Count > before ? null : new OwnerRules([.. rules]);
    }

    // What the group holds, on its own between two characters of each kind: a match then took nothing itself.
    private static bool IsEmptyGroup(string pattern)
    {
        foreach (var opening in (string[])[$"(?<{Group}>", $"(?'{Group}'"])
        {
            for (var at = -1; (at = pattern.IndexOf(opening, at + 1, StringComparison.Ordinal)) >= 0;)
            {
                if (CanBeEmpty(pattern[(at + opening.Length)..EndOfGroup(pattern, at + opening.Length)])) return true;
            }
        }
        return false;
    }

    private static bool CanBeEmpty(string inner)
    {
        try
        {
            return Samples.Any(sample => Regex.IsMatch(sample, Between(sample, inner), RegexOptions.NonBacktracking));
        }
        catch (Exception exception) when (exception is RegexParseException or NotSupportedException)
        {
            // It cannot stand alone: it cannot be told.
            return false;
        }
    }

    private static readonly string[] Samples = ["", "a ", " a", "aa", "  ", "\na"];

    private static string Between(string sample, string inner) =>
        sample.Length == 0 ? $"^(?:{inner})$" : $"^{Regex.Escape(sample[..1])}(?:{inner}){Regex.Escape(sample[1..])}$";

    private static int EndOfGroup(string pattern, int at)
    {
        var depth = 1;
        var inClass = false;
        for (; at < pattern.Length; at++)
        {
            if (pattern[at] == '\\') at++;
            else if (inClass) inClass = pattern[at] != ']';
            else if (pattern[at] == '[') inClass = true;
            else if (pattern[at] == '(') depth++;
            else if (pattern[at] == ')' && --depth == 0) return at;
        }
        return pattern.Length;
    }

    /// <summary>There is none.</summary>
    public bool IsEmpty => _rules.Length == 0;

    internal void Find(Findings findings)
    {
        foreach (var rule in _rules)
        {
            for (var match = rule.Match(findings.Text); match.Success; match = match.NextMatch())
            {
                var group = match.Groups[Group] is { Success: true } named ? named : match.Groups[0];
                findings.AddWord(group.Index, group.Index + group.Length, RuleNames.Owner);
            }
        }
    }
}
