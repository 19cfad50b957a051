using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>Reads the value behind a name and its separator, and judges whether it is a secret.</summary>
internal static class NamedValues
{
    private const int MostToken = 4096;

    /// <summary>Reads the value that begins here.</summary>
    public static ValueSpan Read(in Name name, Separator separator, int at, bool isCommand)
    {
        var text = name.Text;
        // md5('x'): what is in the call's quotes.
        var call = at;
        while (call < text.Length && call < at + 24 && (char.IsAsciiLetterOrDigit(text[call]) || text[call] == '_')) call++;
        if (call > at && call + 1 < text.Length && text[call] == '(' && text[call + 1] is '\'' or '"'
            && !NoSecret.IsReference(text.AsSpan(at))) at = call + 1;
        var value = ValueScanner.Read(text, at, name.InQuery);
        if (value.Quoted) return value;
        if (separator.Sign == SeparatorSign.Encoded)
        {
            var encoded = value.In(text);
            var end = encoded.IndexOf("%26") is >= 0 and var next ? next : encoded.IndexOf("%22") is >= 0 and var quote
                ? quote : encoded.Length;
            return value with { End = value.Start + end, Next = value.Start + end };
        }
        return !isCommand && OwnsLine(name, value) ? ToEndOfLine(text, value) : value;
    }

    /// <summary>Notes the value when it is a secret.</summary>
    public static bool Judge(Findings findings, in Name name, Separator separator, ValueSpan value)
    {
        var text = findings.Text;
        var content = value.In(text);
        // No generator gives out so much.
        if (name.Kind is KeyKind.Weak or KeyKind.Medium && content.Length > MostToken) return false;
        if (NoSecret.Is(content) || IsNameOfOne(content) || IsPackage(text, separator, value)
            || !IsSecret(name, separator, value, content)) return false;
        findings.Add(value.Start, value.End, RuleNames.NamedValue);
        return true;
    }

    /// <summary>Notes a value that stands beside its name without a separator.</summary>
    public static void Note(Findings findings, in Name name, ValueSpan value)
    {
        var content = value.In(findings.Text);
        if (NoSecret.Is(content) || IsNameAlone(content)) return;
        if (name.Kind is KeyKind.Authorization) HeaderRule.Authorization(findings, value.Start);
        else if (name.Kind is KeyKind.Cookie or KeyKind.SetCookie) HeaderRule.Cookies(findings, value.Start,
            name.Kind == KeyKind.SetCookie);
        else if (name.Kind is KeyKind.Weak or KeyKind.Medium ? Looks.Random(content) : true)
            findings.Add(value.Start, value.End, RuleNames.NamedValue);
    }

    /// <summary>A list: <c>["a", "b"]</c> or <c>[a]</c>. Entries with blanks are messages of a validation.</summary>
    public static int List(Findings findings, in Name name, int at)
    {
        var text = findings.Text;
        var inner = Blank.Skip(text, at + 1);
        if (name.Kind is not (KeyKind.Strong or KeyKind.Password or KeyKind.Key)) return at + 1;
        if (!ValueScanner.TryReadQuoted(text, inner, out var entry))
        {
            var bare = ValueScanner.EndOfBare(text, at);
            if (NoSecret.Is(text.AsSpan(at, bare - at))) return bare;
            var close = text.AsSpan(inner).IndexOfAny(']', ' ');
            var end = close < 0 ? text.Length : inner + close;
            if (end > inner && text[inner] is not ('{' or '[') && !NoSecret.Is(text.AsSpan(inner, end - inner)))
                findings.Add(inner, end, RuleNames.NamedValue);
            return Math.Max(end, at + 1);
        }
        while (true)
        {
            var content = entry.In(text);
            if (!content.Contains(' ') && !NoSecret.Is(content)) findings.Add(entry.Start, entry.End, RuleNames.NamedValue);
            var next = Blank.Skip(text, entry.Next);
            if (next >= text.Length || text[next] != ',') return entry.Next;
            if (!ValueScanner.TryReadQuoted(text, Blank.Skip(text, next + 1), out entry)) return next;
        }
    }

    /// <summary>Whether an object begins here: its own names are looked at one by one.</summary>
    public static bool IsObject(string text, int at)
    {
        if (text.AsSpan(at).StartsWith("{{")) return false;
        var inner = Blank.Skip(text, at + 1);
        return inner >= text.Length || inner > at + 1 || text[inner] is '"' or '\'' or '}' or '\\' || ValueScanner.NameFollows(text, inner);
    }

