using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>Secrets in commands: assignments, flags whose name says it, flags and operands of known programs, scripts in quotes.</summary>
internal static class CommandRule
{
    private const int MostScripts = 5;

    private static readonly KeyWords.Set KeptVariables = new("PATH SHELL HOME LANG LANGUAGE TZ MAILTO");

    private static readonly KeyWords.Set Wrappers = new(
        "env sudo doas nice ionice nohup setsid time timeout exec command builtin chronic export declare typeset local readonly then "
            + "do else if "
        + "while until ! { eval flock stdbuf unbuffer cronic setarch chrt taskset elif coproc");

    private static readonly KeyWords.Set Setters = new("set config configure put setenv kv setx config:system:set");

    private static readonly KeyWords.Set PairTakers = new("make gmake dd rake sysctl mount systemctl terraform cmake jq awk test [ expr "
        + "let set find psql pg_dump pg_restore pg_dumpall ansible ansible-playbook salt nft ip tc modprobe insmod virt-install pcs crm "
        + "zfs zpool ffmpeg qemu-img redis-server stty printf echo packer drush wp composer lvcreate mdadm setfacl busctl gsettings "
        + "perl ruby node php python python3 java logger sar iostat date xargs numactl tofu bazel ninja gn scons");

    // A flag's name that says that a command follows.
    private static readonly string[] CommandEnds = ["command", "cmd", "rsh", "shell", "program", "exec", "extpass", "eval"];

    // Words in front of a command's noun: set-credentials is a command, and what follows is a name.
    private static readonly KeyWords.Set Actions = new("set get create delete update add list use rotate reset unset remove show put "
        + "describe generate enable disable rename import export edit view verify revoke change modify copy");

    private static readonly KeyWords.Set Interpreters = new("python python2 python3 perl ruby node nodejs php lua tclsh Rscript psql mysql "
        + "mysqlsh sqlcmd mongosh pwsh powershell deno bun jq sqlite3");

    // SET PASSWORD FOR bob = 'x' has a rule of its own.
    private static readonly KeyWords.Set Statement = new("FOR TO =");

    private static readonly KeyWords.Set ScriptRunners = new("eval ssh su watch script parallel runuser sh bash dash zsh ash ksh flock "
        + "busybox");

    /// <summary>Looks at commands that were read from the line.</summary>
    /// <param name="findings">The line.</param>
    /// <param name="pipelines">All pipelines, nested ones included.</param>
    /// <param name="assignments">Whether <c>NAME=value</c> before a command loses its value.</param>
    /// <param name="depth">How many scripts enclose this one.</param>
    public static void Find(Findings findings, IReadOnlyList<ShellPipeline> pipelines, bool assignments, int depth = 0)
    {
        foreach (var pipeline in pipelines)
        {
            FedLiterals.Find(findings, pipeline);
            foreach (var command in pipeline.Commands)
            {
                if (assignments) Assignments(findings, command);
                for (var i = 0; i < command.Words.Count; i++)
                {
                    NamedFlag(findings, command, i);
                    NamedThenValue(findings, command, i);
                    if (ProgramTable.Find(command.Words[i].Text) is { } rows)
                        ProgramArguments.Find(findings, command, i, rows);
                    OddArguments.Find(findings, command, i);
                    UserAtHost(findings, command.Words[i]);
                    QueryKeys.Find(findings, command.Words[i]);
                    if (depth < MostScripts) Script(findings, command, i, assignments, depth);
                }
            }
        }
    }

