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
        if (close < 0 || (close > 0 && head[close - 1] == '/')) return false;
        // Attributes may hold secrets of their own.
        if (close > 0 && head[..close].Contains('=') && !head[..close].Contains("Type=", StringComparison.OrdinalIgnoreCase)) return false;
        var start = name.End + close + (escaped ? 4 : 1);
        var raw = text.AsSpan(start).StartsWith("<![CDATA[");
        if (raw) start += 9;
        var rest = text.AsSpan(start);
        var length = escaped ? rest.IndexOf("&lt;") : raw ? rest.IndexOf("]]>") : rest.IndexOf('<');
        var end = length < 0 ? text.Length : start + length;
        var content = text.AsSpan(start, end - start);
        next = Math.Max(name.End, end);
        var secret = name.Kind switch
        {
            KeyKind.Weak => Looks.Random(content),
            KeyKind.Medium => Looks.Token(content),
            _ => true,
        };
        if (secret && !NoSecret.Is(content)) findings.Add(start, end, RuleNames.NamedValue);
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
