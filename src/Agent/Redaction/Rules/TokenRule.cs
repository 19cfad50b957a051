using System.Buffers;
using System.Collections.Frozen;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Tokens that are known by their shape, wherever they stand: <see cref="TokenShapes"/>, JSON Web Tokens, Telegram bots, our own.
/// </summary>
internal static class TokenRule
{
    private const int OwnLeast = 16;

    private static readonly SearchValues<string> Prefixes =
        SearchValues.Create([.. TokenShapes.All.Select(shape => shape.Prefix).Distinct()], StringComparison.Ordinal);

    // By the first character, the longest prefix first: sk-ant- before sk-.
    private static readonly FrozenDictionary<char, TokenShape[]> ByFirst = TokenShapes.All.GroupBy(shape => shape.Prefix[0])
        .ToFrozenDictionary(group => group.Key, group => group.OrderByDescending(shape => shape.Prefix.Length).ToArray());

    private static readonly SearchValues<string> OwnPrefixes =
        SearchValues.Create(["hat_", "hak_", "hai_", "hbk_", "har_"], StringComparison.Ordinal);

    private static readonly SearchValues<char> Alnum =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly SearchValues<char> Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly SearchValues<char> Dotted =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+/=%");

    private static readonly SearchValues<char> PathSigns =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+/=%@");

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF-_.");
    private static readonly SearchValues<char> Upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>The platform's own tokens: first of all rules, and without any condition but their form.</summary>
    public static void FindOwn(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (text.AsSpan(at).IndexOfAny(OwnPrefixes) is >= 0 and var hit)
        {
            var start = at + hit;
            var end = EndOf(text, start + 4, Url);
            if (end - start - 4 >= OwnLeast) findings.Add(start, end, RuleNames.OwnToken);
            at = Math.Max(start + 4, end - 3);
        }
    }

    /// <summary>Everybody else's.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOfAny(Prefixes) is >= 0 and var hit)
        {
            at += hit;
            at = Math.Max(at + 1, Match(findings, text, at));
        }
        FindJwt(findings);
        FindTelegram(findings);
        FindDiscord(findings);
    }

    private static int Match(Findings findings, string text, int at)
    {
        foreach (var shape in ByFirst[text[at]])
        {
            if (!text.AsSpan(at).StartsWith(shape.Prefix, StringComparison.Ordinal)) continue;
            if (!IsFree(text, at, shape.Prefix)) continue;
            var from = at + shape.Prefix.Length;
            var end = EndOf(text, from, Signs(shape.Body));
            while (end > from && text[end - 1] is '.' or '-' or '%') end--;
            if (end - from < shape.Least) continue;
            var body = text.AsSpan(from, end - from);
            if (shape.NeedsDigit && !body.ContainsAnyInRange('0', '9')) continue;
            // Words joined by hyphens are a name, not a token.
            if (shape.NeedsDigit && shape.Body is Body.Url or Body.Dotted && !body.ContainsAnyInRange('A', 'Z') && body.Count('-') > 3
                && body.Length < 60 && !shape.Prefix.StartsWith("access-", StringComparison.Ordinal)) continue;
            // The addresses of webhooks keep their host.
            findings.Add((shape.Prefix.Contains('/') && shape.Prefix.Length > 4) || shape.Prefix[0] == ':' ? from : at, end,
                RuleNames.TokenShape);
            return end;
        }
        return at;
    }

    // Not in the middle of a word; the prefixes that begin with a sign or name a host may stand anywhere.
    private static bool IsFree(string text, int at, string prefix)
    {
        if (at == 0 || !char.IsAsciiLetterOrDigit(prefix[0]) || prefix.Contains('/') || prefix.Length > 12) return true;
        var before = text[at - 1];
        if (before is '\\' or '%') return true;
        // An escape's letter (\n, %3D) belongs to the escape.
        if (at > 1 && text[at - 2] == '\\' && before is 'n' or 'r' or 't') return true;
        if (at > 2 && text[at - 3] == '%' && char.IsAsciiHexDigit(before) && char.IsAsciiHexDigit(text[at - 2])) return true;
        return !char.IsAsciiLetterOrDigit(before) && !(before is '-' or '.' or '+' or '/' && prefix.Length < 4);
    }

    private static void FindJwt(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOf("eyJ", StringComparison.Ordinal) is >= 0 and var hit)
        {
            var start = at + hit;
            var end = EndOf(text, start, Dotted);
            while (end > start && text[end - 1] == '.') end--;
            var token = text.AsSpan(start, end - start);
            var first = token.IndexOf('.');
            if (first >= 8 && token.Length - first > 8) findings.Add(start, end, RuleNames.Jwt);
            at = Math.Max(start + 3, end);
        }
    }

    // 123456789:AA..., also behind /bot
    private static void FindTelegram(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOf(":AA", StringComparison.Ordinal) is >= 0 and var hit)
        {
            var colon = at + hit;
            var start = colon;
            while (start > at && colon - start < 12 && char.IsAsciiDigit(text[start - 1])) start--;
            var end = EndOf(text, colon + 1, Url);
            if (colon - start is >= 8 and <= 11 && end - colon >= 33) findings.Add(start, end, RuleNames.TokenShape);
            at = Math.Max(colon + 1, end);
        }
    }

    // A bot's id, a time and a code, parted by full stops: 24 or more, 6, 27 or more characters.
    private static void FindDiscord(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOf('.') is >= 0 and var hit)
        {
            var dot = at + hit;
            at = dot + 1;
            if (dot < 24 || dot + 7 >= text.Length || text[dot + 7] != '.') continue;
            if (text.AsSpan(dot - 24, 24).ContainsAnyExcept(Url) || text.AsSpan(dot + 1, 6).ContainsAnyExcept(Url)) continue;
            var end = EndOf(text, dot + 8, Url);
            var start = dot - 24;
            while (start > 0 && dot - start < 30 && Url.Contains(text[start - 1])) start--;
            if (end - dot - 8 >= 27 && text[start] is 'M' or 'N' or 'O') findings.Add(start, end, RuleNames.TokenShape);
        }
    }

    private static SearchValues<char> Signs(Body body) => body switch
    {
        Body.Alnum => Alnum,
        Body.Url => Url,
        Body.Dotted => Dotted,
        Body.Base64 => Base64,
        Body.Path => PathSigns,
        Body.Hex => Hex,
        _ => Upper,
    };

    private static int EndOf(string text, int at, SearchValues<char> signs)
    {
        var length = text.AsSpan(at).IndexOfAnyExcept(signs);
        return length < 0 ? text.Length : at + length;
    }
}
