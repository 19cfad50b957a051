using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary><c>Bearer x</c> and <c>Basic x</c> without their header's name, and hashes of passwords.</summary>
internal static class SchemeRule
{
    private static readonly string[] Hashes =
    [
        "$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$argon2id$", "$argon2i$", "$argon2d$", "$scrypt$",
        "$pbkdf2", "$apr1$", "$sha1$", "pbkdf2_sha256$", "pbkdf2_sha1$", "bcrypt_sha256$", "pbkdf2:sha256:", "{SSHA", "{SHA}", "{SHA512}",
        "{CRYPT}", "{PBKDF2", "{ARGON2", "SCRAM-SHA-256$", "scrypt:32768:", "grub.pbkdf2.sha512.", "{MD5}", "{SMD5}",
    ];

    private static readonly System.Buffers.SearchValues<string> HashMarks =
        System.Buffers.SearchValues.Create(Hashes, StringComparison.Ordinal);

    private static readonly System.Buffers.SearchValues<string> Words =
        System.Buffers.SearchValues.Create(["bearer", "basic", "auth ", "authenticate ", "login "],
            StringComparison.OrdinalIgnoreCase);

    /// <summary>What stands before a response that a client sends at once.</summary>
    internal static readonly string[] SaslMarks =
    [
        "AUTH PLAIN ", "AUTH LOGIN ", "AUTH XOAUTH2 ", "AUTH OAUTHBEARER ", "AUTHENTICATE PLAIN ", "AUTHENTICATE LOGIN ",
        "AUTHENTICATE XOAUTH2 ", "AUTHENTICATE OAUTHBEARER ",
    ];

    private static readonly System.Buffers.SearchValues<string> Sasl =
        System.Buffers.SearchValues.Create(SaslMarks, StringComparison.OrdinalIgnoreCase);

    private static readonly KeyWords.Set Mechanisms = new("xoauth2 oauthbearer cram-md5 digest-md5 scram-sha-1 scram-sha-256 gssapi ntlm "
        + "failed failure Failed aborted");

    private static readonly System.Buffers.SearchValues<string> Radius =
        System.Buffers.SearchValues.Create(["Login incorrect", "Login OK"], StringComparison.Ordinal);

    /// <summary>Finds them.</summary>
    public static void Find(Findings findings)
    {
        if (findings.Text.AsSpan().IndexOfAny(Words) >= 0)
        {
            FindScheme(findings, "bearer");
            FindScheme(findings, "basic");
            FindSasl(findings);
            FindRadius(findings);
        }
        FindSaslResponse(findings);
        FindHashes(findings);
        FindUserList(findings);
    }

    private static readonly System.Buffers.SearchValues<char> NoUser = System.Buffers.SearchValues.Create(" \"{}:/=,");

    // pgbouncer's list of users: "bob" "x" and nothing else, or a few more in quotes.
    private static void FindUserList(Findings findings)
    {
        var text = findings.Text;
        if (text.Length < 7 || text[0] != '"') return;
        if (text.IndexOf("\" \"", StringComparison.Ordinal) is not (> 1 and var parted)) return;
        var user = text.AsSpan(1, parted - 1);
        var end = text.AsSpan().TrimEnd().Length;
        if (text[end - 1] != '"' || user.ContainsAny(NoUser) || end - 1 <= parted + 3) return;
        var value = text.AsSpan(parted + 3, end - parted - 4);
        if (value.Length < 5 || value[0] == '/' || value.Contains('"') || value.Contains(' ') || NoSecret.Is(value)) return;
        findings.Add(parted + 3, end - 1, RuleNames.LooseValue);
    }

