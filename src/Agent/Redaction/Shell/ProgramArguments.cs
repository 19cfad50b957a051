using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>The arguments of a program that <see cref="ProgramTable"/> knows.</summary>
internal static class ProgramArguments
{
    /// <summary>Notes what is secret among the words behind the program.</summary>
    public static void Find(Findings findings, ShellCommand command, int program, ProgramRow[] rows)
    {
        foreach (var row in rows)
        {
            var first = AfterVerbs(command, program, row);
            if (first >= 0) Arguments(findings, command, first, row, program);
        }
    }

    // The place behind the verbs, which come in their order among the first operands; flags may stand between.
    private static int AfterVerbs(ShellCommand command, int program, ProgramRow row)
    {
        if (row.Verbs.Length == 0) return program + 1;
        for (var i = program + 1; i < Math.Min(command.Words.Count, program + 9); i++)
        {
            if (command.Words[i].Text == row.Verbs[0]) return i + 1;
        }
        return -1;
    }

    private static void Arguments(Findings findings, ShellCommand command, int first, ProgramRow row, int program)
    {
        var operands = 0;
        for (var i = row.Verbs.Length > 0 ? program + 1 : first; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            var text = word.Text;
            if (text.Length == 0) continue;
            var taken = false;
            foreach (var flag in row.Flags)
            {
                if (flag.Operand > 0 || !Flag(findings, command, ref i, flag, row.Switches)) continue;
                taken = true;
                break;
            }
            if (taken || i < first || (text[0] == '-' && text.Length > 1)) continue;
            if (row.IsWrapper) return;
            operands++;
            foreach (var flag in row.Flags)
            {
                // vault login method=x: an argument with a name is judged by it.
                if (flag.Operand == ProgramFlag.AnyOperand) Value(findings, word, 0, flag);
                if (flag.Operand == operands && !CommandRule.IsAssignment(word, out _)) Value(findings, word, 0, flag);
            }
        }
    }

    // Whether the word is this flag; its value may be the next word, which is then taken too.
    private static bool Flag(Findings findings, ShellCommand command, ref int i, in ProgramFlag flag, string switches)
    {
        var word = command.Words[i];
        var text = word.Text;
        // "-" alone is the standard input.
        if (text.Length < 2) return false;
        if (flag.IsBareWord)
        {
            if (!text.Equals(flag.Name, StringComparison.OrdinalIgnoreCase))
                return flag.Name[^1] != '/' && flag.Name[0] == '/' && Joined(findings, word, flag, ':');
            if (i + 1 < command.Words.Count) Value(findings, command.Words[++i], 0, flag);
            return true;
        }
        if (text == flag.Name)
        {
            if (flag.Attached || i + 1 >= command.Words.Count) return true;
            Value(findings, command.Words[++i], 0, flag);
            return true;
        }
        if (!flag.IsShort || text[0] != '-' || text[1] == '-') return Joined(findings, word, flag, '=');
        if (text[1] == flag.Name[1])
        {
            Value(findings, word, text[2] == '=' ? 3 : 2, flag);
            return true;
        }
        // -sSu a:b
        var at = 1;
        while (at < text.Length && switches.Contains(text[at], StringComparison.Ordinal)) at++;
        if (at == 1 || at >= text.Length || text[at] != flag.Name[1]) return false;
        if (at + 1 < text.Length) Value(findings, word, at + 1, flag);
        else if (i + 1 < command.Words.Count) Value(findings, command.Words[++i], 0, flag);
        return true;
    }

    // --name=value
    private static bool Joined(Findings findings, ShellWord word, in ProgramFlag flag, char sign)
    {
        var text = word.Text;
        if (text.Length <= flag.Name.Length)
            return false;
        if (!text.StartsWith(flag.Name, StringComparison.OrdinalIgnoreCase)) return false;
        if (text[flag.Name.Length] == sign) Value(findings, word, flag.Name.Length + 1, flag);
        // 7z -psecret, rar -hpsecret: longer names that take their value attached.
        else if (flag.Attached && flag.Name.Length > 2) Value(findings, word, flag.Name.Length, flag);
        else return false;
        return true;
    }

