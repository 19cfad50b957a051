using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Passwords before the host of an address: <c>scheme://user:x@host</c>, also with signs in it that should have been encoded, with a token
/// alone (<c>https://x@host</c>), in Go's form for databases (<c>user:x@tcp(host)</c>) and in Oracle's (<c>:thin:user/x@host</c>).
/// </summary>
internal static class UrlRule
{
    private const int MostUserInfo = 2048;

    // As it is, escaped in JSON, and percent-encoded.
    private static readonly System.Buffers.SearchValues<string> Marks =
        System.Buffers.SearchValues.Create(["://", ":\\/\\/", "%3A%2F%2F", "%3a%2f%2f"], StringComparison.Ordinal);

    private static readonly System.Buffers.SearchValues<string> Others =
        System.Buffers.SearchValues.Create(["@tcp", "@unix(", "@udp(", ":thin:", ":oci"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds them.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && NextMark(text, at, out var length) is >= 0 and var mark)
        {
            at = mark + length;
            Examine(findings, at);
        }
        FindShort(findings);
        if (text.AsSpan().IndexOfAny(Others) < 0) return;
        FindGo(findings);
        FindThin(findings);
    }

    private static int NextMark(string text, int at, out int length)
    {
        var hit = text.AsSpan(at).IndexOfAny(Marks);
        length = hit < 0 ? 0 : text[at + hit] == '%' ? 9 : text[at + hit + 1] == '\\' ? 5 : 3;
        return hit < 0 ? -1 : at + hit;
    }

    private static void Examine(Findings findings, int start)
    {
        var text = findings.Text;
        var end = start;
        var last = Math.Min(text.Length, start + MostUserInfo);
        while (end < last && !Blank.Is(text[end]) && text[end] is not ('"' or '\'' or '<' or '>' or '`' or '|')) end++;
        var word = text.AsSpan(start, end - start);
        // Another address within ends this one.
        if (word.IndexOf("://") is > 0 and var another) word = word[..another];
        var host = word.IndexOfAny("/?#");
        var authority = host < 0 ? word : word[..host];
        var sign = authority.LastIndexOf('@');
        if (sign < 0 ? IsPasswordWithSlash(word) : host >= 0 && GoesOn(word, sign, host)) sign = word.LastIndexOf('@');
        if (sign <= 0)
        {
            if (word.IndexOf("%40") is > 0 and var encoded
                && word[..encoded].IndexOf("%3A", StringComparison.OrdinalIgnoreCase) is >= 0 and var encodedColon)
                Note(findings, start + encodedColon + 3, start + encoded);
            return;
        }
        var user = word[..sign];
        var colon = user.IndexOf(':');
        if (colon < 0)
        {
            if (Looks.Token(user) && !user.Contains('.') || Looks.Random(user)) Note(findings, start, start + sign);
            return;
        }
        Note(findings, start + colon + 1, start + sign);
        if (Looks.Token(user[..colon]) && (user[(colon + 1)..].StartsWith("x-oauth") || Looks.Random(user[..colon])
            || colon + 1 == user.Length))
            Note(findings, start, start + colon);
    }

    // Another sign further on belongs to the password, unless it begins a scope (/@x) or stands in a parameter (=bob@x).
    private static bool GoesOn(ReadOnlySpan<char> word, int sign, int host)
    {
        if (!IsHost(word[(sign + 1)..host], word[host])) return true;
        var last = word.LastIndexOf('@');
        return last > host && word[..sign].Contains(':') && word[last - 1] != '/' && !word[host..last].Contains('=');
    }

    // What stands behind the sign and before / ? #. Behind ? and # another sign is rather a password's than an address's.
    private static bool IsHost(ReadOnlySpan<char> host, char end)
    {
        foreach (var c in host)
        {
            if (!char.IsLetterOrDigit(c) && !".-_:[],%${}".Contains(c, StringComparison.Ordinal)) return false;
        }
        return host.Length > 0 && end == '/';
    }

    // user:pa/ss@host, but not host:8080/path@x and not host/@scope.
    private static bool IsPasswordWithSlash(ReadOnlySpan<char> word)
    {
        var colon = word.IndexOf(':');
        var slash = word.IndexOfAny("/?#");
        var sign = word.LastIndexOf('@');
        if (colon < 0 || colon > slash || sign < slash || word[..colon].IndexOfAny("[]") >= 0) return false;
        var port = word[(colon + 1)..slash];
        return (port.Length == 0 || port.ContainsAnyExceptInRange('0', '9')) && sign + 1 < word.Length
            && char.IsAsciiLetterOrDigit(word[sign + 1]);
    }

    private static void Note(Findings findings, int start, int end)
    {
        if (end > start && !NoSecret.IsMask(findings.Text.AsSpan(start, end - start))
            && !NoSecret.IsReference(findings.Text.AsSpan(start, end - start)))
            findings.Add(start, end, RuleNames.Url);
    }

    // ?u=bob&p=x: InfluxDB, Subsonic and others name the two with a letter each.
    private static void FindShort(Findings findings)
    {
        var text = findings.Text;
        if (!text.Contains("?u=", StringComparison.Ordinal) && !text.Contains("&u=", StringComparison.Ordinal)) return;
        foreach (var mark in (ReadOnlySpan<string>)["?p=", "&p="])
        {
            for (var at = 0; text.IndexOf(mark, at, StringComparison.Ordinal) is >= 0 and var hit;)
            {
                var start = hit + mark.Length;
                at = ValueScanner.EndOfParameter(text, start);
                // The number of a page is none.
                if (text.AsSpan(start, at - start).ContainsAnyExceptInRange('0', '9')) Note(findings, start, at);
                at = Math.Max(at, start);
            }
        }
    }

    private static void FindGo(Findings findings)
    {
        foreach (var sign in (ReadOnlySpan<string>)["@tcp(", "@unix(", "@tcp6(", "@udp("])
        {
            var text = findings.Text;
            var at = 0;
            while (at < text.Length && text.AsSpan(at).IndexOf(sign, StringComparison.Ordinal) is >= 0 and var hit)
            {
                var end = at + hit;
                var start = end;
                while (start > at && end - start < 256 && !Blank.Is(text[start - 1])
                    && text[start - 1] is not ('"' or '\'' or '=' or '(')) start--;
                var colon = text.AsSpan(start, end - start).IndexOf(':');
                if (colon >= 0) Note(findings, start + colon + 1, end);
                at = end + sign.Length;
            }
        }
    }

    private static void FindThin(Findings findings)
    {
        foreach (var sign in (ReadOnlySpan<string>)[":thin:", ":oci:", ":oci8:"])
        {
            var text = findings.Text;
            var hit = text.IndexOf(sign, StringComparison.OrdinalIgnoreCase);
            if (hit < 0) continue;
            var start = hit + sign.Length;
            var rest = text.AsSpan(start, Blank.Skip(text, start) == start ? Blank.EndOfWord(text, start) - start : 0);
            var slash = rest.IndexOf('/');
            var at = rest.LastIndexOf('@');
            if (slash > 0 && at > slash) Note(findings, start + slash + 1, start + at);
        }
    }
}