    private static bool IsSecret(in Name name, Separator separator, ValueSpan value, ReadOnlySpan<char> content)
    {
        switch (name.Kind)
        {
            case KeyKind.Weak when name.Word.EndsWith("code", StringComparison.OrdinalIgnoreCase):
                return name.InQuery && content.Length >= 8 && content.ContainsAnyInRange('0', '9') && content.ContainsAnyInRange('A', 'z');
            case KeyKind.Weak when name.Word.EndsWith("community", StringComparison.OrdinalIgnoreCase):
                return name.Text.Contains("snmp", StringComparison.OrdinalIgnoreCase) && !content.Contains(':');
            case KeyKind.Weak when name.InQuery && IsStateOrNonce(name) && IsInCallback(name.Text):
                return content.Length >= 8 && content.ContainsAnyInRange('0', '9') && content.ContainsAnyInRange('A', 'z');
            // AUTH=x in an environment.
            case KeyKind.Weak when name.Word is "AUTH" or "CREDS" && separator.Sign == SeparatorSign.Equals:
                return Looks.Password(content);
            case KeyKind.Weak:
                return Looks.Random(content) || (name.InQuery && content.Length >= 16 && !IsStateOrNonce(name)
                    && !content.Contains('.') && !content.Contains('%'))
                    || (IsAuth(name) && (Looks.BasicCredentials(content) || (Looks.Token(content) && Looks.IsHexOrUuid(content))));
            case KeyKind.Medium when name.InQuery && name.Word.EndsWith("signature", StringComparison.OrdinalIgnoreCase):
                return content.Length >= 8;
            // ?session_id=a1b2c3d4e5f6; elsewhere a UUID behind it is what a log calls a session.
            case KeyKind.Medium when KeyName.IsSession(name.Word):
                return name.InQuery && Looks.Mixed(content) || (Looks.Token(content)
                    && !(name.Word.EndsWith("id", StringComparison.OrdinalIgnoreCase) && Looks.Uuid(content) && !name.InQuery));
            case KeyKind.Medium:
                return Looks.Token(content);
            // Lexer: token=IDENT line=5
            case KeyKind.Strong when name.Word.Equals("token", StringComparison.OrdinalIgnoreCase) && IsKindOfToken(name.Text, content):
                return false;
            case KeyKind.Strong when IsTimeOfTotem(name, content):
                return false;
            case KeyKind.Password when IsWhen(name.Word, content):
                return false;
            case KeyKind.Strong when name.Word is "secret" && IsObjectPath(content):
                return false;
            // docker build -t auth-token:1.2
            case not (KeyKind.Weak or KeyKind.Medium) when separator.Sign == SeparatorSign.Colon && separator.End == value.Start
                && !value.Quoted && !name.BeginsLine && content.Contains('.') && content.Length <= 12
                && !content.ContainsAnyExceptInRange('.', '9') && !content.Contains('/'):
                return false;
            // A store's secret_id is its name; an AppRole's is a UUID.
            case KeyKind.Strong when name.Word.EndsWith("secretid", StringComparison.OrdinalIgnoreCase)
                || name.Word.EndsWith("secret_id", StringComparison.OrdinalIgnoreCase):
                return Looks.Token(content) && Looks.IsHexOrUuid(content) || !content.ContainsAny('/', ':') && Looks.Password(content);
            case KeyKind.Key:
                return !IsFile(content) && !IsCount(name, content) && !IsProse(name, separator, value) && !IsGpgId(content)
                    && !(separator.Sign == SeparatorSign.Colon && !name.BeginsLine && IsNameAlone(content));
            // device code: E42
            case KeyKind.Strong when content.Length < 4 && name.Word.EndsWith("code", StringComparison.OrdinalIgnoreCase):
                return false;
            default:
                return !IsCount(name, content) && !(IsFile(content)
                    && name.Word.EndsWith("credentials", StringComparison.OrdinalIgnoreCase)) && !IsTask(name, separator, value)
                        && !IsWorkingDirectory(name, content)
                    && !IsProse(name, separator, value)
                    && !IsVerdict(name, content);
        }
    }

