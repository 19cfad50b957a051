using System.Globalization;
using System.Text;

namespace HostAtlas.Gateway.Watch;

/// <summary>
/// Text that others chose (names of servers, mounts, interfaces), made safe for a terminal. What could steer a terminal or turn the reading
/// direction around (control and format characters) becomes <c>?</c>: a watched host must not write on its watcher's screen.
/// </summary>
public static class TerminalText
{
    /// <summary>The text in at most <paramref name="most"/> characters; of a longer one the end stays, since paths differ there.</summary>
    public static string Plain(string text, int most)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) plain.Append(IsPlain(rune) ? rune.ToString() : "?");
        if (plain.Length <= most) return plain.ToString();
        var start = plain.Length - most + 1;
        if (char.IsLowSurrogate(plain[start])) start++;
        return $"…{plain.ToString(start, plain.Length - start)}";
    }

    private static bool IsPlain(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
