using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Names and values side by side in brackets: <c>["cookie","x"]</c>, <c>auth=('bob', 'x')</c>, <c>&lt;Property
/// Name="Password"&gt;x&lt;/</c>.
/// </summary>
internal static class TupleRule
{
    /// <summary>A user and a password behind <c>auth=</c>.</summary>
    public static bool TryCredentials(Findings findings, in Name name, int at, out int next)
    {
        var text = findings.Text;
        next = at;
        if (name.Kind != KeyKind.Weak || text[at] is not ('(' or '[')
            || !name.Word.Contains("auth", StringComparison.OrdinalIgnoreCase)) return false;
        if (!ValueScanner.TryReadQuoted(text, Blank.Skip(text, at + 1), out var user)) return false;
        var comma = Blank.Skip(text, user.Next);
        if (comma >= text.Length || text[comma] != ',') return false;
        if (!ValueScanner.TryReadQuoted(text, Blank.Skip(text, comma + 1), out var password)) return false;
        if (!NoSecret.Is(password.In(text))) findings.Add(password.Start, password.End, RuleNames.NamedValue);
        next = password.Next;
        return true;
    }

    /// <summary>A list of two, of which the name is the first.</summary>
    /// <param name="findings">The line.</param>
    /// <param name="name">The name, in quotes.</param>
    /// <param name="closed">Behind the name's closing quote.</param>
    /// <param name="next">Where reading goes on.</param>
    public static bool TryPair(Findings findings, in Name name, int closed, out int next)
    {
        var text = findings.Text;
        next = closed;
        if (name.Start < 2 || text[name.Start - 1] is not ('"' or '\'') || !IsOpening(text, name.Start - 2)) return false;
        var comma = Blank.Skip(text, closed);
        if (comma >= text.Length || text[comma] != ',') return false;
        if (!ValueScanner.TryReadQuoted(text, Blank.Skip(text, comma + 1), out var value)) return false;
        var end = Blank.Skip(text, value.Next);
        if (end >= text.Length || text[end] is not (']' or ')')) return false;
        next = value.Next;
        NamedValues.Note(findings, name, value);
        return true;
    }

    /// <summary>The content of an element whose attribute name="..." or key="..." is the name.</summary>
    public static bool TryContent(Findings findings, in Name name, int closed, out int next)
    {
        var text = findings.Text;
        next = closed;
        if (closed >= text.Length || text[closed] != '>' || !(IsAttribute(name, "name=") || IsAttribute(name, "key="))) return false;
        var length = text.AsSpan(closed).IndexOf('<');
        var end = length < 0 ? text.Length : closed + length;
        next = end;
        NamedValues.Note(findings, name, new ValueSpan(closed + 1, end, end, true));
        return true;
    }

    private static bool IsAttribute(in Name name, string attribute) =>
        name.Before(attribute + "\"") || name.Before(attribute + "'");

    private static bool IsOpening(string text, int at)
    {
        while (at > 0 && Blank.Is(text[at])) at--;
        return text[at] is '[' or '(';
    }
}
