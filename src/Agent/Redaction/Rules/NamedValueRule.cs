using System.Buffers;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Secrets that stand behind a name: <c>password=x</c>, <c>"token": "x"</c>, <c>secret: x</c>, <c>?sig=x</c>,
/// <c>&lt;password&gt;x&lt;/</c>,
/// <c>--api-key x</c>, headers. It goes from name to name and never back.
/// </summary>
internal static class NamedValueRule
{
    private static readonly string[] Stems =
    [
        "pass", "pwd", "pw", "psk", "kennwort", "losungswort", "mdp", "contrase", "clave", "senha", "hesl", "haslo", "wachtwoord",
            "losenord",
        "adgangskode", "kodeord", "salasana", "jelszo", "parol", "sifre", "lozinka", "geslo", "slaptazodis", "matkhau", "sandi",
            "presharedkey",
        "zugang", "pincode", "secret", "token", "credential", "cred", "apikey", "otp", "cvv", "cvc", "mnemonic", "bearer", "geheim",
            "jeton",
        "secreto", "segredo", "segreto", "gettone", "tajn", "hemlighet", "masterauth", "privkey", "saml", "community", "key",
        "schluessel", "chave", "chiave", "sleutel", "nyckel", "klucz", "avain", "sess", "sid", "sig", "hmac", "assertion", "ticket",
        "xsrf", "csrf", "authenticity", "awsalb", "verifier", "hwid", "licen", "lizenz", "auth", "code", "seed", "login", "state",
        "nonce", "cookie",
    ];

    private static readonly string[] ForeignStems =
    [
        "contraseña", "contrasen", "hasło", "lösenord", "jelszó", "şifre", "парол", "лозинка", "slaptažodis", "lykilorð", "парола",
            "κωδικός",
        "密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호", "암호", "المرور", "السر", "סיסמה", "סיסמא", "khẩu", "รหัสผ่าน", "पासवर्ड",
        "گذرواژه", "رمزعبور", "токен", "секрет", "令牌", "密钥", "密鑰", "トークン", "토큰", "schlüssel", "clé", "ключ", "klíč", "nøkkel",
    ];

    private static readonly SearchValues<string> Ascii = SearchValues.Create(Stems, StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<string> Foreign = SearchValues.Create(ForeignStems, StringComparison.OrdinalIgnoreCase);

    /// <summary>The stems of all names, for whoever looks for lines that may hold one.</summary>
    internal static IReadOnlyList<string> AsciiStems => Stems;

    /// <summary>Finds them all.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        var foreign = !System.Text.Ascii.IsValid(text);
        int at = 0, nextAscii = -1, nextForeign = foreign ? -1 : int.MaxValue;
        while (at < text.Length)
        {
            if (nextAscii < at) nextAscii = Next(text, at, Ascii);
            if (nextForeign < at) nextForeign = Next(text, at, Foreign);
            var hit = Math.Min(nextAscii, nextForeign);
            if (hit == int.MaxValue) return;
            var (start, end) = (hit, hit + 1);
            while (start > at && KeyName.IsPart(text[start - 1])) start--;
            while (end < text.Length && KeyName.IsPart(text[end])) end++;
            at = Math.Max(end, Examine(findings, start, end));
        }
    }

    private static int Next(string text, int at, SearchValues<string> stems)
    {
        var hit = text.AsSpan(at).IndexOfAny(stems);
        return hit < 0 ? int.MaxValue : at + hit;
    }

