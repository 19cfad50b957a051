using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Names and values side by side in brackets: <c>["cookie","x"]</c>, <c>auth=('bob', 'x')</c>, <c>&lt;Property
/// Name="Password"&gt;x&lt;/</c>.
/// </summary>
internal static class TupleRule
{
    private const int MostAttributes = 256;

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
        if (TryErlang(findings, name, out next)) return true;
        if (name.Start < 2 || text[name.Start - 1] is not ('"' or '\'')) return false;
        // (b'authorization', b'x')
        var opening = text[name.Start - 2] is 'b' or 'u' && name.Start > 2 ? name.Start - 3 : name.Start - 2;
        if (!IsOpening(text, opening)) return false;
        var comma = Blank.Skip(text, closed);
        if (comma >= text.Length || text[comma] != ',') return false;
        if (!ValueScanner.TryReadQuoted(text, Blank.Skip(text, comma + 1), out var value)) return false;
        var end = Blank.Skip(text, value.Next);
        if (end >= text.Length || text[end] is not (']' or ')')) return false;
        next = value.Next;
        NamedValues.Note(findings, name, value);
        return true;
    }

    // {password,<<"x">>}
    private static bool TryErlang(Findings findings, in Name name, out int next)
    {
        var text = findings.Text;
        next = name.End;
        if (name.Kind is KeyKind.Weak or KeyKind.Medium || !name.Before("{") || next >= text.Length || text[next] != ',') return false;
        var at = Blank.Skip(text, next + 1);
        if (text.AsSpan(at).StartsWith("<<")) at += 2;
        if (!ValueScanner.TryReadQuoted(text, at, out var value)) return false;
        NamedValues.Note(findings, name, value);
        next = value.Next;
        return true;
    }

    /// <summary>The content of an element whose attribute name="..." or key="..." is the name.</summary>
    public static bool TryContent(Findings findings, in Name name, int closed, out int next)
    {
        var text = findings.Text;
        next = closed;
        if (closed >= text.Length || !IsAttribute(name)) return false;
        var head = text.AsSpan(closed, Math.Min(MostAttributes, text.Length - closed));
        var close = head.IndexOf('>');
        if (close < 0 || head[..close].Contains('<') || (close > 0 && head[close - 1] == '/')) return false;
        var content = MarkupRule.Content(text, closed + close + 1);
        NamedValues.Note(findings, name, content);
        // What stands between may be the value too (value="x">).
        next = close == 0 ? content.End : closed;
        return close == 0;
    }

    /// <summary>
    /// The element behind one that holds the name: <c>&lt;name&gt;password&lt;/name&gt;&lt;value&gt;x&lt;/</c>,
    /// <c>&lt;key&gt;password&lt;/key&gt;&lt;string&gt;x&lt;/</c>.
    /// </summary>
    public static bool TryNextElement(Findings findings, in Name name, out int next)
    {
        var text = findings.Text;
        next = name.End;
        var escaped = text.AsSpan(name.End).StartsWith("&lt;/");
        if (!escaped && !text.AsSpan(name.End).StartsWith("</")) return false;
        if (name.Start == 0 || text[name.Start - 1] is not ('>' or ';' or ' ' or '.' or '/')) return false;
        var close = text.AsSpan(name.End, Math.Min(64, text.Length - name.End)).IndexOf(escaped ? "&gt;" : ">");
        if (close < 0) return false;
        var at = Blank.Skip(text, name.End + close + (escaped ? 4 : 1));
        if (!MarkupRule.TryOpen(text, at, escaped ? "&lt;" : "<", out var element, out var behind)
            || !KeyWords.Contents.Has(text.AsSpan(element.Start..element.End))) return false;
        var content = MarkupRule.Content(text, behind, escaped);
        NamedValues.Note(findings, name, content);
        next = content.End;
        return true;
    }

    private static bool IsAttribute(in Name name)
    {
        foreach (var attribute in (ReadOnlySpan<string>)["name=", "key=", "id=", "property=", "field=", "k=", "n="])
        {
            if (name.Before(attribute + "\"") || name.Before(attribute + "'")) return true;
        }
        return false;
    }

    private static bool IsOpening(string text, int at)
    {
        while (at > 0 && Blank.Is(text[at])) at--;
        return text[at] is '[' or '(';
    }
}
