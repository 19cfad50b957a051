using System.Buffers;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Blocks of private keys: within one line (with \n written out), and over many lines, of which each becomes a placeholder. A certificate's
/// and a public key's block stay.
/// </summary>
internal static class KeyBlockRule
{
    /// <summary>
    /// Lines after which a block without an end is given up: the longest RSA key in use (16,384 bits) has about 200, and logs must not
    /// vanish for ever behind a key that was cut off.
    /// </summary>
    public const int MostLines = 400;

    private const string Begin = "-----BEGIN ", End = "-----END ", Ssh2Begin = "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY",
        Ssh2End = "---- END SSH2";

    private static readonly SearchValues<string> Openings =
        SearchValues.Create([Begin, Ssh2Begin, "PuTTY-User-Key-File-", "Private-Lines:"], StringComparison.Ordinal);

    /// <summary>
    /// Looks for blocks; gives the state that the next line meets. When the line lies within a block altogether, <paramref name="whole"/>
    /// is
    /// set and nothing else of it may be kept.
    /// </summary>
    public static RedactionState Find(Findings findings, RedactionState state, out bool whole)
    {
        var text = findings.Text;
        whole = false;
        var at = 0;
        if (state.InKeyBlock)
        {
            var end = EndOfBlock(text, 0);
            var another = text.IndexOf(Begin, StringComparison.Ordinal);
            if (end < 0 && another >= 0 && !IsPrivate(text, another)) return RedactionState.Clear;
            if (end < 0)
            {
                whole = true;
                return state.BlockLines + 1 >= MostLines ? RedactionState.Clear : new RedactionState(true, state.BlockLines + 1);
            }
            findings.Add(0, end, RuleNames.PrivateKey);
            at = end;
        }
        while (at < text.Length && text.AsSpan(at).IndexOfAny(Openings) is >= 0 and var hit)
        {
            var start = at + hit;
            at = start + 11;
            if (text.AsSpan(start).StartsWith("Private-Lines:"))
            {
                // PuTTY counts the lines of its key; its file ends with a line for the key's MAC.
                findings.Add(start, text.Length, RuleNames.PrivateKey);
                return new RedactionState(true, Math.Max(0, MostLines - 40));
            }
            if (text.AsSpan(start).StartsWith("PuTTY") || !IsPrivate(text, start)) continue;
            var end = EndOfBlock(text, start);
            findings.Add(start, end < 0 ? text.Length : end, RuleNames.PrivateKey);
            if (end < 0) return new RedactionState(true, 1);
            at = end;
        }
        return RedactionState.Clear;
    }

    /// <summary>The state that a line leaves which is too long to be looked at otherwise.</summary>
    public static RedactionState AfterLongLine(string text, RedactionState state) => Find(new Findings(text), state, out _);

    /// <summary>Whether a block may begin in these bytes; never false where one does.</summary>
    public static bool MayOpen(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("- BEGIN "u8) >= 0 || bytes.IndexOf("-BEGIN "u8) >= 0 || bytes.IndexOf("Private-Lines:"u8) >= 0;

    private static bool IsPrivate(string text, int at)
    {
        if (text.AsSpan(at).StartsWith(Ssh2Begin)) return true;
        var label = text.AsSpan(at + Begin.Length, Math.Min(48, text.Length - at - Begin.Length));
        return label.IndexOf("PRIVATE KEY") >= 0 || label.StartsWith("OpenVPN Static key", StringComparison.OrdinalIgnoreCase)
            || label.StartsWith("PGP MESSAGE") is false && label.StartsWith("AGE ENCRYPTED") is false && label.IndexOf("SECRET") >= 0;
    }

    private static int EndOfBlock(string text, int from)
    {
        var end = text.IndexOf(End, from, StringComparison.Ordinal);
        if (end < 0 && text.IndexOf("Private-MAC:", from, StringComparison.Ordinal) >= 0) return text.Length;
        if (end < 0) return text.IndexOf(Ssh2End, from, StringComparison.Ordinal) >= 0 ? text.Length : -1;
        var close = text.IndexOf("-----", end + End.Length, StringComparison.Ordinal);
        return close < 0 ? text.Length : close + 5;
    }
}
