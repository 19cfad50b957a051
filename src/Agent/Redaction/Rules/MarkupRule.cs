using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>The content of an element: <c>&lt;password&gt;x&lt;/password&gt;</c>, with a prefix, with attributes, and escaped.</summary>
internal static class MarkupRule
{
    private const int MostAttributes = 256;

    /// <summary>Reads the element that this name opens; false when it opens none.</summary>
    public static bool TryRead(Findings findings, in Name name, out int next)
    {
        var text = findings.Text;
        next = name.End;
        if (!Opens(text, name.Start, out var escaped)) return false;
        var head = text.AsSpan(name.End, Math.Min(MostAttributes, text.Length - name.End));
        var close = escaped ? head.IndexOf("&gt;") : head.IndexOf('>');
        if (close < 0) return false;
        // <password value="x"/>
        var closed = close > 0 && head[close - 1] == '/';
        if (head[..close].Contains('=')) MemberValues.Find(findings, name, name.End);
        if (closed) return false;
        var content = Content(text, name.End + close + (escaped ? 4 : 1), escaped);
        // "PASS <password>" is a mask, and <user> <password> [host] how a program is called: nothing closes them.
        if (content.End == text.Length && IsRemark(content.In(text))) return true;
        // Attributes may hold secrets of their own: they are looked at one by one.
        next = head[..close].Contains('=') ? name.End : Math.Max(name.End, content.End);
        var secret = name.Kind switch
        {
            KeyKind.Weak => Looks.Random(content.In(text)),
            KeyKind.Medium => Looks.Token(content.In(text)),
            _ => true,
        };
        if (secret && !NoSecret.Is(content.In(text))) findings.Add(content.Start, content.End, RuleNames.NamedValue);
        // <key>Password</key>: what stands in it may be a name.
        else next = name.End;
        return true;
    }

    private static bool IsRemark(ReadOnlySpan<char> content) => content.IsEmpty || Blank.Is(content[0])
        || content.TrimEnd("\"'`)]}>.,:;! ").IsEmpty;

    /// <summary>
    /// The content that begins here: as it is, in CDATA, or of an element within (<c>&lt;password&gt;&lt;value&gt;x&lt;/</c>).
    /// </summary>
    public static ValueSpan Content(string text, int start, bool escaped = false)
    {
        var mark = escaped ? "&lt;" : "<";
        var inner = Blank.Skip(text, start);
        // Not an end, and what is within is the value and not its name or its kind.
        if (TryOpen(text, inner, mark, out var element, out var behind) && KeyWords.Contents.Has(text.AsSpan(element.Start..element.End)))
            start = behind;
        var rest = text.AsSpan(start);
        var raw = rest.StartsWith("<![CDATA[") ? 9 : rest.StartsWith("&lt;![CDATA[") ? 12 : 0;
        rest = rest[raw..];
        var length = raw > 0 ? rest.IndexOf(raw == 9 ? "]]>" : "]]&gt;") : rest.IndexOf(mark);
        start += raw;
        var end = length < 0 ? text.Length : start + length;
        return new ValueSpan(start, end, end, true);
    }

    /// <summary>Reads <c>&lt;name ...&gt;</c>.</summary>
    public static bool TryOpen(string text, int at, string mark, out ValueSpan element, out int behind)
    {
        element = default;
        behind = at;
        if (at >= text.Length || !text.AsSpan(at).StartsWith(mark)) return false;
        var start = at + mark.Length;
        var end = start;
        while (end < text.Length && end < start + 64 && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-')) end++;
        var head = text.AsSpan(end, Math.Min(MostAttributes, text.Length - end));
        var close = mark == "<" ? head.IndexOf('>') : head.IndexOf("&gt;");
        if (end == start || close < 0 || (close > 0 && head[close - 1] == '/')) return false;
        element = new ValueSpan(start, end, end, false);
        behind = end + close + (mark == "<" ? 1 : 4);
        return true;
    }

    private static bool Opens(string text, int start, out bool escaped)
    {
        escaped = false;
        var at = start - 1;
        if (at >= 0 && text[at] == ':')
        {
            at--;
            while (at >= 0 && at > start - 24 && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '-' or '_')) at--;
        }
        if (at < 0) return false;
        if (text[at] == '<') return true;
        return escaped = text.AsSpan(0, at + 1).EndsWith("&lt;");
    }
}
