namespace HostAtlas.Agent.Redaction.Values;

/// <summary>
/// Finds where a value ends. In doubt it ends late: a line that loses a word is a smaller harm than one that keeps the end of a secret.
/// Every scan goes forward once, looks back over a bounded distance and never repeats.
/// </summary>
internal static class ValueScanner
{
    private const int LookBack = 512, ReferenceMost = 2048, QuotedMost = 4096;

    private static readonly System.Buffers.SearchValues<char> Prefixes = System.Buffers.SearchValues.Create("ubrNn@BEe$");

    /// <summary>The value that begins here, in quotes or without.</summary>
    /// <param name="text">The line.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="inQuery">It is a parameter of an address: it ends at the next <c>&amp;</c>.</param>
    public static ValueSpan Read(string text, int at, bool inQuery = false)
    {
        if (TryReadQuoted(text, at, out var quoted)) return quoted;
        var end = inQuery ? EndOfParameter(text, at) : EndOfBare(text, at);
        return new ValueSpan(at, end, end, false);
    }

    /// <summary>
    /// A value in quotes: " ' `, also escaped by backslashes, as entities, percent-encoded, or with a letter before them.
    /// </summary>
    public static bool TryReadQuoted(string text, int at, out ValueSpan value)
    {
        value = default;
        if (at >= text.Length) return false;
        var span = text.AsSpan();
        // u'..', b'..', N'..', E'..', @"..", $'..'
        if (Prefixes.Contains(text[at]) && at + 1 < text.Length && text[at + 1] is '\'' or '"') at++;
        foreach (var entity in (ReadOnlySpan<string>)["&quot;", "&#34;", "&#39;", "&apos;", "%22", "%27", "'\\''", "'\"'\"'"])
        {
            if (!span[at..].StartsWith(entity)) continue;
            var from = at + entity.Length;
            var length = span[from..].IndexOf(entity);
            var end = length < 0 ? text.Length : from + length;
            value = new ValueSpan(from, end, length < 0 ? end : end + entity.Length, true);
            return true;
        }
        var slashes = 0;
        while (at + slashes < text.Length && text[at + slashes] == '\\') slashes++;
        var open = at + slashes;
        if (open >= text.Length || text[open] is not ('"' or '\'' or '`' or '“' or '„' or '«' or '‘')) return false;
        var closing = text[open] switch { '“' or '„' => '”', '«' => '»', '‘' => '’', var same => same };
        var close = EndOfQuoted(span, open + 1, closing, slashes);
        var inner = Math.Min(close, text.Length);
        // The backslashes before the closing quote belong to it.
        var closed = close < text.Length ? Math.Max(open + 1, close - slashes) : inner;
        value = new ValueSpan(open + 1, closed, Math.Min(close + 1, text.Length), true);
        return true;
    }

    // Without its closing quote a value reaches to the end of the line.
    // A quote that was opened behind k backslashes is closed by one behind k, where further ones come in pairs of that depth.
    private static int EndOfQuoted(ReadOnlySpan<char> text, int from, char quote, int slashes)
    {
        if (quote > '\u007f') return text[from..].IndexOf(quote) is >= 0 and var length ? from + length : text.Length;
        var run = 0;
        var period = 2 * (slashes + 1);
        var last = Math.Min(text.Length, from + QuotedMost);
        for (var i = from; i < last; i++)
        {
            if (text[i] == '\\')
            {
                run++;
                continue;
            }
            if (text[i] == quote && run % period == slashes)
            {
                // SQL and CSV double a quote to mean it.
                if (slashes == 0 && quote == '\'' && i + 1 < text.Length && text[i + 1] == quote && i > from) i++;
                else return i;
            }
            // A quote that closes what encloses all of this ends the value too.
            else if (text[i] == '"' && slashes > 0 && run < slashes) return i;
            run = 0;
        }
        return text.Length;
    }

