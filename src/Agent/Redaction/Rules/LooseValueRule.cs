using System.Buffers;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Secrets behind a name with no sign between: flags (<c>--token x</c>), directives (<c>SetEnv DB_PASSWORD x</c>), <c>.netrc</c>, pairs of
/// name and value (<c>"name": "PASSWORD", "value": "x"</c>) and prose (<c>the password is x</c>).
/// </summary>
internal static class LooseValueRule
{
    private const int LookAround = 512;

    private static readonly KeyWords.Set Directives = new("env setenv passenv fastcgi_param uwsgi_param scgi_param arg setx config:set");
    private static readonly KeyWords.Set Connectors = new("is was are be to set as now of := equals "
        + "has been changed reset updated - – — ist lautet est es è");
    private static readonly KeyWords.Set ConfigNames =
        new("requirepass masterauth bindpw rootpw authtoken rpcpassword smtppass olcrootpw password passwd psk secret userpassword");
    private static readonly KeyWords.Set Stops = new(
        "to is are was for or and flag option options instead on if with requires require must not as in via using argument parameter "
            + "the a an "
        + "of by from needs can cannot may should when that has have will been parameter, at");

    private static readonly SearchValues<string> Generated = SearchValues.Create(
        ["temporary", "generated", "initial", "one-time", "one time", "default", "random", "auto-generated"],
            StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Askers =
        SearchValues.Create(["mysql", "mariadb", "psql", "pg_dump", "pg_restore", "pg_basebackup", "createdb", "createuser"],
            StringComparison.Ordinal);

    private static readonly SearchValues<string> Builders =
        SearchValues.Create(["docker ", "podman ", "buildah ", "nerdctl ", "buildctl ", "pulumi "], StringComparison.Ordinal);

    /// <summary>Looks behind the name; gives where reading goes on.</summary>
    /// <param name="findings">The line.</param>
    /// <param name="name">The name.</param>
    /// <param name="closed">Behind the quotes that close it.</param>
    public static int Find(Findings findings, in Name name, int closed)
    {
        var text = findings.Text;
        if (TupleRule.TryPair(findings, name, closed, out var next) || TupleRule.TryContent(findings, name, closed, out next)
            || TryPair(findings, name, closed, out next)) return next;
        if (DescribedValue.InBrackets(name, closed) is { } bracketed) return Note(findings, bracketed);
        if (Puppet(findings, name) is var behindPuppet and > 0) return behindPuppet;
        if (Redis(findings, name, closed) is var behindRedis and > 0) return behindRedis;
        if (name.Kind is KeyKind.Authorization or KeyKind.Cookie or KeyKind.SetCookie) return name.End;
        var at = Blank.Skip(text, name.End);
        if (CodeBefore(name) is { } before) return Note(findings, before with { Next = name.End });
        if (at == name.End || at >= text.Length) return name.End;
        if (name.Hyphens > 0 && (name.Start == name.Hyphens
            || !KeyName.IsPart(text[name.Start - name.Hyphens - 1]))) return Flag(findings, name, at);
        if (OneTime(name, at) is { } code) return Note(findings, code);
        if (OfType(name, at) is { } typed) return Note(findings, typed);
        if (InQuotes(name, at) is { } literal) return Note(findings, literal);
        if (name.Kind is KeyKind.Strong or KeyKind.Password or KeyKind.Key)
        {
            if (Directives.Has(name.WordBefore)) return Note(findings, ValueScanner.Read(text, at));
            if (IsNetrc(text, name)) return Note(findings, ValueScanner.Read(text, at));
            if (TwoWords(name, at) is { } value) return Note(findings, value);
        }
        var behind = Prose(findings, name, at);
        return behind == name.End && DescribedValue.Find(name) is { } described ? Note(findings, described) : behind;
    }

    private static int Flag(Findings findings, in Name name, int at)
    {
        var text = findings.Text;
        if (name.Kind is KeyKind.Weak or KeyKind.Medium || (name.Hyphens == 1 && !KeyName.IsLongFlag(name.Word))) return name.End;
        if (IsSwitch(Near(text, name.Start), name.Word)) return name.End;
        if (text[at] is '-' or '|' or '>' or '<' or '&' or ';' or '\\' or ')' or ']' or '}') return name.End;
        if (ValueScanner.TryReadQuoted(text, at, out var quoted)) return Note(findings, quoted);
        // OpenSSL's -pass pass:"x y"
        if (text.AsSpan(at).StartsWith("pass:") && ValueScanner.TryReadQuoted(text, at + 5, out quoted)) return Note(findings, quoted);
        var value = new ValueSpan(at, ValueScanner.EndOfBare(text, at), 0, false);
        var word = value.In(text);
        // "--password is required" is a message.
        if (Stops.Has(word) || NoSecret.IsWord(word) || NamedValues.IsNameOfOne(word) || IsSecretsName(name, word)
            || ((name.Kind == KeyKind.Key || name.Word.EndsWith("credentials", StringComparison.OrdinalIgnoreCase))
                && word[0] is '/' or '.' or '~')) return name.End;
        // OpenSSL's -pass pass:x
        if (word.StartsWith("pass:")) value = value with { Start = value.Start + 5 };
        return NamedValues.IsGpgId(word) || NamedValues.IsGpgIdOf(name.Word, word) ? value.End
            : Note(findings, value with { Next = value.End });
    }

    // A store's secret_id is its name; an AppRole's is a UUID.
    private static bool IsSecretsName(in Name name, ReadOnlySpan<char> word) =>
        name.Word.EndsWith("secret-id", StringComparison.OrdinalIgnoreCase) && !(Looks.Token(word) && Looks.IsHexOrUuid(word));

    // mysql --password x asks for it, and x is a database; docker build --secret id=x names one.
    private static bool IsSwitch(ReadOnlySpan<char> before, ReadOnlySpan<char> flag) =>
        (flag is "password" && before.IndexOfAny(Askers) >= 0) || (flag is "secret" && before.IndexOfAny(Builders) >= 0);

    // machine x login y password z
    private static bool IsNetrc(string text, in Name name)
    {
        if (!name.Word.Equals("password", StringComparison.OrdinalIgnoreCase)) return false;
        var before = Near(text, name.Start);
        var first = before.TrimStart();
        return before.Contains("login ", StringComparison.OrdinalIgnoreCase)
            && (before.Contains("machine ", StringComparison.OrdinalIgnoreCase) || first.StartsWith("login ")
                || first.StartsWith("default "));
    }

    // What stands before a place, as far as it can matter.
    private static ReadOnlySpan<char> Near(string text, int at) => text.AsSpan(Math.Max(0, at - LookAround), Math.Min(at, LookAround));

    // A configuration's line: the name, one value, nothing else.
    private static ValueSpan? TwoWords(in Name name, int at)
    {
        var text = name.Text;
        if (!name.BeginsLine || text[at] is '=' or '-') return null;
        var value = ValueScanner.Read(text, at);
        if (Blank.Skip(text, value.Next) < text.Length || NoSecret.Is(value.In(text))) return null;
        return ConfigNames.Has(name.Word) && char.IsLower(name.Word[0]) || Looks.Password(value.In(text)) ? value : null;
    }

    private static int Prose(Findings findings, in Name name, int at)
    {
        var text = findings.Text;
        var password = name.Kind == KeyKind.Password;
        if (password && ValueScanner.TryReadQuoted(text, at, out var quoted))
        {
            if (quoted.Next >= text.Length && quoted.End >= quoted.Next) return name.End;
            // OpenVPN's management: password "Auth" "x"
            var second = Blank.Skip(text, quoted.Next);
            var next = Note(findings, quoted);
            if (second <= quoted.Next || second >= text.Length) return next;
            if (!ValueScanner.TryReadQuoted(text, second, out var behind))
            {
                // The same without quotes as the last word: password "Auth" x9
                var word = ValueScanner.EndOfBare(text, second);
                if (!Looks.Password(text.AsSpan(second, word - second)) || !text.AsSpan(word).Trim("\"' ").IsEmpty) return next;
                behind = new ValueSpan(second, word, word, false);
            }
            return Note(findings, behind);
        }
        if (name.Word is "LOGIN") return Imap(findings, name, at);
        if (name.Word.EndsWith("community", StringComparison.Ordinal)) return Community(findings, name, at);
        for (var steps = 0; steps < 5; steps++)
        {
            var end = ValueScanner.EndOfBare(text, at);
            var word = text.AsSpan(at, end - at);
            if (password ? Looks.Password(word) && !word.Contains('=') && !NoSecret.Is(word)
                : IsKeyLike(name, word) && !IsFingerprint(name, word))
                return Note(findings, new ValueSpan(at, end, end, false));
            // decoded credentials bob:x, and monit's credentials allow bob:x
            if (name.Word.EndsWith("credentials", StringComparison.OrdinalIgnoreCase) && word.IndexOf(':') is > 0 and var colon
                && Looks.Password(word[(colon + 1)..]))
                return Note(findings, new ValueSpan(at + colon + 1, end, end, false));
            // "the password is [x]"
            if (password && steps > 0 && word.Length > 2 && word[0] is '[' or '<' or '(' && Looks.Password(word[1..].TrimEnd("]>)}.")))
                return Note(findings, new ValueSpan(at + 1, at + 1 + word[1..].TrimEnd("]>)}.").Length, end, false));
            var isConnector = Connectors.Has(word.TrimEnd(':')) || (word is "allow" && name.Word is "credentials");
            if (!isConnector) break;
            // "changed the password to x", but not "sent a password to user42".
            if (steps == 0 && word is "to" or "of" && !DescribedValue.IsChange(Near(text, name.Start))) break;
            at = Blank.Skip(text, end);
            // "password changed","user": the quote closes what stands before.
            if (at >= text.Length || (at == end && text[at] is '"' or '\'' or '`')) return name.End;
            if (password && ValueScanner.TryReadQuoted(text, at, out quoted)) return Note(findings, quoted);
            // "the secret is 'x9'"
            if (name.Kind == KeyKind.Strong && ValueScanner.TryReadQuoted(text, at, out quoted) && Looks.Password(quoted.In(text))
                && !quoted.In(text).Contains(' ') && quoted.Next > quoted.End) return Note(findings, quoted);
        }
        return password ? GeneratedAtEnd(findings, name) : name.End;
    }

    // (/Stage[main]/Db/password) changed 'x' to 'y'; 0: it is none.
    private static int Puppet(Findings findings, in Name name)
    {
        var text = findings.Text;
        const string Changed = " changed ";
        var at = name.End < text.Length && text[name.End] is ')' or ':' ? name.End + 1 : name.End;
        if (!text.AsSpan(at).StartsWith(Changed) || !ValueScanner.TryReadQuoted(text, at + Changed.Length, out var old)) return 0;
        var next = Note(findings, old);
        var to = Blank.Skip(text, next);
        return text.AsSpan(to).StartsWith("to ") && ValueScanner.TryReadQuoted(text, to + 3, out var now) ? Note(findings, now) : next;
    }

    // CONFIG SET requirepass x, "config" "set" "requirepass" "x", "AUTH" "bob" "x"; 0: none of them.
    private static int Redis(Findings findings, in Name name, int closed)
    {
        var text = findings.Text;
        var at = Blank.Skip(text, closed);
        if (at == name.End || at >= text.Length) return 0;
        if (name.Word is "requirepass" or "masterauth") return Note(findings, ValueScanner.Read(text, at));
        // ERR AUTH "x" called without any password configured
        if (name.Word is "AUTH" && closed == name.End && ValueScanner.TryReadQuoted(text, at, out var only)
            && Looks.Password(only.In(text))) return Note(findings, only);
        if (!name.Word.Equals("auth", StringComparison.OrdinalIgnoreCase) || closed != name.End + 1 || !name.Before("\"")) return 0;
        if (!ValueScanner.TryReadQuoted(text, at, out var first)) return 0;
        return Note(findings, ValueScanner.TryReadQuoted(text, Blank.Skip(text, first.Next), out var second) ? second : first);
    }

    // A switch's secret 9 $9$x, password 7 0822455D0A, key 0 x: the digit says how the value is encoded.
    private static ValueSpan? OfType(in Name name, int at)
    {
        var text = name.Text;
        var isKey = name.IsPlainKey || name.Word is "hex-key";
        if (!isKey && name.Kind is not (KeyKind.Strong or KeyKind.Password or KeyKind.Key)) return null;
        if (at + 2 >= text.Length || !char.IsAsciiDigit(text[at]) || text[at + 1] != ' ') return null;
        var start = Blank.Skip(text, at + 1);
        var end = Blank.EndOfWord(text, start);
        var value = text.AsSpan(start, end - start).TrimEnd("\"';,");
        var isEncoded = value.Length >= 8 && (value[0] == '$' || (value.ContainsAnyInRange('0', '9') && Looks.IsHexOrUuid(value)));
        var isPlain = text[at] == '0' && value.Length >= 4 && Blank.Skip(text, end) >= text.Length && char.IsAsciiLetter(value[0]);
        return isEncoded || isPlain || (text[at] is '5' or '7' or '8' or '9' && Looks.Password(value) && value.Length >= 8)
            ? new ValueSpan(start, start + value.Length, end, false) : null;
    }

    // secret "K2tf3TRrmE7TJd+m2NPBuw==", as BIND and others write it; "unexpected token "a1"" is another matter.
    private static ValueSpan? InQuotes(in Name name, int at)
    {
        if (name.Kind is not (KeyKind.Strong or KeyKind.Key) || KeyWords.OtherTokens.Has(name.WordBefore)) return null;
        if (!ValueScanner.TryReadQuoted(name.Text, at, out var value)) return null;
        var content = value.In(name.Text);
        // secret "default-token-x7k2p" is a name in Kubernetes.
        var looks = (content.Length >= 8 && content[^1] == '=') || (content.Length >= 32 && Looks.IsHexOrUuid(content))
            || (Looks.Random(content) && content.ContainsAnyInRange('A', 'Z') && content.ContainsAnyInRange('a', 'z'));
        return value.Next > value.End && looks && !content.Contains(' ') ? value : null;
    }

    // "482913 is your verification code", "G-482913 is your code"
    private static ValueSpan? CodeBefore(in Name name)
    {
        var text = name.Text;
        if (name.Kind != KeyKind.Strong || !name.Word.EndsWith("code", StringComparison.OrdinalIgnoreCase)) return null;
        var near = Near(text, name.Start);
        var hit = near[Math.Max(0, near.Length - 64)..].LastIndexOf(" is your ");
        if (hit < 0) return null;
        var end = name.Start - Math.Min(64, near.Length) + hit;
        var start = end;
        while (start > 0 && end - start < 12 && char.IsAsciiDigit(text[start - 1])) start--;
        return end - start is >= 4 and <= 8 ? new ValueSpan(start, end, end, false) : null;
    }

    // "the verification code is 482913", "one-time password 482913"
    private static ValueSpan? OneTime(in Name name, int at)
    {
        var text = name.Text;
        var isCode = name.Kind == KeyKind.Strong && (name.Word.EndsWith("code", StringComparison.OrdinalIgnoreCase)
            || name.Word.EndsWith("otp", StringComparison.OrdinalIgnoreCase));
        var isOnce = name.Kind == KeyKind.Password && Near(text, name.Start).EndsWith("time ", StringComparison.OrdinalIgnoreCase);
        if (!isCode && !isOnce) return null;
        var end = Blank.EndOfWord(text, at);
        if (text.AsSpan(at, end - at) is "is" or "was" or "ist")
        {
            at = Blank.Skip(text, end);
            end = Blank.EndOfWord(text, at);
        }
        var value = text.AsSpan(at, end - at).TrimEnd(".,;!");
        return value.Length is >= 4 and <= 8 && !value.ContainsAnyExceptInRange('0', '9')
            ? new ValueSpan(at, at + value.Length, end, false) : null;
    }

    // a1 LOGIN bob x
    private static int Imap(Findings findings, in Name name, int at)
    {
        var text = findings.Text;
        var user = Blank.EndOfWord(text, at);
        var start = Blank.Skip(text, user);
        var end = ValueScanner.EndOfLine(text, start);
        if (start >= end || text.AsSpan(start, end - start).Contains(' ') || !name.WordBefore.ContainsAnyInRange('0', '9')
            || name.WordBefore.Contains('-')) return name.End;
        return Note(findings, ValueScanner.Read(text, start));
    }

    // snmpd.conf: rocommunity x 10.0.0.0/8
    private static int Community(Findings findings, in Name name, int at) =>
        (name.BeginsLine && name.Word.StartsWith("r")) || (findings.Text.Contains("snmp", StringComparison.OrdinalIgnoreCase)
            && Looks.Password(findings.Text.AsSpan(at, Blank.EndOfWord(findings.Text, at) - at)))
            ? Note(findings, ValueScanner.Read(findings.Text, at)) : name.End;

    private static bool IsKeyLike(in Name name, ReadOnlySpan<char> word)
    {
        word = word.TrimEnd(".,;:!?)");
        if (name.Kind is KeyKind.Weak or KeyKind.Medium || word.Length < 16) return false;
        // secrets set API_KEY=x: the pair has a name of its own.
        if (word.TrimEnd('=').Contains('=')) return false;
        return Looks.Random(word) || (word.Length >= 32 && Looks.Token(word) && Looks.IsHexOrUuid(word) && !word.Contains('-'));
    }

    // gpg: using RSA key ABCDEF0123456789ABCDEF0123456789ABCDEF01
    private static bool IsFingerprint(in Name name, ReadOnlySpan<char> word) => Looks.IsHexOrUuid(word.TrimEnd(".,;:!?)"))
        && (name.WordBefore is "RSA" or "DSA" or "ECDSA" or "EDDSA" or "EdDSA" or "ED25519" or "ECDH"
            || name.Text.Contains("gpg", StringComparison.Ordinal)
            || Near(name.Text, name.Start).Contains("using", StringComparison.Ordinal));

    // "A temporary password is generated for root@localhost: x"
    private static int GeneratedAtEnd(Findings findings, in Name name)
    {
        var text = findings.Text;
        if (text.Length - name.End > LookAround) return name.End;
        var rest = text.AsSpan(name.End);
        var colon = rest.LastIndexOf(": ");
        if (colon < 0 || colon > 96 || (Near(text, name.Start).IndexOfAny(Generated) < 0
            && rest.IndexOfAny(Generated) < 0)) return name.End;
        var start = Blank.Skip(text, name.End + colon + 1);
        var end = ValueScanner.EndOfLine(text, start);
        var value = text.AsSpan(start, end - start);
        if (value.Length < 4 || value.Contains(' ') || NoSecret.Is(value)) return name.End;
        return Note(findings, new ValueSpan(start, end, end, false));
    }

    // "name": "PASSWORD", "value": "x" and Key=PASSWORD,Value=x
    private static bool TryPair(Findings findings, in Name name, int at, out int next)
    {
        var text = findings.Text;
        next = name.End;
        var from = at;
        while (at < text.Length && at < from + 8 && (Blank.Is(text[at]) || text[at] is ',' or ';' or '"' or '\'' or '-' or '\\')) at++;
        if (at == from && at < text.Length && text[at] is not ('v' or 'V')) return false;
        var end = at;
        while (end < text.Length && end < at + 32 && (char.IsAsciiLetter(text[end]) || text[end] == '_')) end++;
        var word = text.AsSpan(at, end - at);
        if (end == at || !(word.EndsWith("value", StringComparison.OrdinalIgnoreCase) || word is "v" or "V" or "val")) return false;
        var separator = Separator.Read(text, Separator.SkipClosing(text, end));
        if (separator.Sign is SeparatorSign.None or SeparatorSign.Call) return false;
        var start = Blank.Skip(text, separator.End);
        if (start >= text.Length) return false;
        var value = ValueScanner.Read(text, start);
        NamedValues.Note(findings, name, value);
        next = value.Next;
        return true;
    }

    private static int Note(Findings findings, ValueSpan value)
    {
        if (!NoSecret.Is(value.In(findings.Text))) findings.Add(value.Start, value.End, RuleNames.LooseValue);
        return value.Next;
    }
}
