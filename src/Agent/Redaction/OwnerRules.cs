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
                if (rule.IsMatch("")) faults.Add($"'{pattern}' matches where nothing stands, and would replace every line");
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
