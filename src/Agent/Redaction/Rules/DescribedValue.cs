using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// A secret behind words that describe its name: <c>Temporary password for user bob: x</c>, <c>Admin password (save it): x</c>,
/// <c>secret (base64): x</c>, <c>password[x]</c>. A message goes on in the same way (<c>password for bob: expired</c>): what is behind the
/// sign must be one word that is no message's, and behind words of failure one that looks like a password.
/// </summary>
internal static class DescribedValue
{
    private const int MostWords = 12, MostBetween = 96, MostBracket = 64;

    private static readonly KeyWords.Set Beginnings = new("for of to is was has generated set created you your below follows para pour "
        + "für fuer von del de da do di dla для per à a that which we i");

    private static readonly KeyWords.Set Failing = new("failed fail fails failure invalid incorrect wrong error errors denied rejected "
        + "expired bad expire expires expiring weak cannot unable missing unknown mismatch attempts attempt warning required requires "
        + "prompt asking refused check checks "
        + "changing updating setting resetting hashing verifying reading loading syncing policy requests request");

    private static readonly System.Buffers.SearchValues<char> NoSigns = System.Buffers.SearchValues.Create(" \t\"'<>[](),");
    private static readonly System.Buffers.SearchValues<char> NoBase64 = System.Buffers.SearchValues.Create(".,:;()");

    /// <summary>The value behind the description, or null.</summary>
    public static ValueSpan? Find(in Name name)
    {
        var text = name.Text;
        if (name.Kind is KeyKind.Weak or KeyKind.Medium or KeyKind.Cookie or KeyKind.SetCookie or KeyKind.Authorization) return null;
        var at = Blank.Skip(text, name.End);
        var any = false;
        var bracket = at < text.Length && text[at] == '(';
        if (bracket)
        {
            var close = text.AsSpan(at, Math.Min(MostBracket, text.Length - at)).IndexOf(')');
            // Token(x) and tokens (12) are no descriptions.
            if (close < 2 || at == name.End || !text.AsSpan(at, close).ContainsAnyInRange('a', 'z')) return null;
            at = Blank.Skip(text, at + close + 1);
            any = true;
        }
        var failing = IsFailing(text.AsSpan(Math.Max(0, name.Start - 48), name.Start - Math.Max(0, name.Start - 48)));
        var first = true;
        for (var words = 0; words < MostWords && at < text.Length && at - name.End < MostBetween; words++)
        {
            if (text[at] is ':' or '=') return any ? Value(name, at, failing) : null;
            var end = Blank.EndOfWord(text, at);
            var word = text.AsSpan(at, end - at);
            var bare = word.TrimEnd(":=");
            var isSign = bare.Length < word.Length && word[^1] is ':' or '=';
            if (first && !bracket && !Beginnings.Has(bare)) return OfOne(name, end, failing);
            // "is" leads to the value itself, and "to" where something was changed.
            var leads = bare is "is" or "ist" or "es" or "est" or "->" || (bare is "to" && IsChange(text.AsSpan(0, at)));
            if (any && leads && !isSign && end < text.Length) return Value(name, end - 1, true, failing);
            failing |= Failing.Has(bare.Trim("(),.;'\""));
            any = true;
            first = false;
            if (isSign && end < text.Length) return Value(name, end - 1, failing);
            // root@localhost:x and bob=x
            if (word.IndexOf('=') is > 0 and var sign && sign + 1 < word.Length) return Value(name, at + sign, failing);
            at = Blank.Skip(text, end);
        }
        return null;
    }

    /// <summary><c>password[x]</c>, <c>password&lt;x&gt;</c>, <c>password(x)</c>: what looks like a password, or null.</summary>
    public static ValueSpan? InBrackets(in Name name, int closed)
    {
        var text = name.Text;
        if (name.Kind is not (KeyKind.Password or KeyKind.Strong) || closed != name.End || closed >= text.Length) return null;
        var closing = text[closed] switch { '[' => ']', '<' => '>', '(' => ')', '{' => '}', _ => '\0' };
        if (closing == '\0' || Placeholder.Begins(text.AsSpan(closed))) return null;
        // check_password(user1) is a call.
        if (closing is ')' or '}' && !KeyWords.Passwords.Has(name.Word)) return null;
        var length = text.AsSpan(closed + 1, Math.Min(MostBracket, text.Length - closed - 1)).IndexOf(closing);
        if (length < 1) return null;
        var value = text.AsSpan(closed + 1, length);
        // send_token[3f2504e0-4f89-11d3-9a0c-0305e82c3301] is a task's number.
        if (value.Length == 36 && Looks.IsHexOrUuid(value)) return null;
        if (value.ContainsAny(NoSigns) || NoSecret.Is(value) || !(Looks.Password(value) || Looks.Token(value))) return null;
        return new ValueSpan(closed + 1, closed + 1 + length, closed + 2 + length, true);
    }