    private static int Examine(Findings findings, int start, int end)
    {
        var text = findings.Text;
        var hyphens = 0;
        while (start < end && text[start] is '-' or '.' or '$' && start < end - 1)
        {
            if (text[start] == '-') hyphens++;
            start++;
        }
        // password............x: the value is no part of the name.
        if (text.AsSpan(start, end - start).IndexOf("....") is > 0 and var leader) end = start + leader;
        while (end > start && text[end - 1] is '-' or '.') end--;
        var kind = KeyName.Classify(text.AsSpan(start, end - start));
        if (kind == KeyKind.None) return end;
        var name = WholeName(new Name(text, start, end, kind, hyphens));
        end = name.End;
        // https://x-access-token:... is a user, and has a rule of its own.
        if (name.Before("//")) return end;
        if (BehindArn(name) is > 0 and var behindArn) return behindArn;
        // "references non-existent secret key: tls.crt" names a key of an object.
        if (name.IsPlainKey && KeyWords.SecretKeys.Has(name.WordBefore) && !name.Before("non-existent secret "))
            name = name with { Kind = KeyKind.Key };
        if (MarkupRule.TryRead(findings, name, out var next) || TupleRule.TryNextElement(findings, name, out next)) return next;
        if (name.Kind is not (KeyKind.Weak or KeyKind.Medium)) MemberValues.FindBeside(findings, name);
        var closed = Separator.SkipLeader(text, Separator.SkipClosing(text, end));
        var separator = Separator.Read(text, Separator.SkipNumber(text, closed));
        if (separator.Sign == SeparatorSign.None && Separator.BehindLeader(text, end) is >= 0 and var value)
            return AfterSeparator(findings, name, new Separator(SeparatorSign.Equals, value));
        if (separator.Sign == SeparatorSign.None) return LooseValueRule.Find(findings, name, closed);
        return AfterSeparator(findings, name, separator);
    }

    private static int AfterSeparator(Findings findings, in Name name, Separator separator)
    {
        var text = findings.Text;
        // "password:" is a prompt: the quote behind the colon closes it.
        if (separator.End < text.Length && name.Start > 0 && text[separator.End] is '"' or '\''
            && text[name.Start - 1] == text[separator.End]
            && separator.End == name.End + 1) return separator.End + 1;
        // changePassword("old", "new")
        if (separator.Sign == SeparatorSign.Call && name.Kind == KeyKind.Password
            && CallValues.TryLiterals(findings, separator.End - 1, RuleNames.NamedValue, out var behindCall)) return behindCall;
        var at = Blank.Skip(text, separator.End);
        if (at >= text.Length) return name.End;
        // gcloud's --secret=name
        if (name.Hyphens == 2 && name.Word is "secret"
            && text.AsSpan(0, name.Start).Contains("gcloud ", StringComparison.Ordinal)) return at;
        if (name.Kind is KeyKind.Authorization) return HeaderRule.Authorization(findings, at);
        if (name.Kind is KeyKind.Cookie or KeyKind.SetCookie) return HeaderRule.Cookies(findings, at, name.Kind == KeyKind.SetCookie);
        // "password= user=bob": there is none.
        if (at > separator.End && separator.Sign == SeparatorSign.Equals && IsAnotherName(text, at, '=')) return at;
        if (at > separator.End && separator.Sign == SeparatorSign.Colon && (IsAnotherName(text, at, ':') || IsSecretsPair(text, at)))
            return at;
        if (text[at] == '[' && !Placeholder.Begins(text.AsSpan(at))) return NamedValues.List(findings, name, at);
        if (text[at] == '{' && NamedValues.IsObject(text, at))
        {
            if (name.Kind is KeyKind.Strong or KeyKind.Password or KeyKind.Key) MemberValues.Find(findings, name, at);
            return at;
        }
        if (text.AsSpan(at).StartsWith("map[")) return at;
        // credentials=Credentials{user='bob', password='x'}
        if (name.Kind == KeyKind.Strong && name.Word.EndsWith("s", StringComparison.OrdinalIgnoreCase) && OpensMembers(text, at)) return at;
        if (CallValues.TryRead(findings, name, at, out var called)) return called;
        if (TupleRule.TryCredentials(findings, name, at, out var behind)) return behind;
        if (text[at] == '(')
        {
            var bracketed = text.AsSpan(at, Math.Min(48, text.Length - at));
            if (bracketed.IndexOf(')') is > 0 and var closing && NoSecret.IsMask(bracketed[..(closing + 1)])) return at + closing;
            at = Blank.Skip(text, at + 1);
        }
        if (at >= text.Length) return name.End;
        at = BehindKind(text, at);
        var value = NamedValues.Read(name, separator, at, findings.IsCommand);
        return NamedValues.Judge(findings, name, separator, value) ? value.Next : Math.Max(name.End, value.Quoted ? value.Start : at);
    }

