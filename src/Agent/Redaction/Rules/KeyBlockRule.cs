using System.Buffers;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Blocks of private keys: within one line (with \n written out), and over many lines, of which each that is nothing else becomes a
/// placeholder (<see cref="KeyBody"/>). A certificate's and a public key's block stay.
/// </summary>
internal static class KeyBlockRule
{
    /// <summary>
    /// Lines after which a block without an end is forgotten, lines of others among them: the longest RSA key in use (16,384 bits) has
    /// about 200, and nobody shall be able to have lines of base64 left out for ever by a block that never ends.
    /// </summary>
    public const int MostLines = 400;

    // PuTTY counts the lines of its key.
    private const int MostPuttyLines = 100;

    private const string Begin = "-----BEGIN ", End = "-----END ", Ssh2Begin = "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY",
        Ssh2End = "---- END SSH2", PuttyBegin = "Private-Lines:", PuttyEnd = "Private-MAC:";

    private static readonly SearchValues<string> Openings =
        SearchValues.Create([Begin, Ssh2Begin, PuttyBegin], StringComparison.Ordinal);

    private static readonly SearchValues<string> Closings = SearchValues.Create([End, Ssh2End, PuttyEnd], StringComparison.Ordinal);

    /// <summary>
    /// Looks for blocks; gives the state that the next line meets. When the line is nothing but a part of a block, <paramref name="whole"/>
    /// is set and nothing of it may be kept.
    /// </summary>
    public static RedactionState Find(Findings findings, RedactionState state, out bool whole)
    {
        var text = findings.Text;
        whole = false;
        var at = 0;
        if (state.InKeyBlock)
        {
            var (closing, end) = Closing(text, 0);
            var opening = Opening(text, 0);
            if (closing < 0 || (opening >= 0 && opening < closing))
            {
                if (opening < 0) return Within(findings, state, out whole);
                // Another key begins before this one has ended.
                KeyBody.Find(findings, 0, opening, state.Follows);
            }
            else
            {
                // What stands before the end may be the key's last line, and anything that somebody wants to hide.
                var start = KeyBody.StartOf(text, closing);
                findings.Add(start, end, RuleNames.PrivateKey);
                KeyBody.Find(findings, 0, start, state.Follows);
                at = end;
            }
        }
        while (Opening(text, at) is >= 0 and var start)
        {
            if (text.AsSpan(start).StartsWith(PuttyBegin))
            {
                findings.Add(start, start + PuttyBegin.Length, RuleNames.PrivateKey);
                return new RedactionState(true, MostLines - MostPuttyLines, Follows: true);
            }
            var (closing, end) = Closing(text, start);
            if (closing < 0)
            {
                var body = KeyBody.EndOf(text, EndOfMark(text, start + Begin.Length), text.Length);
                findings.Add(start, body, RuleNames.PrivateKey);
                KeyBody.Find(findings, body, text.Length, follows: true);
                return new RedactionState(true, 1, Follows: true);
            }
            findings.Add(start, end, RuleNames.PrivateKey);
            at = end;
        }
        return RedactionState.Clear;
    }

    /// <summary>What lines leave of which nothing is sent.</summary>
    /// <param name="text">One line, or many.</param>
    /// <param name="state">What the line before them left.</param>
    public static RedactionState After(string text, RedactionState state)
    {
        foreach (var line in text.AsSpan().Split('\n')) state = Find(new Findings(text[line]), state, out _);
        return state;
    }

    /// <summary>Whether a block may begin in these bytes; never false where one does.</summary>
    public static bool MayOpen(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("- BEGIN "u8) >= 0 || bytes.IndexOf("-BEGIN "u8) >= 0 || bytes.IndexOf("Private-Lines:"u8) >= 0;

    private static RedactionState Within(Findings findings, RedactionState state, out bool whole)
    {
        whole = KeyBody.IsWhole(findings.Text, state.Follows, out var follows);
        if (!whole) follows = KeyBody.Find(findings, 0, findings.Text.Length, state.Follows);
        return state.BlockLines + 1 >= MostLines ? RedactionState.Clear : new RedactionState(true, state.BlockLines + 1, follows);
    }

    // Where a private key's block begins.
    private static int Opening(string text, int at)
    {
        while (at < text.Length && text.AsSpan(at).IndexOfAny(Openings) is >= 0 and var hit)
        {
            at += hit;
            if (!text.AsSpan(at).StartsWith(Begin) || IsPrivate(text.AsSpan(at + Begin.Length))) return at;
            at += Begin.Length;
        }
        return -1;
    }

    // Where a private key's block ends, and where its mark does. The end of another program's certificate is none.
    private static (int Start, int End) Closing(string text, int at)
    {
        while (at < text.Length && text.AsSpan(at).IndexOfAny(Closings) is >= 0 and var hit)
        {
            at += hit;
            var rest = text.AsSpan(at);
            if (rest.StartsWith(PuttyEnd)) return (at, at + KeyBody.EndOf(text, SkipBlank(text, at + PuttyEnd.Length), text.Length) - at);
            if (rest.StartsWith(Ssh2End)) return (at, EndOfMark(text, at + Ssh2End.Length));
            if (IsPrivate(rest[End.Length..])) return (at, EndOfMark(text, at + End.Length));
            at += End.Length;
        }
        return (-1, -1);
    }

    private static int SkipBlank(string text, int at)
    {
        while (at < text.Length && text[at] == ' ') at++;
        return at;
    }

    private static bool IsPrivate(ReadOnlySpan<char> label)
    {
        label = label[..Math.Min(48, label.Length)];
        return label.IndexOf("PRIVATE KEY") >= 0 || label.StartsWith("OpenVPN Static key", StringComparison.OrdinalIgnoreCase)
            || label.StartsWith("PGP MESSAGE") is false && label.StartsWith("AGE ENCRYPTED") is false && label.IndexOf("SECRET") >= 0;
    }

    // A mark's closing hyphens stand right behind its label; without them the label's words are all that belongs to it.
    private static int EndOfMark(string text, int label)
    {
        var end = label;
        while (end < text.Length && end < label + 48 && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == ' ')) end++;
        while (end < text.Length && text[end] == '-') end++;
        return end;
    }
}
