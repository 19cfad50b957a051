using HostAtlas.Agent.Redaction.Values;

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

    private const string PuttyBegin = "Private-Lines:", PuttyEnd = "Private-MAC:";

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
            var (opening, _) = Opening(text, 0);
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
        while (Opening(text, at) is ( >= 0, _) and var (start, label))
        {
            if (text.AsSpan(start).StartsWith(PuttyBegin))
            {
                findings.Add(start, label, RuleNames.PrivateKey);
                return new RedactionState(true, MostLines - MostPuttyLines, Follows: true, ShapeOfPutty(text, start, label));
            }
            var (closing, end) = Closing(text, label);
            if (closing < 0)
            {
                var body = KeyBody.EndOf(text, label, text.Length);
                findings.Add(start, body, RuleNames.PrivateKey);
                KeyBody.Find(findings, body, text.Length, follows: true);
                return new RedactionState(true, 1, Follows: true, KeyShape.Of(text, start, body));
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
        KeyMark.MayBegin(bytes) || bytes.IndexOf("Private-Lines:"u8) >= 0;

    private static RedactionState Within(Findings findings, RedactionState state, out bool whole)
    {
        var (text, follows, shape) = (findings.Text, state.Follows, state.Shape);
        whole = false;
        // An empty line, as OpenPGP has one behind its headers, says nothing.
        if (Blank.Skip(text, 0) < text.Length)
        {
            whole = KeyBody.IsWhole(text, state.Follows, out follows);
            if (!whole && !KeyBody.TryBehindPrefix(findings, shape, state.Follows, out follows))
            {
                follows = KeyBody.Find(findings, 0, text.Length, state.Follows);
                if (KeyBody.LongPart(findings) is var (start, end)) shape = KeyShape.Of(text, start, end);
            }
        }
        return state.BlockLines + 1 >= MostLines ? RedactionState.Clear
            : new RedactionState(true, state.BlockLines + 1, follows, shape);
    }

    // Where a private key's block begins, and where its mark does end.
    private static (int Start, int End) Opening(string text, int at)
    {
        var mark = KeyMark.Next(text, at, "BEGIN");
        var putty = text.AsSpan(at).IndexOf(PuttyBegin);
        return putty >= 0 && (mark.Start < 0 || at + putty < mark.Start) ? (at + putty, at + putty + PuttyBegin.Length) : mark;
    }

    // Where a private key's block ends, and where its mark does. The end of another program's certificate is none.
    private static (int Start, int End) Closing(string text, int at)
    {
        var mark = KeyMark.Next(text, at, "END");
        var putty = text.AsSpan(at).IndexOf(PuttyEnd);
        if (putty < 0 || (mark.Start >= 0 && mark.Start < at + putty)) return mark;
        return (at + putty, KeyBody.EndOf(text, SkipBlank(text, at + putty + PuttyEnd.Length), text.Length));
    }

    // The number of lines stands between the mark and what a logger writes behind.
    private static ulong ShapeOfPutty(string text, int start, int end)
    {
        end = SkipBlank(text, end);
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return KeyShape.Of(text, start, end);
    }

    private static int SkipBlank(string text, int at)
    {
        while (at < text.Length && text[at] == ' ') at++;
        return at;
    }
}
