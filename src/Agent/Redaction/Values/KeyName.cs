namespace HostAtlas.Agent.Redaction.Values;

/// <summary>
/// Tells from a name whether a secret stands after it. A name is split into its words (<c>aws_secretAccessKey</c>: aws, secret, access,
/// key);
/// the last word for a secret counts, unless a word after it says that the name only speaks about one (<c>password_file</c>).
/// </summary>
internal static class KeyName
{
    private const int MostWords = 12;

    /// <summary>Whether a character can be part of a name.</summary>
    public static bool IsPart(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '$' || (c > '\u007f' && (char.IsLetter(c) || IsMark(c)));

    /// <summary>What the name says.</summary>
    public static KeyKind Classify(ReadOnlySpan<char> name)
    {
        Span<char> buffer = stackalloc char[64];
        // Only the end of a long name counts, and marks that stand apart (n + tilde) are left out.
        if (name.Length > buffer.Length) name = name[^buffer.Length..];
        var length = 0;
        foreach (var c in name)
        {
            if (!IsMark(c) && !Blank.Is(c)) buffer[length++] = c;
        }
        return OfPlain(buffer[..length]);
    }

    /// <summary>
    /// Whether a name behind one hyphen is a long flag (<c>-password</c>, <c>-api-key</c>, <c>-AdminPassword</c>) and not a letter with
    /// its value attached: <c>-psecret</c>.
    /// </summary>
    public static bool IsLongFlag(ReadOnlySpan<char> name) =>
        KeyWords.Passwords.Has(name) || KeyWords.Secrets.Has(name)
        || (!name.Contains('$') && (name.Contains('-') || name.Contains('_')
            || name[1..].ContainsAnyInRange('A', 'Z')) && !name[1..].ContainsAnyInRange('0', '9'));

    private static KeyKind OfPlain(ReadOnlySpan<char> name)
    {
        if (KeyWords.Secrets.Has(name)) return KeyKind.Strong;
        Span<Range> words = stackalloc Range[MostWords];
        var count = Split(name, words);
        for (var i = count - 1; i >= 0; i--)
        {
            var kind = OfWord(name, words, i);
            if (kind == KeyKind.None) continue;
            for (var j = i + 1; j < count; j++)
            {
                if (IsDescribing(name, words, i, j)) return KeyKind.None;
            }
            if (i > 0 && KeyWords.Asking.Has(name[words[0]])) return KeyKind.None;
            // libhttp-cookies-perl is a package; a header, a field or a variable ends with the word, or with what stands in it.
            if (i < count - 1 && kind is KeyKind.Cookie or KeyKind.SetCookie && !KeyWords.Contents.Has(name[words[count - 1]]))
                return KeyKind.None;
            return kind;
        }
        return KeyKind.None;
    }

    private static bool IsDescribing(ReadOnlySpan<char> name, ReadOnlySpan<Range> words, int secret, int word)
    {
        var text = TrimDigits(name[words[word]]);
        // A Vault AppRole's secret_id is its secret, and a session's id is what opens it.
        if (text.Equals("id", StringComparison.OrdinalIgnoreCase)
            && (name[words[secret]].Equals("secret", StringComparison.OrdinalIgnoreCase) || IsSession(name[words[secret]]))
            && word == secret + 1) return false;
        return KeyWords.Describing.Has(text);
    }

    /// <summary>Whether this is a word for a session of the web: <c>session</c>, <c>PHPSESSID</c>, <c>sid</c>.</summary>
    public static bool IsSession(ReadOnlySpan<char> word) => word.Contains("sess", StringComparison.OrdinalIgnoreCase)
        || word.EndsWith("sid", StringComparison.OrdinalIgnoreCase);

    private static KeyKind OfWord(ReadOnlySpan<char> name, ReadOnlySpan<Range> words, int i)
    {
        var word = TrimDigits(name[words[i]]);
        if (word.Length < 2) return KeyKind.None;
        if (word.EndsWith("authorization", StringComparison.OrdinalIgnoreCase)) return KeyKind.Authorization;
        if (word.Equals("cookie", StringComparison.OrdinalIgnoreCase) || word.Equals("cookies", StringComparison.OrdinalIgnoreCase))
            return i > 0 && name[words[i - 1]].Equals("set", StringComparison.OrdinalIgnoreCase) ? KeyKind.SetCookie : KeyKind.Cookie;
        if (KeyWords.Passwords.Has(word)) return KeyKind.Password;
        if (KeyWords.Secrets.Has(word))
        {
            var token = word.StartsWith("token", StringComparison.OrdinalIgnoreCase);
            return token && i > 0 && KeyWords.OtherTokens.Has(name[words[i - 1]]) ? KeyKind.None : KeyKind.Strong;
        }
        if (KeyWords.Keys.Has(word))
        {
            if (i == 0) return KeyKind.Weak;
            var before = name[words[i - 1]];
            return KeyWords.SecretKeys.Has(before) || KeyWords.Secrets.Has(before) || KeyWords.Passwords.Has(before) ? KeyKind.Key
                : KeyWords.OtherKeys.Has(before) ? KeyKind.None : KeyKind.Weak;
        }
        if (i > 0 && word.Equals("code", StringComparison.OrdinalIgnoreCase)
            && KeyWords.SecretCodes.Has(name[words[i - 1]])) return KeyKind.Strong;
        if (KeyWords.Mediums.Has(word)) return KeyKind.Medium;
        if (KeyWords.Weaks.Has(word)) return KeyKind.Weak;
        return OfEnd(word);
    }

    private static KeyKind OfEnd(ReadOnlySpan<char> word)
    {
        if (KeyWords.OtherPasses.Has(word)) return KeyKind.None;
        foreach (var end in KeyWords.PasswordEnds)
        {
            if (word.EndsWith(end, StringComparison.OrdinalIgnoreCase)) return KeyKind.Password;
        }
        foreach (var end in KeyWords.SecretEnds)
        {
            if (word.EndsWith(end, StringComparison.OrdinalIgnoreCase))
                return end == "token" && KeyWords.OtherTokens.Has(word[..^5]) ? KeyKind.None : KeyKind.Strong;
        }
        if (word.EndsWith("pass", StringComparison.OrdinalIgnoreCase)) return KeyKind.Password;
        return KeyKind.None;
    }

    // At signs, between aB, and between AB and c of ABc. What does not fit is left out at the front.
    private static int Split(ReadOnlySpan<char> name, Span<Range> words)
    {
        var count = 0;
        var end = name.Length;
        while (end > 0 && count < words.Length)
        {
            while (end > 0 && !char.IsLetterOrDigit(name[end - 1])) end--;
            var start = end;
            while (start > 0 && char.IsLetterOrDigit(name[start - 1]))
            {
                start--;
                if (start > 0 && start < end - 1 && IsHump(name, start, end)) break;
            }
            if (start < end) words[count++] = start..end;
            end = start;
        }
        words[..count].Reverse();
        return count;
    }

    private static bool IsHump(ReadOnlySpan<char> name, int start, int end) =>
        char.IsUpper(name[start]) && (char.IsLower(name[start - 1]) || char.IsDigit(name[start - 1])
            || (char.IsUpper(name[start - 1]) && start + 1 < end && char.IsLower(name[start + 1])));

    private static ReadOnlySpan<char> TrimDigits(ReadOnlySpan<char> word)
    {
        var end = word.Length;
        while (end > 0 && char.IsAsciiDigit(word[end - 1])) end--;
        return end == 0 ? word : word[..end];
    }

    private static bool IsMark(char c) =>
        c is >= '\u0300' and <= '\u036f' || (c > '\u007f'
            && char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark);
}
