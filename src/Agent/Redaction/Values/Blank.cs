namespace HostAtlas.Agent.Redaction.Values;

/// <summary>What may stand between a name, its separator and its value without belonging to any of them.</summary>
internal static class Blank
{
    /// <summary>White space of any script, and characters that are not seen: a zero-width space does not make a password another.</summary>
    public static bool Is(char c) => c <= ' ' || (c >= '\u007f' && (char.IsWhiteSpace(c) || c is '\u007f' or '\u00ad'
        or (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u2064') or '\ufeff' or '\u180e'));

    /// <summary>The first place from <paramref name="at"/> on that is not blank; colours of a terminal count as blank.</summary>
    public static int Skip(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length)
        {
            if (ColourLength(text[at..]) is > 0 and var length) at += length;
            else if (Is(text[at])) at++;
            else break;
        }
        return at;
    }

    /// <summary>Where the word that begins here ends: at the next blank.</summary>
    public static int EndOfWord(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && !Is(text[at])) at++;
        return at;
    }

    /// <summary>The length of a terminal's colour (ESC [ 3 1 m), as it is or as journald, JSON and cat -v write the ESC; else 0.</summary>
    public static int ColourLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[0] is not ('\u001b' or '#' or '\\' or '^')) return 0;
        var escape = text[0] == '\u001b' ? 1
            : text.StartsWith("#033") || text.StartsWith("\\x1b", StringComparison.OrdinalIgnoreCase) || text.StartsWith("\\033") ? 4
            : text.StartsWith("\\u001b", StringComparison.OrdinalIgnoreCase) ? 6
            : text.StartsWith("^[") ? 2 : 0;
        if (escape == 0 || escape >= text.Length || text[escape] != '[') return 0;
        var at = escape + 1;
        while (at < text.Length && at < escape + 16 && (char.IsAsciiDigit(text[at]) || text[at] == ';')) at++;
        return at < text.Length && char.IsAsciiLetter(text[at]) ? at + 1 : 0;
    }
}