    private static void FindScheme(Findings findings, string scheme)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOf(scheme, StringComparison.OrdinalIgnoreCase) is >= 0 and var hit)
        {
            var start = at + hit;
            at = start + scheme.Length;
            if (start > 0 && char.IsAsciiLetterOrDigit(text[start - 1])) continue;
            var from = text.AsSpan(at).StartsWith("%20") ? at + 3 : Blank.Skip(text, at);
            if (from == at) continue;
            var end = from;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end])
                || text[end] is '.' or '_' or '~' or '+' or '/' or '=' or '-' or '%')) end++;
            var value = text.AsSpan(from, end - from);
            var secret = scheme == "basic" ? Looks.BasicCredentials(value) : IsBearer(value);
            if (secret) findings.Add(from, end, RuleNames.Scheme);
            at = Math.Max(at, end);
        }
    }

    // "bearer authentication", "Bearer error=..." and "bearer token" are no tokens.
    private static bool IsBearer(ReadOnlySpan<char> value) =>
        value.Length >= 8 && value.ContainsAnyInRange('0', '9') && value.TrimEnd('=').IndexOf('=') < 0;

    // AUTH PLAIN x, AUTHENTICATE PLAIN x: the user and the password in base64.
    private static void FindSasl(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOfAny(Sasl) is >= 0 and var hit)
        {
            var start = at + hit;
            start = Blank.EndOfWord(text, Blank.Skip(text, Blank.EndOfWord(text, start))) + 1;
            var end = Math.Min(start, text.Length);
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '+' or '/' or '=')) end++;
            var value = text.AsSpan(Math.Min(start, end), Math.Max(0, end - start));
            // AUTH PLAIN LOGIN XOAUTH2 is what a server offers; "AUTH LOGIN failed" a message.
            var isWord = !value.ContainsAnyExceptInRange('a', 'z') || !value.ContainsAnyExceptInRange('A', 'Z') || Mechanisms.Has(value);
            if (value.Length >= 4 && !isWord && (value.Length % 4 == 0 || Looks.Token(value))) findings.Add(start, end, RuleNames.Scheme);
            at = Math.Max(start, end);
        }
    }

    // Dovecot's client in: AUTH 1 PLAIN resp=x, and the second step of AUTH LOGIN in Postfix's log: < host[1.2.3.4]: cGFzcw==
    private static void FindSaslResponse(Findings findings)
    {
        var text = findings.Text;
        if (text.IndexOf("resp=", StringComparison.Ordinal) is >= 0 and var response
            && (response == 0 || !KeyName.IsPart(text[response - 1]) || text.AsSpan(0, response).EndsWith("#011")))
            NoteBase64(findings, response + 5, false);
        // PHPMailer's transcript.
        if (text.IndexOf("CLIENT -> SERVER: ", StringComparison.Ordinal) is >= 0 and var mailer) NoteBase64(findings, mailer + 18, true);
        var sent = text.IndexOf("]: < ", StringComparison.Ordinal);
        var client = sent < 0 ? -1 : text.IndexOf("]: ", sent + 5, StringComparison.Ordinal);
        if (client >= 0) NoteBase64(findings, client + 3, true);
    }

    private static void NoteBase64(Findings findings, int start, bool isLast)
    {
        var text = findings.Text;
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '+' or '/' or '=')) end++;
        var value = text.AsSpan(start, end - start);
        if (value.Length < 8 || value.Length % 4 != 0 || (isLast && Blank.Skip(text, end) < text.Length)) return;
        if (value.ContainsAnyInRange('a', 'z')) findings.Add(start, end, RuleNames.Scheme);
    }

    // FreeRADIUS: Login incorrect (pap): [bob/x]
    private static void FindRadius(Findings findings)
    {
        var text = findings.Text;
        var hit = text.AsSpan().IndexOfAny(Radius);
        var open = hit < 0 ? -1 : text.IndexOf('[', hit);
        var close = open < 0 ? -1 : text.IndexOf("] (", open, StringComparison.Ordinal);
        if (close < 0) return;
        var slash = text.IndexOf('/', open, close - open);
        if (slash > 0 && !NoSecret.IsMask(text.AsSpan(slash + 1, close - slash - 1))) findings.Add(slash + 1, close, RuleNames.Scheme);
    }

    private static void FindHashes(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && text.AsSpan(at).IndexOfAny(HashMarks) is >= 0 and var hit)
        {
            var start = at + hit;
            var end = start + 1;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end])
                || text[end] is '$' or '.' or '/' or '+' or '=' or ',' or '{' or '}' or ':' or '-' or '_' or '*' or '@'))
            {
                // A shadow's fields are parted by colons.
                if (text[end] is ':' or ',' && text[start] == '$' && !text.AsSpan(start).StartsWith("$argon2")
                    && !text.AsSpan(start).StartsWith("$pbkdf2")) break;
                if (text[end] == ':' && text[start] is '$' or '{') break;
                end++;
            }
            if (end - start >= 20 && text.AsSpan(start, end - start).ContainsAnyInRange('0', '9')) findings.Add(start, end,
                RuleNames.PasswordHash);
            at = Math.Max(start + 1, end);
        }
    }
}
