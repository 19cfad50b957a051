namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// The quotes that stand open at a place of a line, one within the other: <c>msg='cmd="htpasswd -b f bob x" res=success'</c>. It goes
/// forward only, so that many places of one line cost no more than the line.
/// </summary>
internal sealed class OpenQuotes(string text)
{
    // Deeper than this nobody nests them; what opens beyond is left out.
    private readonly char[] _open = new char[8];
    private int _depth, _at;

    /// <summary>Where the innermost quote ends that is open here; without one the line's end.</summary>
    /// <param name="at">A place behind the one that was asked for before.</param>
    public int EndBehind(int at)
    {
        for (; _at < at; _at++)
        {
            var c = text[_at];
            if (c is not ('"' or '\'' or '`')) continue;
            if (_open.AsSpan(0, _depth).LastIndexOf(c) is >= 0 and var opened) _depth = opened;
            // The apostrophe of a word opens nothing.
            else if (_depth < _open.Length && !(c == '\'' && _at > 0 && char.IsLetter(text[_at - 1]))) _open[_depth++] = c;
        }
        if (_depth == 0) return text.Length;
        var close = text.IndexOf(_open[_depth - 1], at);
        return close < 0 ? text.Length : text[close - 1] == '\\' ? close - 1 : close;
    }
}