    /// <summary>
    /// Whether a value only names what should stand there, as usage texts do: <c>--password PASSWORD</c>, <c>YOUR_API_KEY</c>.
    /// </summary>
    public static bool IsNameOfOne(ReadOnlySpan<char> value)
    {
        value = value.Trim("<>[]{}().,");
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterUpper(c) && c is not ('_' or '-')) return false;
        }
        return value.Length > 0 && KeyName.Classify(value) != KeyKind.None;
    }

    // "password", "api_key": a list of names, not a name and its value.
    private static bool IsNameAlone(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
        {
            if (!char.IsAsciiLetter(c) && c is not ('_' or '-')) return false;
        }
        return KeyName.Classify(value) != KeyKind.None;
    }

    // An authorization code's return: what stands beside it opens the same door.
    private static bool IsInCallback(string text) => text.Contains("code=", StringComparison.Ordinal)
        || text.Contains("oauth", StringComparison.OrdinalIgnoreCase) || text.Contains("session_state", StringComparison.Ordinal)
        || text.Contains("response_type", StringComparison.Ordinal);

    private static bool IsKindOfToken(string text, ReadOnlySpan<char> value) => value.Length <= 24
        && !value.ContainsAnyExcept(CapitalSigns) && (text.Contains("line", StringComparison.OrdinalIgnoreCase)
            || text.Contains("lex", StringComparison.OrdinalIgnoreCase) || text.Contains("pars", StringComparison.OrdinalIgnoreCase)
            || text.Contains("col", StringComparison.OrdinalIgnoreCase));

    // Corosync's ring passes a token on within milliseconds. A code of six digits is none, whatever the line speaks of.
    private static bool IsTimeOfTotem(in Name name, ReadOnlySpan<char> value)
    {
        var text = name.Text;
        var word = name.Word;
        if (!word[(word.LastIndexOf('.') + 1)..].Equals("token", StringComparison.OrdinalIgnoreCase)) return false;
        value = value.EndsWith("ms") ? value[..^2] : value;
        return value.Length is > 0 and <= 5 && !value.ContainsAnyExceptInRange('0', '9')
            && (text.Contains("corosync", StringComparison.OrdinalIgnoreCase) || text.Contains("totem", StringComparison.OrdinalIgnoreCase)
                || text.Contains("token_retransmit", StringComparison.Ordinal)
                || text.Contains("token timeout", StringComparison.OrdinalIgnoreCase));
    }

    private static readonly System.Buffers.SearchValues<char> CapitalSigns =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    private static bool IsStateOrNonce(in Name name) => name.Word is "state" or "nonce" or "login";

    private static bool IsAuth(in Name name) => name.Word.Contains("auth", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the value of Ansible's <c>update_password</c> says when it is done.</summary>
    public static bool IsWhen(ReadOnlySpan<char> name, ReadOnlySpan<char> value) =>
        value is "always" or "on_create" && name.EndsWith("update_password", StringComparison.OrdinalIgnoreCase);

    // secret=prod/tls-cert: a namespace and a name of Kubernetes, letters and hyphens only.
    private static bool IsObjectPath(ReadOnlySpan<char> value)
    {
        var slash = value.IndexOf('/');
        return slash > 1 && value.Length > slash + 2 && char.IsAsciiLetterLower(value[0]) && char.IsAsciiLetterLower(value[^1])
            && char.IsAsciiLetterLower(value[slash - 1]) && char.IsAsciiLetterLower(value[slash + 1])
            && !value[..slash].ContainsAnyExcept(LabelSigns) && !value[(slash + 1)..].ContainsAnyExcept(LabelSigns);
    }

    private static readonly System.Buffers.SearchValues<char> LabelSigns =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz-");

    // A key's name often leads to the file that holds it.
    private static bool IsFile(ReadOnlySpan<char> value) =>
        value.Length > 1 && (value[0] == '/' || value.StartsWith("./") || value.StartsWith("~/"))
        && (value.Count('/') > 1 || value.Contains('.')) && !value.ContainsAny('+', '=');

    /// <summary>A key's number in GnuPG: 0xABCD1234.</summary>
    public static bool IsGpgId(ReadOnlySpan<char> value) =>
        (value.Length is > 5 and <= 18 || value.Length == 42) && value.StartsWith("0x") && Looks.IsHexOrUuid(value[2..]);

    /// <summary>The same without its sign, behind a flag for a key of GnuPG: <c>--encrypt-key ABCD1234</c>.</summary>
    public static bool IsGpgIdOf(ReadOnlySpan<char> name, ReadOnlySpan<char> value) =>
        value.Length is 8 or 16 or 40 && Looks.IsHexOrUuid(value) && (name.EndsWith("encrypt-key", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("sign-key", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("signing-key", StringComparison.OrdinalIgnoreCase));

    // libsecret-1-0:amd64, as package managers write a name and what it is built for.
    private static bool IsPackage(string text, Separator separator, ValueSpan value) =>
        separator.Sign == SeparatorSign.Colon && separator.End == value.Start && !value.Quoted
        && Architectures.Has(value.In(text).TrimEnd(",;:)."));

    private static readonly KeyWords.Set Architectures = new("amd64 arm64 armhf armel i386 all any source riscv64 ppc64el ppc64 s390x "
        + "mips64el mipsel loong64 x86_64 aarch64 noarch x32 hurd-i386 native");

    // max tokens, secrets: 12.
    private static bool IsCount(in Name name, ReadOnlySpan<char> value) =>
        name.Word[^1] is 's' or 'S' && !name.Word.EndsWith("pass", StringComparison.OrdinalIgnoreCase) && value.Length < 10
        && !value.ContainsAnyExceptInRange('0', '9');

    // rake tokens:cleanup, pam_unix(passwd:chauthtok)
    private static bool IsTask(in Name name, Separator separator, ValueSpan value)
    {
        if (separator.Sign != SeparatorSign.Colon || value.Quoted || separator.End != value.Start) return false;
        var plural = name.Word[^1] == 's' && !name.Word.EndsWith("pass");
        if (!plural && !(name.Before("(") && name.Word is "passwd")) return false;
        foreach (var c in value.In(name.Text).TrimEnd(":)"))
        {
            if (!char.IsAsciiLetterLower(c) && c is not ('_' or ':' or ')')) return false;
        }
        return true;
    }

    // PWD is the shell's directory.
    private static bool IsWorkingDirectory(in Name name, ReadOnlySpan<char> value) =>
        name.Word.EndsWith("pwd", StringComparison.OrdinalIgnoreCase) && (value[0] is '/' or '~' || value is ".") && name.Word.Length <= 6;

    // pass=12 fail=0
    private static bool IsVerdict(in Name name, ReadOnlySpan<char> value) =>
        (name.Word.Equals("pass", StringComparison.OrdinalIgnoreCase) || name.Word.EndsWith("passes", StringComparison.OrdinalIgnoreCase))
        && ((value.Length < 8 && !value.TrimEnd("%,").ContainsAnyExceptInRange('.', '9'))
            // --- PASS: TestTokenRefresh (0.00s)
            || (name.Word is "PASS" && (name.Before("--- ") || value.StartsWith("Test")
                || value.Contains('/') || value.IndexOf("::") > 0)));

    // "password: authentication failed for": letters only, and a sentence goes on.
    private static bool IsProse(in Name name, Separator separator, ValueSpan value)
    {
        var text = name.Text;
        if (value.Quoted || separator.Sign != SeparatorSign.Colon || separator.End == value.Start || name.BeginsLine) return false;
        foreach (var c in value.In(text).TrimEnd(".,;:"))
        {
            if (!char.IsLetter(c) && c is not ('\'' or '-')) return false;
        }
        var next = Blank.Skip(text, value.End);
        // volume "db-secret" : secret "db-credentials" not found
        if (KeyWords.ResourceKinds.Has(value.In(text)) && next < text.Length && text[next] is '"' or '\'' or '\\') return true;
        var end = next;
        while (end < text.Length && (char.IsAsciiLetterLower(text[end]) || (end > next && text[end] == '-'))) end++;
        return end > next && (end == text.Length || text[end] is ' ' or '.' or ',' or '\'' or '/'
            || (text[end] == ':' && IsObjectName(name)));
    }

    // volume "creds-password" : rpc error: what stands in quotes behind a word is its name, and not a name of a value.
    private static bool IsObjectName(in Name name)
    {
        var text = name.Text;
        return name.End < text.Length && text[name.End] is '"' or '\'' && name.Start > 2 && text[name.Start - 1] == text[name.End]
            && text[name.Start - 2] == ' ' && char.IsAsciiLetter(text[name.Start - 3]);
    }

    private static bool OwnsLine(in Name name, ValueSpan value)
    {
        var text = name.Text;
        if (value.End >= text.Length || name.InQuery || !name.BeginsLine || name.Hyphens > 1) return false;
        if (NoSecret.IsWord(value.In(text)) || text[value.End] is not (' ' or '\t')) return false;
        // Another name further on: this is a line of pairs.
        var rest = text.AsSpan(value.End);
        return !rest.Contains('=') && rest.IndexOf(": ") < 0;
    }

    private static ValueSpan ToEndOfLine(string text, ValueSpan value)
    {
        var comment = text.AsSpan(value.Start).IndexOf(" #");
        var end = comment < 0 ? ValueScanner.EndOfLine(text, value.Start) : value.Start + comment;
        return value with { End = end, Next = end };
    }
}
