using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Redaction.Scan;

namespace HostAtlas.Agent.Logs.Lines;

/// <summary>
/// A line whose end is long in coming, which is sent in two parts. A secret may lie across the cut, and neither half alone looks like one:
/// so the beginning keeps back its last word when it may be a piece of something, and the rest is only sent when the line as a whole, once
/// it is there, is redacted into something that begins with what was sent. Pure.
/// </summary>
internal static class CutLine
{
    private const int ShortWord = 8;

    /// <summary>What of a beginning may be sent.</summary>
    public static string Beginning(Redactor redactor, string part, RedactionState state)
    {
        var text = redactor.Redact(RedactionMode.Log, part, state).Text;
        var word = text.AsSpan(text.LastIndexOf(' ') + 1);
        var isHarmless = word.IsEmpty || word.EndsWith(Placeholder.Filtered)
            || (word.Length < ShortWord && !word.ContainsAnyExcept(Letters) && !LineScan.Any(part));
        return isHarmless ? text : string.Concat(text.AsSpan(0, text.Length - word.Length), Placeholder.Filtered);
    }

    /// <summary>What is sent of the rest.</summary>
    /// <param name="whole">The whole line, redacted.</param>
    /// <param name="sent">What was sent of its beginning.</param>
    public static string Rest(string whole, string sent) =>
        sent.Length == 0 ? whole : whole.StartsWith(sent, StringComparison.Ordinal) ? whole[sent.Length..] : Placeholder.Filtered;

    /// <summary>How many of the bytes are whole characters: the last one may be cut too.</summary>
    public static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var lead = bytes[^back];
            if ((lead & 0xC0) == 0x80) continue;
            var needs = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
            return needs > back ? bytes.Length - back : bytes.Length;
        }
        return bytes.Length;
    }

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:!?()-");
}
