using System.Buffers;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Statements that name a password in words of their own: <c>SET PASSWORD FOR bob TO 'x'</c>, <c>PASSWORD $$x$$</c>,
/// <c>IDENTIFIED VIA plugin USING 'x'</c>, <c>sp_addlogin 'bob', 'x'</c>, and functions that take a key or a password.
/// </summary>
internal static class SqlPasswords
{
    private const int MostUser = 256;

    // Whatever stands in their brackets: the text, the key, or the password.
    private static readonly string[] Functions =
    [
        "pgp_sym_encrypt(", "pgp_sym_decrypt(", "pgp_pub_encrypt(", "pgp_pub_decrypt(", "pgp_sym_encrypt_bytea(", "pgp_sym_decrypt_bytea(",
        "pgp_pub_decrypt_bytea(", "pgp_pub_encrypt_bytea(", "aes_encrypt(", "aes_decrypt(", "des_encrypt(", "des_decrypt(",
        "encryptbypassphrase(", "decryptbypassphrase(", "encrypt_iv(", "decrypt_iv(", "old_password(",
    ];

    // Also names of functions in programs: only within a statement.
    private static readonly string[] Common = [" crypt(", " encrypt(", " decrypt(", "=crypt(", "(crypt(", ",crypt("];

    private static readonly string[] Procedures = ["sp_addlogin", "sp_password", "sp_addlinkedsrvlogin", "sp_setapprole", "sp_addapprole"];

    private static readonly SearchValues<string> Statements =
        SearchValues.Create([.. Functions, .. Procedures, "set password", "crypt(", "password $", "identified via", "identified with",
            "pragma ",
            "attach database"],
            StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Verbs =
        SearchValues.Create(["select ", "insert ", "update ", "values", "where "], StringComparison.OrdinalIgnoreCase);

    /// <summary>The phrases that no other mark tells of.</summary>
    internal static IEnumerable<string> Marks => [.. Functions, .. Procedures, "crypt("];

    /// <summary>Finds them.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        if (text.AsSpan().IndexOfAny(Statements) < 0) return;
        SetPassword(findings);
        Dollars(findings);
        foreach (var function in Functions) Calls(findings, function);
        if (text.AsSpan().IndexOfAny(Verbs) >= 0)
        {
            foreach (var function in Common) Calls(findings, function);
        }
        foreach (var pragma in (ReadOnlySpan<string>)["pragma key", "pragma rekey", "pragma hexkey", "pragma hexrekey"])
            Pragma(findings, pragma);
        Behind(findings, "attach database", " key ");
        Behind(findings, "set password", "replace ");
        foreach (var via in (ReadOnlySpan<string>)["identified via", "identified with"]) Behind(findings, via, "using ");
        foreach (var procedure in Procedures) Arguments(findings, procedure);
    }

    // SET PASSWORD [FOR user] = | TO | := [FUNCTION(] 'x' [)]
    private static void SetPassword(Findings findings)
    {
        var text = findings.Text;
        for (var at = 0; Next(text, "set password", at) is >= 0 and var hit;)
        {
            at = hit + 12;
            var place = Blank.Skip(text, at);
            var limit = Math.Min(text.Length, place + MostUser);
            // The user may be written 'bob'@'host' or without quotes; the sign or the word TO comes behind it.
            while (place < limit && text[place] != '=')
            {
                if (text[place] == ';') break;
                var isWord = ValueScanner.TryReadQuoted(text, place, out var quoted);
                var end = isWord ? quoted.Next : Math.Max(place + 1, Word(text, place));
                if (!isWord && text.AsSpan(place, end - place).Equals("to", StringComparison.OrdinalIgnoreCase))
                {
                    place = end;
                    break;
                }
                place = Blank.Skip(text, end);
            }
            if (place >= limit || text[place] == ';') continue;
            Note(findings, text[place] == '=' ? place + 1 : place);
        }
    }

    // SQLCipher's PRAGMA key = 'x'
    private static void Pragma(Findings findings, string phrase)
    {
        var text = findings.Text;
        for (var at = 0; Next(text, phrase, at) is >= 0 and var hit;)
        {
            at = hit + phrase.Length;
            var sign = Blank.Skip(text, at);
            if (sign < text.Length && text[sign] is '=' or '(') Note(findings, sign + 1);
        }
    }

