using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// A value that a function is given: <c>password=SHA2(CONCAT('x', 'salt'), 256)</c>. All literals in its brackets count, since any of them
/// may be the secret, but for the names of algorithms.
/// </summary>
internal static class CallValues
{
    private const int MostName = 48, Most = 2048;

    private static readonly KeyWords.Set Algorithms = new("sha1 sha224 sha256 sha384 sha512 sha-1 sha-256 sha-512 sha2_256 sha2_512 md5 bf "
        + "des xdes aes aes256 aes-256-cbc aes-128-cbc bcrypt argon2id scrypt hex base64 utf8 utf-8 utf8mb4 ascii latin1 escape");

    /// <summary>Reads a call behind a name; false when there is none with a literal in it.</summary>
    public static bool TryRead(Findings findings, in Name name, int at, out int next)
    {
        var text = findings.Text;
        next = at;
        if (name.Kind is KeyKind.Weak or KeyKind.Medium || NoSecret.IsReference(text.AsSpan(at))) return false;
        var open = at;
        while (open < text.Length && open < at + MostName && (char.IsAsciiLetterOrDigit(text[open]) || text[open] is '_' or '.')) open++;
        if (open == at || open >= text.Length || text[open] != '(' || !char.IsAsciiLetter(text[at])) return false;
        var inner = Blank.Skip(text, open + 1);
        // abc(1)x is a value of its own.
        if (inner >= text.Length || !(ValueScanner.TryReadQuoted(text, inner, out _) || char.IsAsciiLetter(text[inner]))) return false;
        return TryLiterals(findings, open, RuleNames.NamedValue, out next);
    }

    /// <summary>Notes the literals between these brackets; false when there is none.</summary>
    /// <param name="findings">The line.</param>
    /// <param name="open">The bracket that opens.</param>
    /// <param name="rule">Whose finding it is.</param>
    /// <param name="next">Behind the bracket that closes, or where the line ends.</param>
    public static bool TryLiterals(Findings findings, int open, string rule, out int next)
    {
        var text = findings.Text;
        var depth = 0;
        var any = false;
        next = open + 1;
        for (var at = open; at < text.Length && at < open + Most;)
        {
            if (text[at] == '(') depth++;
            if (text[at] == ')' && --depth == 0)
            {
                next = at + 1;
                return any;
            }
            var isStart = !KeyName.IsPart(text[at - 1]) || text[at] is '\'' or '"' or '\\';
            if (isStart && ValueScanner.TryReadQuoted(text, at, out var literal))
            {
                var content = literal.In(text);
                if (!Algorithms.Has(content)) any |= content.Length > 0;
                if (!Algorithms.Has(content) && !NoSecret.IsMask(content) && !NoSecret.IsReference(content))
                    findings.Add(literal.Start, literal.End, rule);
                at = Math.Max(at + 1, literal.Next);
                next = at;
                continue;
            }
            at++;
        }
        return any;
    }
}
