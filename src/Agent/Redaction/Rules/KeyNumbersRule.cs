using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Private keys that are written as their numbers: a JSON Web Key (<c>{"kty":"RSA","d":"x"}</c>) and .NET's <c>&lt;RSAKeyValue&gt;</c>.
/// What is public in them (n, e, x, y, Modulus) stays.
/// </summary>
internal static class KeyNumbersRule
{
    private const int Least = 16;

    private static readonly KeyWords.Set Members = new("d p q dp dq qi k oth");

    private static readonly string[] Elements = ["<D>", "<P>", "<Q>", "<DP>", "<DQ>", "<InverseQ>"];

    /// <summary>Finds them.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        if (text.Contains("\"kty", StringComparison.Ordinal) || text.Contains("'kty", StringComparison.Ordinal)) Json(findings);
        if (!text.Contains("RSAKeyValue", StringComparison.Ordinal)) return;
        foreach (var element in Elements)
        {
            for (var at = 0; text.IndexOf(element, at, StringComparison.Ordinal) is >= 0 and var hit;)
            {
                var start = hit + element.Length;
                var length = text.AsSpan(start).IndexOf('<');
                at = length < 0 ? text.Length : start + length;
                findings.Add(start, at, RuleNames.PrivateKey);
            }
        }
    }

    private static void Json(Findings findings)
    {
        var text = findings.Text;
        for (var at = 0; at < text.Length && text.AsSpan(at).IndexOfAny('"', '\'') is >= 0 and var hit;)
        {
            at += hit + 1;
            var end = at;
            while (end < text.Length && end < at + 4 && char.IsAsciiLetterLower(text[end])) end++;
            if (end == at || !Members.Has(text.AsSpan(at, end - at))) continue;
            var separator = Separator.Read(text, Separator.SkipClosing(text, end));
            if (separator.Sign != SeparatorSign.Colon) continue;
            if (!ValueScanner.TryReadQuoted(text, Blank.Skip(text, separator.End), out var value)) continue;
            if (value.End - value.Start >= Least && !value.In(text).Contains(' '))
                findings.Add(value.Start, value.End, RuleNames.PrivateKey);
            at = Math.Max(at, value.Next);
        }
    }
}