    private static int Word(string text, int at)
    {
        while (at < text.Length && !Blank.Is(text[at]) && text[at] is not ('=' or '\'' or '"' or '`' or ';')) at++;
        return at;
    }

    private static void Note(Findings findings, int at)
    {
        var text = findings.Text;
        at = Blank.Skip(text, at);
        var open = at;
        while (open < text.Length && (char.IsAsciiLetterOrDigit(text[open]) || text[open] is '_' or '.')) open++;
        if (open > at && open < text.Length && text[open] == '(')
        {
            CallValues.TryLiterals(findings, open, RuleNames.Sql, out _);
            return;
        }
        var value = ValueScanner.Read(text, at);
        var end = value.Quoted ? value.End : value.Start + value.In(text).TrimEnd(";\"'").Length;
        if (!NoSecret.Is(text.AsSpan(value.Start, Math.Max(0, end - value.Start)))) findings.Add(value.Start, end, RuleNames.Sql);
    }

    // PASSWORD $$x$$, PASSWORD $tag$x$tag$
    private static void Dollars(Findings findings)
    {
        var text = findings.Text;
        for (var at = 0; Next(text, "password $", at) is >= 0 and var hit;)
        {
            at = hit + 9;
            var tag = text.AsSpan(at + 1, Math.Min(32, text.Length - at - 1)).IndexOf('$');
            if (tag < 0) continue;
            var delimiter = text.AsSpan(at, tag + 2);
            var start = at + delimiter.Length;
            var length = text.AsSpan(start).IndexOf(delimiter);
            if (length > 0) findings.Add(start, start + length, RuleNames.Sql);
        }
    }

    private static void Calls(Findings findings, string function)
    {
        for (var at = 0; Next(findings.Text, function, at) is >= 0 and var hit;)
        {
            CallValues.TryLiterals(findings, hit + function.Length - 1, RuleNames.Sql, out at);
            at = Math.Max(at, hit + function.Length);
        }
    }

    // IDENTIFIED VIA plugin USING 'x' and USING PASSWORD('x'), up to the end of the statement.
    private static void Behind(Findings findings, string phrase, string word)
    {
        var text = findings.Text;
        var hit = Next(text, phrase, 0);
        for (var at = hit; hit >= 0 && Next(text, word, at) is >= 0 and var place;)
        {
            at = place + word.Length;
            var start = Blank.Skip(text, at);
            var isCall = text.AsSpan(start).StartsWith("password", StringComparison.OrdinalIgnoreCase);
            if (isCall || ValueScanner.TryReadQuoted(text, start, out _)) Note(findings, start);
        }
    }

    // EXEC sp_addlogin 'bob', 'x'
    private static void Arguments(Findings findings, string procedure)
    {
        var text = findings.Text;
        var hit = Next(text, procedure, 0);
        if (hit < 0) return;
        var at = Blank.Skip(text, hit + procedure.Length);
        // The old and the new password come first here; a server, whether, a local and a remote name before it there.
        var wanted = procedure is "sp_addlinkedsrvlogin" ? 4 : 1;
        for (var number = 0; number < 8 && at < text.Length; number++)
        {
            if (text[at] == '@' && text.AsSpan(at).IndexOf('=') is > 0 and var sign) at = Blank.Skip(text, at + sign + 1);
            var quoted = ValueScanner.TryReadQuoted(text, at, out var value);
            if (quoted && (procedure is "sp_password" ? number < 2 : number == wanted))
                findings.Add(value.Start, value.End, RuleNames.Sql);
            var comma = text.AsSpan(quoted ? value.Next : at).IndexOf(',');
            if (comma < 0) return;
            at = Blank.Skip(text, (quoted ? value.Next : at) + comma + 1);
        }
    }

    private static int Next(string text, string phrase, int at)
    {
        if (at >= text.Length) return -1;
        var hit = text.AsSpan(at).IndexOf(phrase, StringComparison.OrdinalIgnoreCase);
        return hit < 0 ? -1 : at + hit;
    }
}