    private static void Value(Findings findings, ShellWord word, int start, in ProgramFlag flag)
    {
        var text = word.Text;
        if (start >= text.Length || IsPorts(text.AsSpan(start))) return;
        switch (flag.Part)
        {
            case SecretPart.All:
                CommandRule.Note(findings, word, start, text.Length, RuleNames.Flag);
                break;
            case SecretPart.AfterSign:
                var sign = text.IndexOf(flag.Sign, start);
                // An address has its own rule, and a Windows drive is no user.
                // curl -u sk_x: has no password, and the user is the secret.
                if (sign == text.Length - 1 && flag.Sign == ':' && Looks.Password(text.AsSpan(start, sign - start)))
                    CommandRule.Note(findings, word, start, sign, RuleNames.Flag);
                if (sign >= 0 && !text.AsSpan(sign).StartsWith("://")) CommandRule.Note(findings, word, sign
                    + 1, text.Length, RuleNames.Flag);
                break;
            case SecretPart.AfterSlash:
                var slash = text.IndexOf('/', start);
                var host = text.LastIndexOf('@');
                // "sys/x as sysdba"
                var blank = text.IndexOf(' ', Math.Max(slash, 0));
                if (slash > start)
                    CommandRule.Note(findings, word, slash + 1, host > slash ? host : blank > slash ? blank : text.Length, RuleNames.Flag);
                break;
            case SecretPart.BeforeHost:
                var (colon, at) = (text.IndexOf(':', start), text.LastIndexOf('@'));
                if (colon >= 0 && at > colon && !text.AsSpan(colon).StartsWith("://"))
                    CommandRule.Note(findings, word, colon + 1, at, RuleNames.Flag);
                break;
            case SecretPart.Assignment:
                Assigned(findings, word, start);
                break;
            case SecretPart.AfterPass:
                if (text.AsSpan(start).StartsWith("pass:")) CommandRule.Note(findings, word, start + 5, text.Length, RuleNames.Flag);
                break;
            case SecretPart.Cookies:
                Cookies(findings, word, start);
                break;
            default:
                break;
        }
    }

    // FOO=x, and A=x,B=y as one list.
    private static void Assigned(Findings findings, ShellWord word, int start)
    {
        var text = word.Text;
        var sign = text.IndexOf('=', start);
        if (sign <= start || !(char.IsAsciiLetter(text[start]) || text[start] == '_')) return;
        foreach (var c in text.AsSpan(start, sign - start))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) return;
        }
        if (CommandRule.IsKept(text.AsSpan(start, sign - start))) return;
        CommandRule.Note(findings, word, sign + 1, text.Length, RuleNames.Assignment);
    }

    /// <summary>Notes the values of pairs.</summary>
    public static void Cookies(Findings findings, ShellWord word, int start)
    {
        foreach (var range in word.Text.AsSpan(start).Split(';'))
        {
            var pair = word.Text.AsSpan(start)[range];
            var sign = pair.IndexOf('=');
            if (sign > 0) CommandRule.Note(findings, word, start + range.Start.Value + sign + 1, start + range.Start.Value
                + pair.Length, RuleNames.Cookie);
        }
    }

    // 8080:80, 1000:1000, 3306:3306/tcp: a container's ports or users behind a name that is also a program's.
    private static bool IsPorts(ReadOnlySpan<char> value)
    {
        var colon = value.IndexOf(':');
        if (colon <= 0) return false;
        value = value.EndsWith("/tcp") || value.EndsWith("/udp") ? value[..^4] : value;
        foreach (var c in value)
        {
            if (!char.IsAsciiDigit(c) && c is not (':' or '.')) return false;
        }
        return true;
    }
}
