using HostAtlas.Agent.Redaction.Rules;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// Programs whose secrets stand where no row of <see cref="ProgramTable"/> can say: Windows' <c>net</c>, scripts of lftp, lists of
/// variables.
/// </summary>
internal static class OddArguments
{
    /// <summary>Looks at the words behind the program.</summary>
    public static void Find(Findings findings, ShellCommand command, int program)
    {
        var text = command.Words[program].Text;
        var name = text.AsSpan(text.LastIndexOfAny(['/', '\\']) + 1);
        if (name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)) name = name[..^4];
        if (name is "lftp") LftpScripts(findings, command, program);
        else if (name is "systemd-run") Properties(findings, command, program);
        else if (name is "az") Lists(findings, command, program);
        else if (name.StartsWith("mount") || name is "smbmount") Mount(findings, command, program);
        else if (name.StartsWith("pt-")) Dsn(findings, command, program);
        else if (name is "deluge-console") DelugeScripts(findings, command, program);
        else if (name is "pulumi") Pulumi(findings, command, program);
        else if (name is "composer") Composer(findings, command, program);
        else if (name is "steamcmd" or "qpdf" or "asterisk" or "pdfcpu") Placed(findings, command, program);
        else if (name is "redis-cli" or "valkey-cli") Rules(findings, command, program);
        else if (name is "aws") Variables(findings, command, program);
        else if (name is "net" && program + 1 < command.Words.Count)
        {
            if (command.Words[program + 1].Text.Equals("use", StringComparison.OrdinalIgnoreCase)) NetUse(findings, command, program + 2);
            if (command.Words[program + 1].Text.Equals("user", StringComparison.OrdinalIgnoreCase)) NetUser(findings, command, program + 2);
        }
    }

    // mount.cifs -o user=bob%x
    private static void Mount(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            var user = word.Text.IndexOf("user", StringComparison.Ordinal);
            var percent = user < 0 ? -1 : word.Text.IndexOf('%', user);
            if (percent < 0) continue;
            var end = word.Text.IndexOf(',', percent);
            CommandRule.Note(findings, word, percent + 1, end < 0 ? word.Length : end, RuleNames.Flag);
        }
    }

    // pt-table-checksum h=a,u=b,p=x
    private static void Dsn(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            var at = word.Text.StartsWith("p=", StringComparison.Ordinal) ? 0 : word.Text.IndexOf(",p=", StringComparison.Ordinal) + 1;
            if (at < 1 && !word.Text.StartsWith("p=", StringComparison.Ordinal)) continue;
            var end = word.Text.IndexOf(',', at + 2);
            CommandRule.Note(findings, word, at + 2, end < 0 ? word.Length : end, RuleNames.Flag);
        }
    }

    // A secret that is not the first word behind its flag: steamcmd +login bob x, qpdf --encrypt x y 256 --.
    private static void Placed(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var (first, last) = command.Words[i].Text switch { "+login" => (2, 2), "--encrypt" => (1, 2), _ => (0, 0) };
            for (var j = i + first; first > 0 && j <= i + last && j < command.Words.Count; j++)
            {
                // qpdf --encrypt --user-password=x has names, and --encrypt "" x an empty one.
                if (command.Words[j].Text is ['-' or '+', ..]) break;
                CommandRule.Note(findings, command.Words[j], 0, command.Words[j].Length, RuleNames.Flag);
            }
        }
    }

    // deluge-console "connect host bob x; info"
    private static void DelugeScripts(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var isLine = command.Words[i].IsQuoted && command.Words[i].Text.Contains(' ', StringComparison.Ordinal);
            var commands = isLine ? ShellParser.Parse(command.Words[i]).SelectMany(pipeline => pipeline.Commands) : [command];
            foreach (var words in commands.Select(inner => inner.Words))
            {
                var connect = words.FindIndex(word => word.Text == "connect");
                if (connect >= 0 && connect + 3 < words.Count)
                    CommandRule.Note(findings, words[connect + 3], 0, words[connect + 3].Length, RuleNames.Flag);
            }
        }
    }

    // pulumi config set --secret name x: the flag says that the last operand is one.
    private static void Pulumi(Findings findings, ShellCommand command, int program)
    {
        var words = command.Words;
        if (!words.Exists(word => word.Text == "--secret")) return;
        var set = words.FindIndex(program, word => word.Text == "set");
        var operands = words.FindAll(word => word.Text is not ['-', _, ..]);
        if (set > 0 && operands.Count > 0 && words.IndexOf(operands[^1]) > set + 1)
            CommandRule.Note(findings, operands[^1], 0, operands[^1].Length, RuleNames.Flag);
    }

    // composer config http-basic.host bob x, composer config bearer.host x
    private static void Composer(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var name = command.Words[i].Text;
            var behind = name.StartsWith("http-basic.", StringComparison.Ordinal) ? 2
                : name.StartsWith("bearer.", StringComparison.Ordinal) || name.Contains("-token.", StringComparison.Ordinal)
                    || name.Contains("-oauth.", StringComparison.Ordinal) ? 1 : 0;
            if (behind > 0 && i + behind < command.Words.Count)
                CommandRule.Note(findings, command.Words[i + behind], 0, command.Words[i + behind].Length, RuleNames.Flag);
        }
    }

    // redis-cli ACL SETUSER bob on '>x'
    private static void Rules(Findings findings, ShellCommand command, int program)
    {
        var within = false;
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            if (within && word.Text is ['>' or '<' or '#' or '!', _, ..]) CommandRule.Note(findings, word, 1, word.Length, RuleNames.Flag);
            within |= word.Text.Equals("setuser", StringComparison.OrdinalIgnoreCase);
        }
    }

    // systemd-run -p Environment=FOO=x
    private static void Properties(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            var at = word.Text.IndexOf("Environment=", StringComparison.Ordinal);
            if (at >= 0 && word.Text.IndexOf('=', at + 12) is > 0 and var sign)
                CommandRule.Note(findings, word, sign + 1, word.Length, RuleNames.Assignment);
        }
    }

    // az container create --environment-variables A=x B=y
    private static void Lists(Findings findings, ShellCommand command, int program)
    {
        var within = false;
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            if (word.Text is ['-', ..]) within = word.Text is "--environment-variables" or "--secure-environment-variables" or "--env-vars";
            else if (within && CommandRule.IsAssignment(word, out var value))
                CommandRule.Note(findings, word, value, word.Length, RuleNames.Assignment);
        }
    }

    // aws lambda update-function-configuration --environment 'Variables={A=x,B=y}'
    private static void Variables(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            var at = word.Text.IndexOf("Variables={", StringComparison.Ordinal);
            if (at < 0) continue;
            var end = word.Text.LastIndexOf('}');
            var sign = word.Text.IndexOf('=', at + 11);
            if (sign > 0) CommandRule.Note(findings, word, sign + 1, end > sign ? end : word.Length, RuleNames.Assignment);
        }
    }

    // net use Z: \\host\share x /user:bob: what is no drive, no share and no switch.
    private static void NetUse(Findings findings, ShellCommand command, int first)
    {
        var names = false;
        for (var i = first; i < command.Words.Count; i++)
            names |= command.Words[i].Text.StartsWith("/user:", StringComparison.OrdinalIgnoreCase)
                || command.Words[i].Text.StartsWith("/u:", StringComparison.OrdinalIgnoreCase);
        if (!names) return;
        for (var i = first; i < command.Words.Count; i++)
        {
            var text = command.Words[i].Text;
            if (text.Length == 0 || text[0] is '/' or '\\' || text is "*" || (text.Length == 2 && text[1] == ':')) continue;
            // Drives and shares come first; a share without its two signs has one sign within.
            if (i < first + 2 && text.Contains('\\', StringComparison.Ordinal) && !IsBehindShare(command, first, i)) continue;
            CommandRule.Note(findings, command.Words[i], 0, text.Length, RuleNames.Flag);
        }
    }

    private static bool IsBehindShare(ShellCommand command, int first, int i)
    {
        for (var j = first; j < i; j++)
        {
            if (command.Words[j].Text is ['/' or '\\', ..]) return true;
        }
        return false;
    }

    // net user bob x /add
    private static void NetUser(Findings findings, ShellCommand command, int first)
    {
        if (first + 1 >= command.Words.Count) return;
        var text = command.Words[first + 1].Text;
        var isEnd = first + 2 >= command.Words.Count || command.Words[first + 2].Text is ['/', ..];
        if (!isEnd || text is ['/' or '-', ..] or "*") return;
        CommandRule.Note(findings, command.Words[first + 1], 0, text.Length, RuleNames.Flag);
    }

    // lftp -e 'open -u bob,x host', 'user bob x'
    private static void LftpScripts(Findings findings, ShellCommand command, int program)
    {
        for (var i = program + 1; i < command.Words.Count; i++)
        {
            if (!command.Words[i].IsQuoted || !command.Words[i].Text.Contains(' ', StringComparison.Ordinal)) continue;
            foreach (var pipeline in ShellParser.Parse(command.Words[i]))
            {
                foreach (var inner in pipeline.Commands) LftpCommand(findings, inner);
            }
        }
    }

    private static void LftpCommand(Findings findings, ShellCommand command)
    {
        for (var i = 0; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            if (command.Words[0].Text is "user" && i == 2) CommandRule.Note(findings, word, 0, word.Length, RuleNames.Flag);
            var isFlag = i > 0 && command.Words[i - 1].Text is "-u" or "--user";
            if (!isFlag && !word.Text.StartsWith("-u", StringComparison.Ordinal)
                && !word.Text.StartsWith("--user=", StringComparison.Ordinal)) continue;
            var comma = word.Text.IndexOf(',', StringComparison.Ordinal);
            if (comma >= 0) CommandRule.Note(findings, word, comma + 1, word.Length, RuleNames.Flag);
        }
    }
}
