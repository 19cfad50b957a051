using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>What kind of sign stands between a name and its value.</summary>
internal enum SeparatorSign
{
    /// <summary>None that says so.</summary>
    None,

    /// <summary>= and its like.</summary>
    Equals,

    /// <summary>: and its like.</summary>
    Colon,

    /// <summary>%3D or %3A: the whole is percent-encoded.</summary>
    Encoded,

    /// <summary>A call: name("value").</summary>
    Call,
}

/// <summary>The separator behind a name.</summary>
/// <param name="Sign">Its kind.</param>
/// <param name="End">One behind it.</param>
internal readonly record struct Separator(SeparatorSign Sign, int End)
{
    /// <summary>Skips what closes a name: quotes, brackets, asterisks of Markdown, and their escapes.</summary>
    public static int SkipClosing(string text, int at)
    {
        for (var steps = 0; at < text.Length && steps < 8; steps++)
        {
            var rest = text.AsSpan(at);
            if (rest[0] is '"' or '\'' or '`' or ']' or '*') at++;
            else if (rest[0] == '\\' && rest.Length > 1 && rest[1] is '"' or '\'' or '\\') at++;
            else if (rest.StartsWith("&quot;")) at += 6;
            else if (rest.StartsWith("%22") || rest.StartsWith("%27")
                || rest.StartsWith("%5D", StringComparison.OrdinalIgnoreCase)) at += 3;
            else if (Blank.ColourLength(rest) is > 0 and var colour) at += colour;
            else break;
        }
        return at;
    }

    /// <summary>Skips the number of a name that is counted: <c>Unseal Key 1: x</c>.</summary>
    public static int SkipNumber(string text, int at)
    {
        var next = at + 1;
        while (next < text.Length && next < at + 4 && char.IsAsciiDigit(text[next])) next++;
        return at < text.Length && text[at] == ' ' && next > at + 1 && next < text.Length && text[next] is ':' or '=' ? next : at;
    }

    /// <summary>Skips what leads the eye from a name to its sign: <c>Password .......: x</c>.</summary>
    public static int SkipLeader(string text, int at)
    {
        var from = Blank.Skip(text, at);
        var end = from;
        while (end < text.Length && text[end] is '.' or '_' or '·' && end < from + 64) end++;
        var sign = Blank.Skip(text, end);
        return end >= from + 2 && sign < text.Length && text[sign] is ':' or '=' ? end : at;
    }

    /// <summary>
    /// Where a value begins that only full stops lead to, as HikariCP prints its configuration: <c>password..........."x"</c>; -1: it does
    /// not.
    /// </summary>
    public static int BehindLeader(string text, int at)
    {
        var end = at;
        while (end < text.Length && text[end] == '.' && end < at + 64) end++;
        return end >= at + 4 && end < text.Length && !Blank.Is(text[end]) ? end : -1;
    }

    private static readonly System.Buffers.SearchValues<char> EncodedEnds = System.Buffers.SearchValues.Create(" \t\r\n\"'\\,;}");

    // Base64 to the end of its word: behind a blank, or at once when it cannot be the rest of a scope (Token::new).
    private static bool IsEncoded(ReadOnlySpan<char> rest)
    {
        var value = rest.TrimStart(' ');
        var end = value.IndexOfAny(EncodedEnds);
        if (end >= 0) value = value[..end];
        if (value.IsEmpty) return false;
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '=')) return false;
        }
        return value.Length < rest.Length && rest[0] == ' '
            || (value.Length % 4 == 0 && (value[^1] == '=' || value.ContainsAnyInRange('0', '9')));
    }

    /// <summary>Reads the separator that stands here, behind blanks or without.</summary>
    public static Separator Read(string text, int at)
    {
        if (at + 1 < text.Length && text[at] == '(' && text[at + 1] is '"' or '\'') return new Separator(SeparatorSign.Call, at + 1);
        at = Blank.Skip(text, at);
        if (at >= text.Length) return default;
        var rest = text.AsSpan(at);
        switch (rest[0])
        {
            case '=' or '＝':
                var end = 1;
                while (end < rest.Length && end < 3 && rest[end] is '=' or '>' or '~') end++;
                return new Separator(SeparatorSign.Equals, at + end);
            case ':' or '：':
                // A scheme (secret://), a scope (Token::new) and what only leads to a value (LDIF's :< file:///x) are none.
                if (rest.StartsWith("://") || rest.StartsWith(":<")) return default;
                // LDIF's sign for base64.
                if (rest.StartsWith("::")) return IsEncoded(rest[2..]) ? new Separator(SeparatorSign.Colon, at + 2) : default;
                return new Separator(rest.StartsWith(":=") ? SeparatorSign.Equals : SeparatorSign.Colon, at
                    + (rest.StartsWith(":=") ? 2 : 1));
            case '-' when rest.StartsWith("->"):
                return new Separator(SeparatorSign.Equals, at + 2);
            case '→':
                return new Separator(SeparatorSign.Equals, at + 1);
            case '%' when rest.StartsWith("%3D", StringComparison.OrdinalIgnoreCase)
                || rest.StartsWith("%3A", StringComparison.OrdinalIgnoreCase):
                return new Separator(SeparatorSign.Encoded, at + 3);
            default:
                return default;
        }
    }
}