    /// <summary>Whether the word is <c>NAME=value</c>; gives where the value begins.</summary>
    public static bool IsAssignment(ShellWord word, out int value)
    {
        var text = word.Text;
        value = text.IndexOf('=', StringComparison.Ordinal) + 1;
        if (value < 2 || !(char.IsAsciiLetter(text[0]) || text[0] == '_')) return false;
        foreach (var c in text.AsSpan(0, text[value - 2] == '+' ? value - 2 : value - 1))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        }
        return true;
    }

    /// <summary>Whether a variable of this name keeps its value.</summary>
    public static bool IsKept(ReadOnlySpan<char> name) => KeptVariables.Has(name) && !name.ContainsAnyInRange('a', 'z')
        || name.StartsWith("LC_");

    /// <summary>Notes a part of a word, unless it is a reference or plainly no secret.</summary>
    public static void Note(Findings findings, ShellWord word, int start, int end, string rule)
    {
        if (end <= start || word.IsReference(start, end) || NoSecret.IsArgument(word.Text.AsSpan(start, end - start))) return;
        var (from, to) = word.Places(start, end);
        findings.AddWord(from, to, rule);
    }

    private static void Assignments(Findings findings, ShellCommand command)
    {
        var first = HasUser(command) ? 1 : 0;
        var wrapped = false;
        for (var i = first; i < command.Words.Count; i++)
        {
            var word = command.Words[i];
            if (IsAssignment(word, out var value) && !word.BeginsQuoted)
            {
                // sh -c "A=x /opt/job": the assignment is the script's, and its program stays.
                if (IsScript(command, i)) return;
                var name = word.Text.AsSpan(0, value - 1).TrimEnd('+');
                if (IsKept(name) || value >= word.Length || Placeholder.Is(word.Text.AsSpan(value))) continue;
                var (from, to) = word.Places(value, word.Length);
                findings.AddWord(from, to, RuleNames.Assignment);
            }
            else if (Wrappers.Has(word.Text.AsSpan(word.Text.LastIndexOf('/') + 1))) wrapped = true;
            // A wrapper's flags, their values and its first operand (timeout 5m) may stand between.
            else if (!wrapped || ProgramTable.Find(word.Text) is not null || (word.Text.Length > 0 && word.Text[0] == '/')) return;
        }
    }

    // /etc/crontab names a user before the command. A program that takes pairs as its arguments is none.
    private static bool HasUser(ShellCommand command)
    {
        var words = command.Words;
        if (words.Count < 3 || IsAssignment(words[0], out _)) return false;
        var name = words[0].Text;
        if (Wrappers.Has(name)) return false;
        if (!IsAssignment(words[1], out _) || words[1].BeginsQuoted) return words[1].Text is "env" or "/usr/bin/env" or "sudo";
        return !name.Contains('/', StringComparison.Ordinal) && !PairTakers.Has(name) && ProgramTable.Find(name) is null;
    }

    private static void NamedFlag(Findings findings, ShellCommand command, int i)
    {
        var word = command.Words[i];
        var text = word.Text;
        var from = 0;
        while (from < text.Length && text[from] == '-') from++;
        var slash = from == 0 && text.Length > 1 && text[0] == '/' && text[1] != '/';
        if (slash) from = 1;
        // //registry.example.org/:_authToken
        if (text.AsSpan().LastIndexOf("/:_") is > 0 and var scope) from = scope + 2;
        var end = from;
        while (end < text.Length && KeyName.IsPart(text[end])) end++;
        if (end - from is < 2 or > 64) return;
        var kind = KeyName.Classify(text.AsSpan(from, end - from));
        // A script in quotes is read as one.
        if (kind is KeyKind.None || (from == 0 && IsScript(command, i))) return;
        // npm config set _auth x
        if (kind == KeyKind.Weak && text.AsSpan(from, end - from) is "_auth" && IsSetting(command, i))
        {
            Judge(findings, command.Words[i + 1], 0, KeyKind.Strong, "_auth");
            return;
        }
        if (kind == KeyKind.Weak && TryUserAndPassword(findings, command, i, end)) return;
        if (end < text.Length)
        {
            if (text[end] != '=' && !(text[end] == ':' && (slash || from > 0))) return;
            if (text.StartsWith("--secret=", StringComparison.Ordinal) && IsBehind(command, i, "gcloud")) return;
            Judge(findings, word, end + 1, kind, text.AsSpan(from, end - from));
            return;
        }
        if ((from == 0 || text[from - 1] == ':') && !slash && IsSetting(command, i) && !Statement.Has(command.Words[i + 1].Text)
            && command.Words[i + 1].Text is not ['-', _, ..] && !IsAction(text)
            && kind is KeyKind.Password or KeyKind.Strong or KeyKind.Key)
        {
            Judge(findings, command.Words[i + 1], 0, kind, text.AsSpan(from, end - from));
            return;
        }
        if (from == 0 || slash || i + 1 >= command.Words.Count || kind is KeyKind.Weak or KeyKind.Medium or KeyKind.SetCookie) return;
        if (from == 1 && !KeyName.IsLongFlag(text.AsSpan(from, end - from))) return;
        var next = command.Words[i + 1];
        if (next.Length == 0 || (next.Text[0] == '-' && !next.IsQuoted) || IsSwitch(command, i)) return;
        if (kind == KeyKind.Cookie)
        {
            ProgramArguments.Cookies(findings, next, 0);
            return;
        }
        Judge(findings, next, 0, kind, text.AsSpan(from, end - from));
    }

    // --auth bob:x, --login=bob:x
    private static bool TryUserAndPassword(Findings findings, ShellCommand command, int i, int end)
    {
        var word = command.Words[i];
        if (word.Text[0] != '-' || (end < word.Length && word.Text[end] != '=')) return false;
        var start = end < word.Length ? end + 1 : 0;
        if (end == word.Length && i + 1 < command.Words.Count) word = command.Words[i + 1];
        else if (end == word.Length) return false;
        var colon = word.Text.IndexOf(':', Math.Min(start, word.Length));
        if (colon <= start || colon + 1 >= word.Length || word.Text[colon + 1] == '/'
            || word.Text.AsSpan(start).Contains(' ')) return false;
        Note(findings, word, colon + 1, word.Length, RuleNames.Flag);
        return true;
    }

    // mysqlsh bob:x@host: an address without its scheme. An image's name at its digest and an address of mail are none.
    private static void UserAtHost(Findings findings, ShellWord word)
    {
        var text = word.Text;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var at = text.LastIndexOf('@');
        if (colon < 1 || at < colon + 2 || at + 1 >= text.Length || Schemes.Has(text.AsSpan(0, colon))) return;
        foreach (var c in text.AsSpan(0, colon))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')) return;
        }
        var host = text.AsSpan(at + 1);
        if (!char.IsAsciiLetterOrDigit(host[0]) || host.StartsWith("sha256:") || host.StartsWith("sha512:")) return;
        if (Looks.Password(text.AsSpan(colon + 1, at - colon - 1))) Note(findings, word, colon + 1, at, RuleNames.Url);
    }

    private static readonly KeyWords.Set Schemes = new("mailto from to cc bcc reply-to sip sips xmpp acct user email mail subject sender "
        + "http https ftp ssh git svn s3 gs docker oci npm rsync sftp");

    // aws ssm put-parameter --name /prod/db_password --value x
    private static void NamedThenValue(Findings findings, ShellCommand command, int i)
    {
        var word = command.Words[i];
        if (!word.Text.StartsWith("--value", StringComparison.Ordinal) || (word.Length > 7 && word.Text[7] != '=')) return;
        for (var j = 0; j < i; j++)
        {
            var name = command.Words[j].Text.AsSpan();
            if (KeyName.Classify(name[(name.LastIndexOf('/') + 1)..]) is not (KeyKind.Password or KeyKind.Strong or KeyKind.Key)) continue;
            if (word.Length > 8) Note(findings, word, 8, word.Length, RuleNames.Flag);
            else if (i + 1 < command.Words.Count) Note(findings, command.Words[i + 1], 0, command.Words[i + 1].Length, RuleNames.Flag);
            return;
        }
    }

    // npm config set //registry/:_authToken x, git config github.token x
    private static bool IsSetting(ShellCommand command, int i)
    {
        if (i + 1 >= command.Words.Count) return false;
        for (var j = 0; j < i; j++)
        {
            if (Setters.Has(command.Words[j].Text)) return true;
        }
        return false;
    }

    private static bool IsAction(string word)
    {
        var hyphen = word.IndexOfAny(['-', ':']);
        return hyphen > 0 && Actions.Has(word.AsSpan(0, hyphen));
    }

    private static void Judge(Findings findings, ShellWord word, int start, KeyKind kind, ReadOnlySpan<char> name)
    {
        if (start >= word.Length) return;
        var value = word.Text.AsSpan(start);
        if ((kind == KeyKind.Weak && !Looks.Random(value)) || NamedValues.IsWhen(name, value)) return;
        if (kind == KeyKind.Medium && !Looks.Token(value)) return;
        if (kind == KeyKind.Key && (value[0] is '/' or '.' or '~' || value.EndsWith(".pem") || value.EndsWith(".key"))) return;
        if (kind is KeyKind.Authorization or KeyKind.Cookie && value.Contains(' ')) return;
        if (name.EndsWith("secret-id", StringComparison.OrdinalIgnoreCase) && !(Looks.Token(value) && Looks.IsHexOrUuid(value))) return;
        if (name.EndsWith("s") && kind != KeyKind.Password && !value.ContainsAnyExceptInRange('0', '9')) return;
        if (name.Equals("pass", StringComparison.OrdinalIgnoreCase) && !value.ContainsAnyExceptInRange('0', '9')) return;
        if (NamedValues.IsGpgId(value) || NamedValues.IsGpgIdOf(name, value)) return;
        if (value.StartsWith("pass:")) start += 5;
        if (name.Equals("pwd", StringComparison.OrdinalIgnoreCase) && value[0] == '/') return;
        // "db_password=x other=y" in one argument: the value ends where the next name begins.
        var end = start;
        while (end < word.Length && !((Blank.Is(word.Text[end])
            || word.Text[end] is ',' or ';' or '&') && ValueScanner.NameFollows(word.Text, end + 1))) end++;
        if (end - start > 2 && word.Text[start] is '\'' or '"'
            && word.Text[end - 1] == word.Text[start]) (start, end) = (start + 1, end - 1);
        if (name.EndsWith("credentials", StringComparison.OrdinalIgnoreCase) && word.Text[start] == '/') return;
        // SET pass=MD5('x'): the call's literals are what counts.
        if (end == word.Length && word.EndInLine < findings.Text.Length && findings.Text[word.EndInLine] == '(') return;
        Note(findings, word, start, end, RuleNames.Flag);
    }

    // mysql --password db asks for it; docker build --secret id=x names one.
    private static bool IsSwitch(ShellCommand command, int i)
    {
        var flag = command.Words[i].Text;
        for (var j = 0; j < i; j++)
        {
            var word = command.Words[j].Text;
            if (flag is "--password" && ProgramTable.Asks(word)) return true;
            if (flag is "--secret" && word is "pulumi" or "gcloud") return true;
            if (flag is "--secret" or "--secrets" && word.AsSpan(word.LastIndexOf('/')
                + 1) is "docker" or "podman" or "buildah" or "nerdctl" or "buildctl") return true;
        }
        return false;
    }

    // sh -c '...', ssh host '...', and any other argument that is a line of its own.
    private static void Script(Findings findings, ShellCommand command, int i, bool assignments, int depth)
    {
        var word = command.Words[i];
        if (!word.IsQuoted || (i == 0 && depth == 0) || !word.Text.AsSpan().ContainsAny(" \t;|")) return;
        if (word.IsScattered) InWord(findings, word, LineRules.FindInWord);
        // echo '0 3 * * * chpasswd%bob:x' | crontab -
        if (CrontabRule.AfterSchedule(word.Text) is > 0 and var scheduled)
            InWord(findings, word, inner => CrontabRule.Input(inner, scheduled, isArgument: true));
        if (BehindName(word) is > 0 and var start)
        {
            Find(findings, ShellParser.Parse(word, start), assignments: true, depth + 1);
            return;
        }
        Find(findings, ShellParser.Parse(word), assignments && (IsScript(command, i) || IsBehind(command, i, "sudo")), depth + 1);
    }

    // ProxyCommand=sshpass -p x, core.sshCommand=ssh, --rsh=ssh: where the commands begin that are a name's value; 0: there are none.
    private static int BehindName(ShellWord word)
    {
        var text = word.Text;
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        if (sign < 2) return 0;
        // --ssh-options=-oProxyCommand=ssh
        if (text.IndexOf('=', sign + 1) is > 0 and var second && second - sign < 32 && text[sign + 1] == '-') sign = second;
        foreach (var c in text.AsSpan(0, sign))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or '=')) return 0;
        }
        var start = Blank.Skip(text, sign + 1);
        // A quote within is the inner command's own.
        if (start < text.Length && text[start] is '\'' or '"') start++;
        var first = text.AsSpan(start, Blank.EndOfWord(text, start) - start);
        if (first.IsEmpty || first.Contains('=')) return 0;
        foreach (var end in CommandEnds)
        {
            if (text.AsSpan(0, sign).EndsWith(end, StringComparison.OrdinalIgnoreCase)) return start;
        }
        return ProgramTable.Find(first) is not null && start + first.Length < text.Length ? start : 0;
    }

    // Quotes within quotes ('a'\''b'): what the program gets is looked at as it gets it.
    private static void InWord(Findings findings, ShellWord word, Action<Findings> find)
    {
        var inner = new Findings(word.Text) { IsCommand = findings.IsCommand };
        find(inner);
        foreach (var (start, end, rule) in inner.All)
        {
            var (from, to) = word.Places(start, end);
            findings.AddWord(from, to, rule);
        }
    }

    // An argument that is a line of commands: behind -c, or of a program that runs its arguments.
    private static bool IsScript(ShellCommand command, int i)
    {
        var word = command.Words[i];
        if (i == 0 || !word.IsQuoted) return false;
        var before = command.Words[i - 1].Text;
        if ((before is ['-', .., 'c'] && !IsInterpreted(command, i))
            || (before is "-S" or "--split-string" && IsBehind(command, i, "env"))) return true;
        if (!word.Text.AsSpan().ContainsAny(" \t;|")) return false;
        for (var j = 0; j < i; j++)
        {
            if (ScriptRunners.Has(command.Words[j].Text.AsSpan(command.Words[j].Text.LastIndexOf('/') + 1))) return true;
        }
        return false;
    }

    private static bool IsInterpreted(ShellCommand command, int i)
    {
        for (var j = 0; j < i; j++)
        {
            if (Interpreters.Has(command.Words[j].Text.AsSpan(command.Words[j].Text.LastIndexOf('/') + 1))) return true;
        }
        return false;
    }

    private static bool IsBehind(ShellCommand command, int i, string program)
    {
        for (var j = 0; j < i; j++)
        {
            if (command.Words[j].Text == program) return true;
        }
        return false;
    }
}
