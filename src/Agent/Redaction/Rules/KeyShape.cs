using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// What a logger writes before and behind each line of a key, told from the line that begins the block or from one of its long lines: a
/// time, a host, a container, a table's sign. Words and numbers change from line to line and count as one sign each, so a shape says
/// nothing of what was logged. Behind its own prefix a line is judged as one that has none.
/// </summary>
internal static class KeyShape
{
    private const int MostPrefix = 256;
    private const uint Start = 2166136261, Prime = 16777619;

    /// <summary>The shape of a line whose part of a key lies here; 0: it is too long to have one.</summary>
    public static ulong Of(ReadOnlySpan<char> text, int start, int end) =>
        start > MostPrefix ? 0 : ((ulong)Hash(text[..start]) << 32) | Suffix(text[end..]);

    /// <summary>Where the key's part begins in a line of this shape, blanks left out; -1: it has another.</summary>
    public static int Behind(ReadOnlySpan<char> text, ulong shape)
    {
        if (shape == 0) return -1;
        var wanted = (uint)(shape >> 32);
        var hash = Start;
        var last = '\0';
        for (var i = 0; i <= Math.Min(text.Length, MostPrefix); i++)
        {
            // In the middle of a word or of blanks nothing begins.
            var goesOn = i > 0 && i < text.Length && last is 'a' or ' ' && Sign(text[i]) == last;
            if (!goesOn && hash == wanted) return i;
            if (i == text.Length) return -1;
            var sign = Sign(text[i]);
            if (sign != last || sign is not ('a' or ' ')) hash = (hash ^ sign) * Prime;
            last = sign;
        }
        return -1;
    }

    /// <summary>Whether this may stand behind a part of the key.</summary>
    public static bool IsBehind(ReadOnlySpan<char> rest, ulong shape) => Suffix(rest) == (uint)shape;

    // An escaped end of line belongs to the key's part, and a table fills up with blanks.
    private static uint Suffix(ReadOnlySpan<char> rest)
    {
        while (rest.StartsWith("\\n") || rest.StartsWith("\\r")) rest = rest[2..];
        return Hash(rest[..Math.Min(rest.Length, MostPrefix)].Trim(" \t"));
    }

    private static uint Hash(ReadOnlySpan<char> text)
    {
        var hash = Start;
        var last = '\0';
        foreach (var c in text)
        {
            var sign = Sign(c);
            if (sign != last || sign is not ('a' or ' ')) hash = (hash ^ sign) * Prime;
            last = sign;
        }
        return hash;
    }

    private static char Sign(char c) => char.IsLetterOrDigit(c) ? 'a' : Blank.Is(c) && c != '\u001b' ? ' ' : c;
}
