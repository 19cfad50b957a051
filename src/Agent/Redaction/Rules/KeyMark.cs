using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// The lines around a key: <c>-----BEGIN PRIVATE KEY-----</c> and its END, also as addresses, forms, JSON and markup write hyphens and
/// blanks: <c>%2D</c>, <c>\u002d</c>, <c>&amp;#45;</c>, <c>%20</c>, <c>+</c>.
/// </summary>
internal static class KeyMark
{
    // PEM has five hyphens, SSH2 four and a blank.
    private const int LeastHyphens = 4, MostHyphens = 6, MostLabel = 64;

    private static readonly string[] Hyphens = ["-", "%2D", "%2d", "\\u002d", "\\u002D", "\\x2d", "\\x2D", "\\055", "&#45;", "&#x2d;",
        "&#x2D;", "&dash;", "%252D", "%252d"];

    private static readonly string[] Blanks = [" ", "+", "%20", "\\u0020", "\\x20", "\\040", "&#32;", "&#x20;", "&nbsp;", "%2B", "%2520",
        "_"];

    /// <summary>The next mark with this word, or (-1, -1).</summary>
    /// <param name="text">The line.</param>
    /// <param name="at">Where to begin.</param>
    /// <param name="word">BEGIN or END.</param>
    public static (int Start, int End) Next(string text, int at, string word)
    {
        while (at < text.Length && text.AsSpan(at).IndexOf(word) is >= 0 and var hit)
        {
            var (start, behind) = (at + hit, at + hit + word.Length);
            at = behind;
            var label = behind + Length(text.AsSpan(behind), Blanks);
            if (label == behind || !IsPrivate(Label(text, label))) continue;
            if (BeforeHyphens(text, start) is >= 0 and var first) return (first, EndOf(text, label));
        }
        return (-1, -1);
    }

    /// <summary>Whether a mark may begin in these bytes; never false where one does.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf("BEGIN"u8) is >= 0 and var hit)
        {
            var before = bytes[..hit];
            if (before.EndsWith("- "u8) || (hit > 0 && before[^1] is not (byte)' ' && !char.IsAsciiLetterLower((char)before[^1]))
                || before.EndsWith("d"u8)) return true;
            bytes = bytes[(hit + 5)..];
        }
        return false;
    }

    // What the label says, up to the hyphens behind it.
    private static ReadOnlySpan<char> Label(string text, int at)
    {
        var label = text.AsSpan(at, Math.Min(MostLabel, text.Length - at));
        var end = label.IndexOf("--");
        return end < 0 ? label : label[..end];
    }

    private static bool IsPrivate(ReadOnlySpan<char> label)
    {
        if (label.IndexOf("PRIVATE") is >= 0 and var word) return label[word..].IndexOf("KEY") > 0;
        return (label.StartsWith("OpenVPN", StringComparison.OrdinalIgnoreCase) && label.IndexOf("tatic") > 0)
            || (label.IndexOf("SECRET") >= 0 && label.IndexOf("MESSAGE") < 0);
    }

    // Where the hyphens begin that end here, a blank of SSH2 between; -1: there are too few.
    private static int BeforeHyphens(string text, int at)
    {
        at -= EndLength(text.AsSpan(0, at), Blanks);
        var count = 0;
        while (count < MostHyphens && EndLength(text.AsSpan(0, at), Hyphens) is > 0 and var length)
        {
            at -= length;
            count++;
        }
        return count >= LeastHyphens ? at : -1;
    }

    // A mark's closing hyphens stand right behind its label; without them the label's words are all that belongs to it.
    private static int EndOf(string text, int at)
    {
        var last = Math.Min(text.Length, at + MostLabel);
        while (at < last && Length(text.AsSpan(at), Hyphens) == 0)
        {
            var blank = Length(text.AsSpan(at), Blanks);
            if (blank == 0 && !char.IsAsciiLetterOrDigit(text[at])) return at;
            at += Math.Max(1, blank);
        }
        for (var count = 0; count < MostHyphens && Length(text.AsSpan(at), Hyphens) is > 0 and var length; count++) at += length;
        return at;
    }

    private static int Length(ReadOnlySpan<char> text, string[] forms)
    {
        foreach (var form in forms)
        {
            if (text.StartsWith(form)) return form.Length;
        }
        return 0;
    }

    private static int EndLength(ReadOnlySpan<char> text, string[] forms)
    {
        foreach (var form in forms)
        {
            if (text.EndsWith(form)) return form.Length;
        }
        return 0;
    }
}
