using System.Buffers;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// What of a line can be part of a private key's block. Two adversaries pull at it. Whoever can write one line into a log (a User-Agent
/// will do) could hide all that follows if an open block took every line: so only what a key can consist of is taken, and of a line with
/// anything else in it only that part. And a key must not leak because lines of other programs stand between its own, or because a
/// logger writes a time before each: so any line that does not fit leaves the block open (<see cref="KeyBlockRule.MostLines"/>), and the
/// body is found behind a prefix too.
/// <para>
/// A key's body has lines of 64, 70 or 76 characters of base64 or 32 of hex. Its last line alone is shorter, and one of fewer than 16
/// characters could be a word as well. Directly behind a line of the key it is taken whatever it looks like; after other lines, or behind
/// another short one, where a key holds nothing but its checksum and its end, only when it does not look like a word.
/// </para>
/// </summary>
internal static class KeyBody
{
    /// <summary>Characters of base64 that are no word any more.</summary>
    public const int Least = 16;

    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\"',;=");

    // Within a line of other text.
    private const int LeastWithin = 40;

    // Between two slashes of a path stand a few letters; between two of a key 64 on the average.
    private const int LeastBetweenSlashes = 6;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly SearchValues<char> Signs = SearchValues.Create(Letters);

    // Also as it is written in an address (%2B) and in JSON (\n, \/).
    private static readonly SearchValues<char> Written = SearchValues.Create(Letters + "%\\");

    private static readonly string[] Messages =
        ["\"log\":\"", "\"message\":\"", "\"msg\":\"", "\"MESSAGE\":\"", "\"text\":\"", "\"line\":\"", "\"log\": \"", "\"message\": \"",
            "\"msg\": \"", "\"MESSAGE\": \"", "msg=", "msg=\"", "message=", "message=\""];

    /// <summary>Whether the line is nothing else than a part of a key.</summary>
    /// <param name="line">The whole line.</param>
    /// <param name="follows">The line before it was one too, and no short one.</param>
    /// <param name="next">What is said of the next line.</param>
    public static bool IsWhole(ReadOnlySpan<char> line, bool follows, out bool next)
    {
        next = follows;
        line = Trimmed(line);
        next = true;
        if (IsHeader(line)) return true;
        // Padding stands at the end, and OpenPGP's checksum begins with a sign (=njUN); MAILTO=root is no key.
        if (line.TrimEnd('=').TrimStart('=').ContainsAnyExcept(Signs) || line.TrimEnd('=').Length < line.Length - 2) return false;
        if (line.Length >= Least) return true;
        next = false;
        return follows || !IsWord(line);
    }

    /// <summary>
    /// Notes what stands behind the block's own prefix, when nothing else does: judged as a line without one. False when the line has
    /// another shape, or something else in that place.
    /// </summary>
    public static bool TryBehindPrefix(Findings findings, ulong shape, bool follows, out bool next)
    {
        var text = findings.Text;
        next = follows;
        var start = KeyShape.Behind(text, shape);
        if (start < 0) return false;
        start = Blank.Skip(text, start);
        var end = start;
        while (end < text.Length && text[end] == '=' && end < start + 1) end++;
        end = EndOf(text, end, text.Length);
        if (end == start)
        {
            // OpenPGP's empty line.
            return KeyShape.IsBehind(text.AsSpan(start), shape) || start == text.Length;
        }
        var rest = text.AsSpan(end);
        if (!KeyShape.IsBehind(rest, shape) && !rest.Trim(" \t,;)]}\"'").IsEmpty) return false;
        var run = WithoutEscapes(text.AsSpan(start, end - start)).Trim('=');
        if (run.IsEmpty || IsFingerprint(text, start)) return false;
        if (run.Length < Least && !follows && text[start] != '=' && IsWord(run)) return false;
        findings.Add(start, end, RuleNames.PrivateKey);
        next = run.Length >= Least;
        return true;
    }

    /// <summary>The place of a long line of a key, as it was found at the end of a message; null: none is.</summary>
    public static (int Start, int End)? LongPart(Findings findings)
    {
        foreach (var (start, end) in findings.Spans)
        {
            if (end - start >= LeastWithin && EndsMessage(findings.Text, end, findings.Text.Length)) return (start, end);
        }
        return null;
    }

    /// <summary>Notes what can be part of a key in a line with other text: behind a prefix, or within.</summary>
    /// <returns>Whether there was any.</returns>
    public static bool Find(Findings findings, int from, int to, bool follows)
    {
        var text = findings.Text;
        var any = false;
        while (from < to && text.AsSpan(from, to - from).IndexOfAny(Written) is >= 0 and var hit)
        {
            var start = from + hit;
            var end = EndOf(text, start, to);
            if (IsPart(text, start, end, to, follows))
            {
                findings.Add(start, end, RuleNames.PrivateKey);
                any = true;
            }
            from = Math.Max(end, start + 1);
        }
        return any;
    }

    /// <summary>Where the characters of a key end that stand here, its padding included.</summary>
    public static int EndOf(string text, int start, int limit)
    {
        var length = text.AsSpan(start, limit - start).IndexOfAnyExcept(Written);
        var end = length < 0 ? limit : start + length;
        while (end < limit && text[end] == '=' && end > start) end++;
        return end;
    }

    /// <summary>Where the characters of a key begin that end here.</summary>
    public static int StartOf(string text, int end)
    {
        var start = end;
        while (start > 0 && text[start - 1] == '=') start--;
        while (start > 0 && Written.Contains(text[start - 1])) start--;
        return start;
    }

    private static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> line)
    {
        while (line.Length > 0 && Blank.Is(line[0])) line = line[1..];
        while (line.Length > 0)
        {
            if (Blank.Is(line[^1])) line = line[..^1];
            else if (line.EndsWith("\\n") || line.EndsWith("\\r")) line = line[..^2];
            else break;
        }
        return line;
    }

    // Proc-Type: 4,ENCRYPTED and DEK-Info: AES-128-CBC,0123: one word behind the name, so that nothing else can be written there.
    private static bool IsHeader(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith("Proc-Type:") && !line.StartsWith("DEK-Info:")) return false;
        var value = line[(line.IndexOf(':') + 1)..].TrimStart(' ');
        return value.Length <= 64 && !value.ContainsAny(" \t/\"'") && value.Contains(',');
    }

    private static bool IsPart(string text, int start, int end, int limit, bool follows)
    {
        var run = WithoutEscapes(text.AsSpan(start, end - start));
        if (run.Length == 0 || IsFingerprint(text, start) || IsPublic(text, start)) return false;
        var isPath = run.Count('/') * LeastBetweenSlashes > run.Length;
        var mixed = run.ContainsAnyInRange('A', 'Z') && run.ContainsAnyInRange('a', 'z');
        if (run.Length >= LeastWithin && mixed && !isPath) return true;
        if (isPath || !EndsMessage(text, end, limit)) return false;
        if (run.Length >= Least && Looks.IsHexOrUuid(run)) return IsMessageOf(text, start) || BehindPrefix(text, start);
        if (run.Length >= Least) return BeginsMessage(text, start) && (mixed || run.ContainsAnyInRange('0', '9') || run[^1] == '=');
        return (IsMessageOf(text, start) || BehindPrefix(text, start)) && (follows || !IsWord(run));
    }

    // Nothing behind it but what closes a message.
    private static bool EndsMessage(string text, int end, int limit)
    {
        while (end + 1 < limit && text[end] == '\\' && text[end + 1] is 'n' or 'r') end += 2;
        return end >= limit || text[end] is '"' or '\'' || text.AsSpan(end, limit - end).Trim(" \t,;)]}").IsEmpty;
    }

    // An escaped end of line is no part of a word.
    private static ReadOnlySpan<char> WithoutEscapes(ReadOnlySpan<char> run)
    {
        while (run.EndsWith("\\n") || run.EndsWith("\\r")) run = run[..^2];
        while (run.StartsWith("\\n") || run.StartsWith("\\r")) run = run[2..];
        return run;
    }

    // SHA256:x is a public key's.
    private static bool IsFingerprint(string text, int start)
    {
        var before = text.AsSpan(0, start);
        return before.EndsWith("SHA256:", StringComparison.OrdinalIgnoreCase) || before.EndsWith("sha256-") || before.EndsWith("sha384-")
            || before.EndsWith("sha512-");
    }

    // ssh-ed25519 AAAA: the word before it says that it is public.
    private static bool IsPublic(string text, int start)
    {
        if (!text.AsSpan(start).StartsWith("AAAA")) return false;
        var before = text.AsSpan(0, start).TrimEnd(' ');
        before = before[(before.LastIndexOfAny(WordEnds) + 1)..];
        return before.Length < start && (before.StartsWith("ssh-") || before.StartsWith("ecdsa-") || before.StartsWith("sk-"));
    }

    private static bool BeginsMessage(string text, int start) =>
        start == 0 || text[start - 1] is '"' or '\'' or '=' or ':' or '>' or '|' || BehindPrefix(text, start);

    // host program[1]: x, [time] x, name | x, level - x, stdout F x
    private static bool BehindPrefix(string text, int start)
    {
        var before = text.AsSpan(0, start).TrimEnd(" \t");
        return before.Length < start && (before.IsEmpty || before[^1] is ':' or ']' or '|' or '-' or ')' or '>' or '#'
            || before.EndsWith(" F") || before.EndsWith(" P"));
    }

    private static bool IsMessageOf(string text, int start)
    {
        var before = text.AsSpan(0, start);
        // A literal alone in its line.
        if (start > 0 && before[^1] is '"' or '\'' && before[..^1].Trim(" \t").IsEmpty) return true;
        foreach (var message in Messages)
        {
            if (before.EndsWith(message)) return true;
        }
        return false;
    }

    // Letters alone in one case, or with a capital in front; or a number.
    private static bool IsWord(ReadOnlySpan<char> line)
    {
        var digits = !line.ContainsAnyExceptInRange('0', '9');
        var lower = !line[1..].ContainsAnyExceptInRange('a', 'z') && char.IsAsciiLetter(line[0]);
        return digits || lower || !line.ContainsAnyExceptInRange('A', 'Z');
    }
}