    /// <summary>Where a parameter of an address ends.</summary>
    public static int EndOfParameter(string text, int at)
    {
        if (Placeholder.Begins(text.AsSpan(at))) at += Placeholder.Length;
        while (at < text.Length && !Blank.Is(text[at]) && text[at] is not ('&' or '#' or '"' or '\'' or '<' or '>' or '`'))
        {
            if ((text[at] is ')' or ']' or '}' or ',' or ';' && EndsHere(text, at + 1)) || EndsWire(text, at)) break;
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or 'u' or 'n' or 'r') break;
            at++;
        }
        return at;
    }

    /// <summary>
    /// Where a value without quotes ends: at a blank, or at a sign that plainly goes on with something else. <c>Tr0ub4dor&amp;3</c> and
    /// <c>a,b;c</c> are one value each; <c>a&amp;user=b</c>, <c>a, b</c> and <c>(password=a)</c> end at a.
    /// </summary>
    public static int EndOfBare(string text, int at)
    {
        var from = at;
        var opened = '\0';
        if (Placeholder.Begins(text.AsSpan(at))) at += Placeholder.Length;
        else if (text.AsSpan(at).StartsWith("${") || text.AsSpan(at).StartsWith("$(")) at = EndOfReference(text, at);
        while (at < text.Length && !Blank.Is(text[at]))
        {
            switch (text[at])
            {
                // A bracket of its own, whatever stands open before.
                case '[' when Placeholder.Begins(text.AsSpan(at)):
                    at += Placeholder.Length;
                    break;
                case '[' when at > from && EndsWire(text, at):
                    return at;
                // pass:"x" and a'b'c: a quote that opened within is the value's own.
                case '"' or '\'' or '`' when text[at] == opened:
                    opened = '\0';
                    at++;
                    break;
                case '"' or '\'' or '`' when EndsHere(text, at + 1) || text[at + 1] is ',' or ';' or ')' or ']' or '}' or ':' or '>':
                case ',' or ';' or '|' when EndsPart(text, at + 1):
                case '&' when NameFollows(text, at + 1) || text.AsSpan(at + 1).StartsWith("amp;"):
                case ')' or ']' or '}' when EndsHere(text, at + 1) && IsOpen(text, from, text[at]):
                case '<' when at > from && BeginsTag(text, at):
                case '\\' when EndsByEscape(text, at):
                    return at;
                default:
                    if (Blank.ColourLength(text.AsSpan(at)) > 0) return at;
                    if (text[at] is '"' or '\'' or '`' && opened == '\0') opened = text[at];
                    at++;
                    break;
            }
        }
        return at;
    }

    /// <summary>Whether the end of a line stands here as an HTTP client's log writes it: <c>"X-Api-Key: x[\r][\n]"</c>.</summary>
    public static bool EndsWire(string text, int at) => text[at] == '['
        && (text.AsSpan(at).StartsWith("[\\r]") || text.AsSpan(at).StartsWith("[\\n]"));

    /// <summary>Where the rest of a line ends, without the blanks at its end.</summary>
    public static int EndOfLine(string text, int at)
    {
        var end = text.Length;
        while (end > at && Blank.Is(text[end - 1])) end--;
        return end;
    }

    /// <summary>Whether <c>name=</c> or <c>name:</c> stands here, blanks before it allowed.</summary>
    public static bool NameFollows(string text, int at)
    {
        var from = at;
        while (at < text.Length && at < from + 3 && text[at] is ' ' or '"' or '\'') at++;
        var name = at;
        while (at < text.Length && at < name + 64 && (char.IsLetter(text[at]) || (at > name && (IsWithinName(text[at])
            || (text[at] == ' ' && IsInConnection(text, from, name, at)))))) at++;
        if (at > name && at < text.Length && text[at] is '"' or '\'') at++;
        return at > name && at < text.Length && (text[at] is '=' or ':'
            || text.AsSpan(at).StartsWith("%3D", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsWithinName(char c) => char.IsDigit(c) || c is '_' or '-' or '.' or '[' or ']';

    // Data Source=, User Id=: a connection string's names have a blank between two words of letters.
    private static bool IsInConnection(string text, int from, int name, int at) =>
        from > 0 && text[from - 1] == ';' && !text.AsSpan(name, at - name).ContainsAnyInRange('0', '9')
            && !text.AsSpan(name, at - name).Contains('_');

    // $(...) and ${...}: to the bracket that closes them, or to the end of the line.
    private static int EndOfReference(string text, int at)
    {
        var (open, close) = text[at + 1] == '(' ? ('(', ')') : ('{', '}');
        var depth = 0;
        for (var i = at + 1; i < Math.Min(text.Length, at + ReferenceMost); i++)
        {
            if (text[i] == open) depth++;
            else if (text[i] == close && --depth == 0) return i + 1;
        }
        return at;
    }

    private static bool EndsHere(string text, int at) =>
        at >= text.Length || Blank.Is(text[at]) || text[at] is ')' or ']' or '}' or '"' or '\'' or ',' or ';'
        || (text[at] == '.' && at + 1 == text.Length)
        || text[at] == '\\' && at + 1 < text.Length && text[at + 1] is 'n' or 'r' or '"';

    // Behind a comma or its like: a blank, a quote, a bracket or the next name; "a,,b" is one value.
    private static bool EndsPart(string text, int at) =>
        (EndsHere(text, at) && (at >= text.Length || text[at] is not (',' or ';'))) || NameFollows(text, at) || text[at] is '"' or '\'';

    // An element of markup begins here: <name> or </name>.
    private static bool BeginsTag(string text, int at) =>
        at + 1 < text.Length && (text[at + 1] == '/' || (char.IsAsciiLetter(text[at + 1])
            && text.AsSpan(at, Math.Min(64, text.Length - at)).Contains('>')));

    // An escaped quote, or an escaped end of line with another name after it.
    private static bool EndsByEscape(string text, int at)
    {
        if (at + 1 >= text.Length) return false;
        if (text[at + 1] == '"') return true;
        return at + 2 < text.Length && text[at + 1] is 'n' or 'r' or 't'
            && (NameFollows(text, at + 2) || text[at + 2] is '\\' or '"' or '\'');
    }

    // A closing bracket is the line's own when its opening one stands before the value.
    private static bool IsOpen(string text, int at, char closing)
    {
        var opening = closing switch { ')' => '(', ']' => '[', _ => '{' };
        var from = Math.Max(0, at - LookBack);
        return text.AsSpan(from, at - from).Contains(opening);
    }
}
