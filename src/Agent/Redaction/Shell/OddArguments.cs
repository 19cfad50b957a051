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
        else if (name is "redis-cli" or "valkey-cli") Rules(findings, command, program);
        else if (name is "aws") Variables(findings, command, program);
        else if (name is "net" && program + 1 < command.Words.Count)
        {
            if (command.Words[program + 1].Text.Equals("use", StringComparison.OrdinalIgnoreCase)) NetUse(findings, command, program + 2);
            if (command.Words[program + 1].Text.Equals("user", StringComparison.OrdinalIgnoreCase)) NetUser(findings, command, program + 2);
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