    // Behind the sign: one word to the end of the line, of a sentence or of what encloses it.
    private static ValueSpan? Value(in Name name, int sign, bool mustLookIt, bool? mustLookItInQuotes = null)
    {
        var text = name.Text;
        var start = Blank.Skip(text, sign + 1);
        if (start >= text.Length || text.AsSpan(sign).StartsWith("://")) return null;
        if (IsCallOrAddress(text.AsSpan(start, Blank.EndOfWord(text, start) - start))) return null;
        if (ValueScanner.TryReadQuoted(text, start, out var quoted))
        {
            var content = quoted.In(text);
            var isWord = quoted.Next > quoted.End && !content.Contains(' ') && !(mustLookItInQuotes ?? mustLookIt);
            return isWord || Looks.Password(content) ? quoted : null;
        }
        var end = ValueScanner.EndOfBare(text, start);
        var value = text.AsSpan(start, end - start);
        var trimmed = value.Length > 1 && value[^1] is '.' or ',' && !mustLookIt ? value[..^1] : value;
        if (value.Length < 2 || NoSecret.Is(value) || text[start] is '(' or '[' or '<' or '/') return null;
        var span = new ValueSpan(start, start + trimmed.Length, end, false);
        var looks = Looks.Password(value.TrimEnd('=')) && !IsErrorCode(value);
        // OTP code for bob: 482913
        if (!mustLookIt && value.Length is >= 4 and <= 8 && !value.ContainsAnyExceptInRange('0', '9')
            && name.Word.EndsWith("code", StringComparison.OrdinalIgnoreCase)) return span;
        if (name.Kind != KeyKind.Password) return (looks && value.Length >= 8) || IsEncoded(value) || Looks.Random(value) ? span : null;
        if (looks) return span;
        return !mustLookIt && IsLast(text, end) && !IsNumber(value) ? span : null;
    }

    // Nothing behind it, or a remark: ", please change it", "(save it)".
    private static bool IsLast(string text, int end)
    {
        var rest = text.AsSpan(end).TrimStart("\"'.").Trim(" \t");
        return rest.IsEmpty || rest[0] is '(' or ',' or ';' or '}' or ']' or ')';
    }

    // SHA2('x'), whose literals have a rule of their own, and https://x.
    private static bool IsCallOrAddress(ReadOnlySpan<char> word)
    {
        var open = word.IndexOf('(');
        return word.IndexOf("://") > 0 || (open > 0 && open + 1 < word.Length && word[open + 1] is '\'' or '"' or '\\');
    }

    public static bool IsChange(ReadOnlySpan<char> before)
    {
        before = before[Math.Max(0, before.Length - MostBetween)..];
        return before.IndexOfAny(Changes) >= 0;
    }

    private static readonly System.Buffers.SearchValues<string> Changes =
        System.Buffers.SearchValues.Create(["chang", "setting", " set", "reset", "updat", "rotated"], StringComparison.OrdinalIgnoreCase);

    // PASSWORD elastic = x
    private static ValueSpan? OfOne(in Name name, int end, bool failing)
    {
        var text = name.Text;
        var sign = Blank.Skip(text, end);
        return name.Kind == KeyKind.Password && !failing && sign > end && sign < text.Length && text[sign] == '='
            ? Value(name, sign, true) : null;
    }

    // Base64 with its padding.
    private static bool IsEncoded(ReadOnlySpan<char> value) => value.Length >= 8 && value.Length % 4 == 0 && value[^1] == '='
        && !value.ContainsAny(NoBase64);

    // E1234, 0x80070005, ORA-28000
    private static bool IsErrorCode(ReadOnlySpan<char> value)
    {
        value = value.TrimEnd(".,;:");
        if (value.StartsWith("0x")) return true;
        var letters = 0;
        while (letters < value.Length && char.IsAsciiLetterUpper(value[letters])) letters++;
        var digits = value[letters..].TrimStart('-');
        return letters is > 0 and <= 4 && digits.Length is > 0 and <= 6 && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private static bool IsNumber(ReadOnlySpan<char> value) => value.Length < 4 && !value.ContainsAnyExceptInRange('0', '9');

    private static bool IsFailing(ReadOnlySpan<char> before)
    {
        foreach (var word in before.Split(' '))
        {
            if (Failing.Has(before[word].Trim("[](){},.;:'\""))) return true;
        }
        return false;
    }
}
