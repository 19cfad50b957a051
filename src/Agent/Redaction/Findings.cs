using System.Text;

namespace HostAtlas.Agent.Redaction;

/// <summary>Where the secrets of one text lie. Rules only add to it; what is found by two rules is replaced once.</summary>
internal sealed class Findings(string text)
{
    private readonly List<Finding> _found = [];

    private readonly record struct Finding(int Start, int End, string Rule);

    /// <summary>The text that is looked at.</summary>
    public string Text => text;

    /// <summary>The places that were noted.</summary>
    public IEnumerable<(int Start, int End)> Spans => _found.Select(found => (found.Start, found.End));

    /// <summary>The same, each with the rule that noted it.</summary>
    public IEnumerable<(int Start, int End, string Rule)> All => _found.Select(found => (found.Start, found.End, found.Rule));

    /// <summary>Whether there is nothing to replace.</summary>
    public bool IsEmpty => _found.Count == 0;

    /// <summary>The text is a command: what looks like a variable there is one.</summary>
    public bool IsCommand { get; init; }

    /// <summary>Notes a secret; an empty one or one that is a placeholder already is none.</summary>
    public void Add(int start, int end, string rule)
    {
        if (IsCommand && end > start && text[start] == '$' && IsVariable(text.AsSpan(start, end - start))) return;
        AddWord(start, end, rule);
    }

    /// <summary>The same, from a rule that knows the shell's quotes: there <c>'$x'</c> is no variable.</summary>
    public void AddWord(int start, int end, string rule)
    {
        if (end <= start || Placeholder.Is(text.AsSpan(start, end - start))) return;
        _found.Add(new Finding(start, end, rule));
    }

    private static bool IsVariable(ReadOnlySpan<char> value)
    {
        foreach (var c in value[1..])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        }
        return value.Length > 1;
    }

    /// <summary>The text with every secret replaced; secrets that overlap or touch become one placeholder.</summary>
    public string Replace(string placeholder, ISet<string> rules)
    {
        _found.Sort((left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : right.End.CompareTo(left.End));
        var result = new StringBuilder(text.Length);
        var from = 0;
        for (var i = 0; i < _found.Count;)
        {
            var (start, end, rule) = _found[i];
            rules.Add(rule);
            for (i++; i < _found.Count && _found[i].Start <= end; i++)
            {
                end = Math.Max(end, _found[i].End);
                rules.Add(_found[i].Rule);
            }
            result.Append(text, from, start - from).Append(placeholder);
            from = end;
        }
        return result.Append(text, from, text.Length - from).ToString();
    }
}
