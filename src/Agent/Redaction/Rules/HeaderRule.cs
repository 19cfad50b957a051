using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// The values of <c>Authorization</c>, <c>Cookie</c> and <c>Set-Cookie</c>: the scheme, the names and the attributes stay.
/// </summary>
internal static class HeaderRule
{
    // What servers take as a header; a longer line is not searched to its end again for each name in it.
    private const int MostHeader = 8192;

    private static readonly KeyWords.Set SingleToken =
        new("bearer basic token apikey api-key bot negotiate ntlm genie key sso-key jwt gsso splunk nagios zoho-oauthtoken discogs "
            + "klaviyo-api-key");

    private static readonly KeyWords.Set ManyParts = new(
        "digest aws4-hmac-sha256 aws4-ecdsa-p256-sha256 aws hawk oauth signature hmac hmac-sha256 acs3-hmac-sha256 tc3-hmac-sha256 "
        + "scram-sha-256 sharedkey sharedaccesssignature gdch mac vapid dpop goog4-rsa-sha256");

    private static readonly KeyWords.Set Attributes = new("path domain expires max-age secure httponly samesite partitioned priority "
        + "version comment");

    /// <summary>The credentials behind <c>Authorization:</c>. Gives where reading goes on.</summary>
    public static int Authorization(Findings findings, int at)
    {
        var text = findings.Text;
        at = SkipOpening(text, at, out var limit);
        var word = EndOfToken(text, at, limit);
        var scheme = text.AsSpan(at, word - at);
        var next = Blank.Skip(text, word);
        if (ManyParts.Has(scheme) && next > word) return Note(findings, next, EndOfParts(text, next, limit));
        if (SingleToken.Has(scheme) || (next > word && next < limit && IsSchemeLike(scheme)
            && Looks.Token(text.AsSpan(next, EndOfToken(text, next, limit) - next))))
        {
            // "Bearer" alone, or with "token missing" after it, is a message.
            return next == word || next >= limit ? word : Note(findings, next, EndOfToken(text, next, limit));
        }
        if (NoSecret.Is(scheme)) return word;
        return Note(findings, at, Looks.Token(scheme) ? word : limit);
    }

    /// <summary>The values behind <c>Cookie:</c> and <c>Set-Cookie:</c>.</summary>
    public static int Cookies(Findings findings, int at, bool set)
    {
        var text = findings.Text;
        // python3-cookie:amd64 is no header; Cookie:a=b is one.
        var isGlued = at > 1 && text[at - 1] == ':' && char.IsAsciiLetterOrDigit(text[at - 2]);
        at = SkipOpening(text, at, out var limit);
        for (var first = true; at < limit; first = false)
        {
            at = Blank.Skip(text, at);
            var name = at;
            while (at < limit && text[at] is not ('=' or ';' or ',') && !Blank.Is(text[at])) at++;
            var isPair = at < limit && text[at] == '=';
            var attribute = !first && Attributes.Has(text.AsSpan(name, at - name)) && (set || IsPlainly(text.AsSpan(name), at - name));
            var start = isPair ? at + 1 : name;
            at = start;
            // The date of Expires has blanks and a comma in it.
            while (at < limit && text[at] != ';' && (attribute || !Blank.Is(text[at])) && !(set && text[at] == ',' && !attribute)) at++;
            var value = text.AsSpan(start, at - start);
            if (!isPair && isGlued && !Looks.Random(value)) return at;
            if (!attribute && value.Length > 0 && !NoSecret.IsMask(value) && !NoSecret.IsReference(value) && (isPair
                || !NoSecret.IsWord(value)))
                findings.Add(start, at, RuleNames.Cookie);
            if (at >= limit || text[at] is not (';' or ',')) return at;
            at++;
        }
        return at;
    }

    // Some log what a server sets as what a client sends: there an attribute is known by its value too.
    private static bool IsPlainly(ReadOnlySpan<char> text, int name)
    {
        var value = text[name..];
        return value.IsEmpty || value[0] is ';' or '"' or '\'' || value.StartsWith("=/")
            || text.StartsWith("samesite", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("expires", StringComparison.OrdinalIgnoreCase)
            || (text.StartsWith("max-age", StringComparison.OrdinalIgnoreCase) && value.Length > 1 && char.IsAsciiDigit(value[1]));
    }

    // The parts have quotes of their own: response="x". One quote too many at the end is what encloses the whole header.
    private static int EndOfParts(string text, int at, int limit)
    {
        if (limit >= text.Length || limit == at || text[limit] != '"' || text[limit - 1] != '=') return limit;
        var rest = text.AsSpan(at);
        var end = rest.Count('"') % 2 == 0 ? rest.Length : rest.LastIndexOf('"');
        while (end > 0 && Blank.Is(rest[end - 1])) end--;
        return at + end;
    }

    private static int Note(Findings findings, int start, int end)
    {
        var value = findings.Text.AsSpan(start, end - start);
        if (!NoSecret.IsReference(value) && !NoSecret.IsMask(value) && !(NoSecret.IsWord(value) && value.Length < 24))
            findings.Add(start, end, RuleNames.Authorization);
        return end;
    }

    private static bool IsSchemeLike(ReadOnlySpan<char> word) =>
        word.Length is > 1 and < 32 && char.IsAsciiLetter(word[0]) && !Looks.Token(word);

    // [ " ' and their escapes; the value cannot go beyond what closes them.
    private static int SkipOpening(string text, int at, out int limit)
    {
        while (at < text.Length && text[at] == '[' && !Placeholder.Begins(text.AsSpan(at))) at = Blank.Skip(text, at + 1);
        if (ValueScanner.TryReadQuoted(text, at, out var quoted))
        {
            limit = quoted.End;
            return quoted.Start;
        }
        limit = at;
        var most = Math.Min(text.Length, at + MostHeader);
        while (limit < most && text[limit] is not ('"' or '\'' or '`') && !IsEscapedEnd(text, limit)) limit++;
        while (limit > at && Blank.Is(text[limit - 1])) limit--;
        return at;
    }

    private static bool IsEscapedEnd(string text, int at) =>
        (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is 'r' or 'n' or '"' or '\'') || ValueScanner.EndsWire(text, at);

    private static int EndOfToken(string text, int at, int limit)
    {
        if (Placeholder.Begins(text.AsSpan(at))) at += Placeholder.Length;
        else if (at + 1 < limit && text[at] == '$' && text[at + 1] is '(' or '{') return Math.Max(at, ValueScanner.EndOfBare(text, at));
        while (at < limit && !Blank.Is(text[at]) && text[at] is not (']' or ')' or '}' or '<' or '>')
            && !(text[at] == '[' && at + 1 < limit && text[at + 1] == '\\')
            && !(text[at] is ',' or ';' && (at + 1 >= limit || Blank.Is(text[at + 1])))) at++;
        return at;
    }
}
