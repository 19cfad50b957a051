using System.Buffers;

namespace HostAtlas.Agent.Redaction.Values;

/// <summary>
/// Values that stand where a secret would and are none: words of a message, masks, names of variables, references to a store.
/// </summary>
internal static class NoSecret
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Words = new HashSet<string>(
        ("yes no true false null nil none undefined nan on off y n enabled disabled enable disable required optional missing invalid valid "
        + "expired revoked incorrect wrong failed failure ok success successful succeeded error empty unset set notset set unknown "
            + "unavailable "
        + "present absent hidden redacted masked filtered removed omitted protected sensitive secret-hidden changed unchanged updated "
        + "accepted rejected denied granted created deleted rotated refreshed renewed string str text int integer bool boolean number "
        + "bytes varchar char object array any void password prompt ask stdin env environment file default n/a na tbd -- - /dev/stdin ... "
            + "bearer "
            + "basic "
        + "digest negotiate ntlm mandatory must not is was the a an and or for of to from with in on at authentication authorization "
        + "auth login blank ignored skipped skip unused provided supplied given configured found loaded matched mismatch mismatched "
        + "creation creating refreshing modifying destroying destruction still reading verified validated generated issued "
            + "not_logging_parameter value_specified_in_no_log_parameter needed supported unsupported unauthorized forbidden malformed "
                + "pending locked <nil> "
        + "await expected eof eol ident identifier newline whitespace keyword literal expression statement unexpected <eof> end-of-file "
        + "\\n function undefined; optional, yes, no, null, none, nein ja oui non si да нет")
        .Split(' '), StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<char> MaskSigns = SearchValues.Create("*•●·x X.-_#█");

    private static readonly string[] References =
    [
        "arn:aws:secretsmanager:", "arn:aws:ssm:", "op://", "vault://", "ref+", "vault:", "secretsmanager:", "sm://", "ssm:", "keyvault:",
        "!vault", "!ref", "!sub", "!secret", "env:", "file:", "file://", "awssm://", "gcpsm://", "azurekv://", "process.env.", "os.environ",
        "os.getenv(", "getenv(", "env(", "ENV[", "@Microsoft.KeyVault(", "secretref:", "{{resolve:", "System.getenv(",
        "config(", "var.", "local.", "data.", "module.", "secrets.", "request.", "req.body",
    ];

    /// <summary>Whether this whole value is none.</summary>
    public static bool Is(ReadOnlySpan<char> value)
    {
        value = Trimmed(value);
        return value.Length == 0 || Placeholder.Is(value) || Words.Contains(value.TrimEnd(".,;:!)")) || IsMask(value) || IsReference(value)
            || IsSentence(value);
    }

    private static readonly KeyWords.Set NoArguments = new("- /dev/stdin true false yes no null none stdin prompt ask {} on off env file");

    /// <summary>Whether this is none as the argument of a command, where words are values and not a message.</summary>
    public static bool IsArgument(ReadOnlySpan<char> value) => value.Length == 0 || Placeholder.Is(value)
        || NoArguments.Has(value)
        || IsMask(value) || (value[0] != '$' && IsReference(value));

    /// <summary>Whether this is a word that messages go on with after a name (<c>password: required</c>).</summary>
    public static bool IsWord(ReadOnlySpan<char> value) => Words.Contains(value.TrimEnd(".,;:!)"));

    /// <summary>Only the signs that programs write over a secret, or a word for it in brackets.</summary>
    public static bool IsMask(ReadOnlySpan<char> value)
    {
        // sed's s/password=.*/password=***/g
        if (value.IndexOf('/') is >= 3 and var slash && value.Length - slash <= 4) value = value[..slash];
        if (value.Length >= 2 && (value[0], value[^1]) is ('[', ']') or ('<', '>') or ('(', ')') or ('{', '}') or ('*', '*'))
        {
            var inner = value[1..^1].Trim("*[<({])}> ");
            if (inner.Length <= 32 && inner.Length > 0 && !inner.ContainsAnyInRange('0', '9') && IsWords(inner)) return true;
        }
        return value.Length >= 3 && !value.ContainsAnyExcept(MaskSigns);
    }

    // A pattern that looks for a secret, in sed, grep or a rule of a firewall: password=.*, token=[^&]*, key=\S+.
    private static bool IsPattern(ReadOnlySpan<char> value) => value[0] == ')' ? value.Length > 2 && IsPattern(value[1..])
        : value.StartsWith(".*") || value.StartsWith(".+") || value.StartsWith("[^")
        || value.StartsWith("\\S") || value.StartsWith("\\w") || value.StartsWith("(.*") || value.StartsWith("(.+")
        || value.StartsWith("([^") || value.StartsWith("\\(.*") || value.StartsWith("\\([^") || value.StartsWith("(?")
        || value.StartsWith("[A-Z") || value.StartsWith("[a-z") || value.StartsWith("[0-9") || value.StartsWith("[[:");

    /// <summary>A variable, a template or an address in a store of secrets, and nothing else.</summary>
    public static bool IsReference(ReadOnlySpan<char> value)
    {
        if (value.Length < 2) return value is "?";
        if (value[0] == '$') return IsVariable(value);
        if (IsPattern(value)) return true;
        if (value.StartsWith("{{") && value.EndsWith("}}")) return true;
        if (value.StartsWith("%(") && value.EndsWith(")s")) return true;
        if (value[0] == '%') return value.Length == 2 && char.IsAsciiLetter(value[1])
            || value.Length > 2 && value[^1] == '%' && !value[1..^1].ContainsAnyExcept(NameSigns);
        foreach (var reference in References)
        {
            if (value.StartsWith(reference, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return value[0] is ':' or '@' && value.Length > 2 && !value[1..].ContainsAnyExcept(LowerNameSigns);
    }

    private static readonly SearchValues<char> NameSigns = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    private static readonly SearchValues<char> LowerNameSigns = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");

    // $NAME in capitals, $1, ${...} without a default, $(...), ${{ ... }}. A $ before other letters may begin a password.
    private static bool IsVariable(ReadOnlySpan<char> value)
    {
        if (value[1] == '{') return value.IndexOf('}') is var end && value[end..].TrimEnd('}').Length == 0
            && value.IndexOf(":-") < 0 && value.IndexOf(":=") < 0 && value.IndexOf(":+") < 0;
        // $_POST['password'], $this->password
        if (value.StartsWith("$_") || value.StartsWith("$this->")) return true;
        if (value[1] == '(') return value[^1] == ')';
        return value.Length == 2 && char.IsAsciiDigit(value[1])
            || char.IsAsciiLetterUpper(value[1]) && !value[1..].ContainsAnyExcept(NameSigns);
    }

    private static bool IsWords(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
        {
            if (!char.IsAsciiLetter(c) && c is not (' ' or '-' or '_' or '/' or ',' or '.')) return false;
        }
        return true;
    }

    // What a validation says of a secret: "must be at least 8 characters", "can't be blank".
    private static bool IsSentence(ReadOnlySpan<char> value)
    {
        if (value.Count(' ') < 1) return false;
        var first = value[..value.IndexOf(' ')];
        return first.TrimEnd('.') is "is" or "must" or "can't" or "cannot" or "should" or "has" or "may" or "The" or "Must" or "Required"
            or "required" or "invalid" or "Invalid" or "incorrect" or "Incorrect" or "missing" or "Missing" or "wrong" or "Wrong" or "Your"
            or "Please" or "Enter" or "Use" or "Minimum" or "At" or "not" or "Not" or "No" or "no" or "too" or "Password" or "Token"
            && IsProse(value);
    }

    private static bool IsProse(ReadOnlySpan<char> value)
    {
        var letters = 0;
        foreach (var c in value) letters += char.IsLetter(c) || c == ' ' ? 1 : 0;
        return letters >= value.Length * 8 / 10;
    }

    private static ReadOnlySpan<char> Trimmed(ReadOnlySpan<char> value)
    {
        while (value.Length > 0 && Blank.Is(value[0])) value = value[1..];
        while (value.Length > 0 && Blank.Is(value[^1])) value = value[..^1];
        return value;
    }
}