    // arn:aws:secretsmanager:eu-central-1:1:secret:prod/db-AbCdEf only says where a secret lies: where it ends, or 0.
    private static int BehindArn(in Name name)
    {
        if (!name.Word.Equals("secret", StringComparison.OrdinalIgnoreCase) || !(name.Before(":") || name.Before("%3A"))) return 0;
        var before = name.Text.AsSpan(Math.Max(0, name.Start - MostArn), Math.Min(MostArn, name.Start));
        var arn = before.LastIndexOf("arn");
        if (arn < 0 || before[arn..].ContainsAny(ArnEnds) || !before[arn..].Contains("secretsmanager", StringComparison.Ordinal)) return 0;
        var rest = name.Text.AsSpan(name.End);
        return rest.IndexOfAny(ArnEnds) is >= 0 and var end ? name.End + end : name.Text.Length;
    }

    private const int MostArn = 128;

    private static readonly SearchValues<char> ArnEnds = SearchValues.Create(" \t\"'\\,;&?<>()[]{}|");

    // tac_plus: password = cleartext "x"
    private static int BehindKind(string text, int at)
    {
        foreach (var kind in (ReadOnlySpan<string>)["cleartext ", "plaintext ", "des ", "crypt "])
        {
            if (text.AsSpan(at).StartsWith(kind, StringComparison.OrdinalIgnoreCase)) return Blank.Skip(text, at + kind.Length);
        }
        return at;
    }

    private static bool OpensMembers(string text, int at)
    {
        var end = at;
        while (end < text.Length && end < at + 48 && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '_')) end++;
        return end > at && end < text.Length && text[end] is '{' or '[' or '(' && ValueScanner.NameFollows(text, end + 1);
    }

    // "pass phrase" and "PIN code" are one name each.
    private static Name WholeName(Name name)
    {
        var text = name.Text;
        if (name.Word.Equals("code", StringComparison.OrdinalIgnoreCase) && KeyWords.SecretCodes.Has(name.WordBefore)
            && name.Before(" ")) return name with { Kind = KeyKind.Strong };
        if (!name.Word.Equals("pass", StringComparison.OrdinalIgnoreCase)) return name;
        foreach (var rest in (ReadOnlySpan<string>)[" phrase", " code", " word"])
        {
            var end = name.End + rest.Length;
            if (text.AsSpan(name.End).StartsWith(rest, StringComparison.OrdinalIgnoreCase)
                && (end >= text.Length || !KeyName.IsPart(text[end]))) return name with { End = end };
        }
        return name;
    }

    // secret "db-credentials": password=x
    private static bool IsSecretsPair(string text, int at)
    {
        if (!IsAnotherName(text, at, '=')) return false;
        var name = text.AsSpan(at, text.AsSpan(at).IndexOf('='));
        return KeyName.Classify(name) is KeyKind.Password or KeyKind.Strong or KeyKind.Key;
    }

    // name= or name: with a blank behind the colon.
    private static bool IsAnotherName(string text, int at, char sign)
    {
        var end = at;
        while (end < text.Length && end < at + 48 && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '.' or '-')) end++;
        return end > at && end < text.Length && text[end] == sign && char.IsAsciiLetter(text[at])
            && (sign == '=' ? end + 1 < text.Length && text[end + 1] is not ('=' or ' ') : end + 1 < text.Length
                && Blank.Is(text[end + 1]));
    }
}
