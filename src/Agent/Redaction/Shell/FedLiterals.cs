using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// What is typed for a program instead of by a person: <c>echo x | sudo -S</c>, <c>docker login --password-stdin &lt;&lt;&lt; x</c>,
/// <c>--password-file &lt;(echo x)</c>, <c>--password-command 'echo x'</c>.
/// </summary>
internal static class FedLiterals
{
    private static readonly KeyWords.Set Readers = new(
        "chpasswd chgpasswd passwd cryptsetup kinit smbpasswd su saslpasswd2 pdbedit vncpasswd secret-tool ldappasswd systemd-ask-password "
        + "veracrypt ecryptfs-add-passphrase ecryptfs-unwrap-passphrase ecryptfs-rewrap-passphrase mkpasswd ssh-add keepassxc-cli lpass "
        + "systemd-creds realm adcli ipa samba-tool restic borg wpa_passphrase tomb gocryptfs encfs fscrypt "
        + "tarsnap-keygen tarsnap-keymgmt bioctl geli age-keygen wg "
        + "ftp tnftp scrypt openconnect gpg-preset-passphrase openfortivpn slappasswd argon2 htdigest gnome-keyring-daemon");

    private static readonly KeyWords.Set ReadingFlags = new(
        "--password-stdin --with-token --stdin --passphrase-fd --token-stdin --passwd-stdin --pass-stdin --stdin-password "
            + "--password-fd --pinentry-mode "
        + "--access-token-stdin --secret-stdin --auth-stdin --key-stdin --api-key-stdin --token-from-stdin --stdinpass -passin "
            + "-passout -pass --stdin-token");

    private static readonly (string Program, string Word)[] ReadingPairs =
    [
        ("sudo", "-S"), ("docker", "secret"), ("podman", "secret"), ("gh", "secret"), ("htpasswd", "-i"), ("vault", "-"),
        ("pass", "insert"),
        ("rclone", "obscure"), ("wrangler", "secret"), ("caddy", "hash-password"), ("kubectl", "secret"),
        ("ansible-vault", "encrypt_string"),
        ("zfs", "load-key"), ("curl", "-K"), ("curl", "--config"), ("op", "item"), ("az", "login"), ("flyctl", "secrets"),
        ("fly", "secrets"),
        ("mysql_config_editor", "set"), ("redis-cli", "-x"), ("bw", "unlock"), ("security", "-i"), ("rage", "-p"), ("sudo", "--stdin"),
        ("op", "signin"), ("op", "create"), ("bw", "login"), ("sshfs", "password_stdin"), ("mount.davfs", "-o"), ("heroku", "auth:token"),
        ("doctl", "auth"), ("gcloud", "activate-refresh-token"), ("circleci", "setup"), ("snyk", "auth"), ("huggingface-cli", "login"),
        ("ykman", "-P"), ("pass", "generate"), ("rbw", "add"), ("secrethub", "write"), ("chamber", "write"), ("sops", "-e"),
    ];

    private static readonly KeyWords.Set Before = new("then do else if while ! { time sudo command builtin exec sh bash /bin/sh "
        + "/bin/bash -c dash");

    private const int MostBefore = 16;

    // Programs to which echo is a word to look for, or a file's name.
    private static readonly KeyWords.Set Searchers = new("grep egrep fgrep zgrep rg ag find fd locate sed awk gawk which type whereis "
        + "apropos apt apt-get dnf yum dpkg rpm cat less head tail cut test [");

    private static readonly KeyWords.Set Interpreters = new("python python2 python3 perl ruby node php lua awk gawk mawk");

    private static readonly System.Buffers.SearchValues<string> Prints =
        System.Buffers.SearchValues.Create(["print", "puts", "write", "echo", "console.log", "say "], StringComparison.Ordinal);

    private static readonly KeyWords.Set FeedingFlags = new(
        "-K --config --defaults-file --defaults-extra-file --netrc-file --env-file --credentials --credentials-file --kubeconfig "
            + "--auth-file "
        + "--key-file --keyfile --cookie-jar --from-env-file --auth-user-pass --identity-file --vault-id");

    /// <summary>Notes them in one pipeline.</summary>
    public static void Find(Findings findings, ShellPipeline pipeline)
    {
        var commands = pipeline.Commands;
        var last = commands.FindLastIndex(Reads);
        // What nobody would type as a text is a token, whoever reads it.
        for (var i = Math.Max(0, last); i < commands.Count; i++)
        {
            foreach (var word in commands[i].Fed.Where(word => IsToken(word) || IsTyped(commands[i], word))) NoteWord(findings, word);
            if (i + 1 < commands.Count && IsPrinter(commands[i]))
            {
                foreach (var word in Literals(commands[i]).Where(IsToken)) NoteWord(findings, word);
            }
        }
        for (var i = 0; i < last; i++)
        {
            if (IsPrinter(commands[i])) NoteLiterals(findings, commands[i]);
            else NoteScripts(findings, commands[i]);
            foreach (var fed in commands[i].Fed) NoteWord(findings, fed);
        }
        foreach (var command in commands)
        {
            if (Reads(command))
            {
                foreach (var fed in command.Fed) NoteWord(findings, fed);
            }
            for (var i = 0; i < command.Words.Count; i++) ExamineWord(findings, command, i);
        }
    }

    /// <summary>What an expect script sends when it is asked for a password: <c>expect "password:"; send "x\r"</c>.</summary>
    public static void FindSent(Findings findings)
    {
        var text = findings.Text;
        var asked = text.IndexOf("assword", StringComparison.Ordinal);
        while (asked >= 0 && text.IndexOf("send ", asked, StringComparison.Ordinal) is >= 0 and var send)
        {
            asked = send + 5;
            if (text.AsSpan(asked).StartsWith("-- ")) asked += 3;
            if (!ValueScanner.TryReadQuoted(text, asked, out var value))
            {
                var last = text.AsSpan(asked).IndexOfAny(SentEnds);
                value = new ValueSpan(asked, last < 0 ? text.Length : asked + last, last < 0 ? text.Length : asked + last, false);
            }
            var end = value.End;
            while (end - 2 >= value.Start && text[end - 2] == '\\' && text[end - 1] is 'r' or 'n') end -= 2;
            if (!NoSecret.IsReference(text.AsSpan(value.Start, end - value.Start))) findings.AddWord(value.Start, end,
                RuleNames.FedLiteral);
            asked = value.Next;
        }
    }

    private static readonly System.Buffers.SearchValues<char> SentEnds = System.Buffers.SearchValues.Create(" \\;\"'");

    /// <summary>Whether the command prints its arguments.</summary>
    public static bool IsPrinter(ShellCommand command) => Printer(command) >= 0;

    // The word that prints; -1: none does. It is the first, or stands behind a crontab's user, a wrapper with its arguments, or a shell
    // whose quotes a log has dropped. What searches for a word does not print it.
    private static int Printer(ShellCommand command)
    {
        for (var i = 0; i < Math.Min(command.Words.Count, MostBefore); i++)
        {
            var text = command.Words[i].Text;
            var name = text.AsSpan(text.LastIndexOf('/') + 1);
            if (name is "echo" or "printf" && (name.Length == text.Length || text.Contains("bin/", StringComparison.Ordinal))) return i;
            if (text is "yes" or "print" && (i < 2 || Before.Has(command.Words[i - 1].Text))) return i;
            if (Searchers.Has(name)) return -1;
        }
        return -1;
    }

    /// <summary>Whether anything that it prints is written out.</summary>
    public static bool HasLiteral(ShellCommand command)
    {
        foreach (var word in Literals(command))
        {
            if (!word.IsReference(0, word.Length)) return true;
        }
        return false;
    }

    /// <summary>Notes what a printing command prints.</summary>
    public static void NoteLiterals(Findings findings, ShellCommand command)
    {
        foreach (var word in Literals(command)) NoteWord(findings, word);
    }

    private static IEnumerable<ShellWord> Literals(ShellCommand command)
    {
        foreach (var word in command.Words.Skip(Printer(command) + 1))
        {
            if (word.Text.Length == 0 || (word.Text[0] == '-' && word.Text.Length <= 3 && !word.IsQuoted)) continue;
            // A format that holds nothing but places for values.
            if (word.Text.AsSpan().Trim("%sqb\\nrt:\" ").Length == 0) continue;
            yield return word;
        }
    }

    private static string Program(ShellCommand command)
    {
        foreach (var word in command.Words)
        {
            if (Before.Has(word.Text)) continue;
            if (CommandRule.IsAssignment(word, out _)) continue;
            return word.Text;
        }
        return "";
    }

    /// <summary>Whether what is fed to these commands as a whole is read as a secret.</summary>
    public static bool ReadInput(IReadOnlyList<ShellPipeline> pipelines) =>
        pipelines.Any(pipeline => pipeline.Commands.Count > 0 && Reads(pipeline.Commands[0]));

    private static bool Reads(ShellCommand command)
    {
        var previous = "";
        var (isInput, isAboutSecret) = (false, false);
        foreach (var word in command.Words)
        {
            var text = word.Text;
            var name = text.AsSpan(text.LastIndexOf('/') + 1);
            if (Readers.Has(name) || (ReadingFlags.Has(text) && (text[1] == '-' || IsStdin(command)))) return true;
            if (text.StartsWith("--", StringComparison.Ordinal) && text.EndsWith("-stdin", StringComparison.Ordinal)) return true;
            if (text.Contains("password_stdin", StringComparison.Ordinal) || IsChange(text)) return true;
            isInput |= IsInput(text);
            isAboutSecret |= IsSecretsWord(text);
            if (isInput && isAboutSecret) return true;
            foreach (var (program, argument) in ReadingPairs)
            {
                if (text == argument && previous.Contains(" " + program + " ", StringComparison.Ordinal)) return true;
            }
            if (previous.Length < 256) previous += " " + name.ToString() + " ";
        }
        return false;
    }

    // One word that looks like a password is typed for a person, unless a tool for texts reads it.
    private static bool IsTyped(ShellCommand command, ShellWord word) => Looks.Password(word.Text)
        && !word.Text.AsSpan().ContainsAny(' ', '/', '=') && !TextTools.Has(BaseName(Program(command)));

    private static readonly KeyWords.Set TextTools = new("diff comm join paste cat sort grep egrep rg sed awk cut tr bc dc jq yq wc read "
        + "while tee head tail uniq md5sum sha256sum sha1sum base64 xxd od hexdump column fold rev nl xargs mapfile readarray envsubst "
        + "openssl python3 python perl php ruby node bash sh mysql psql sqlite3 nsupdate at batch mail mailx logger figlet");

    // occ user:resetpassword, set-password: it asks for one.
    private static bool IsChange(string text) => text.Length < 40 && text[..Math.Min(1, text.Length)] is not ("-" or "")
        && (text.EndsWith("password", StringComparison.OrdinalIgnoreCase) || text.EndsWith("passwd", StringComparison.OrdinalIgnoreCase))
        && text.AsSpan().ContainsAny(':', '-') && !text.AsSpan().ContainsAny("/=. ");

    private static bool IsToken(ShellWord word) => word.Length >= 20 && Looks.Random(word.Text)
        && word.Text.AsSpan().ContainsAnyInRange('A', 'Z') && word.Text.AsSpan().ContainsAnyInRange('a', 'z');

    // "-", --data-file=-, --from-file=p=/dev/stdin
    private static bool IsInput(string text) => text is "-" || text.EndsWith("=-", StringComparison.Ordinal)
        || text.EndsWith("=@-", StringComparison.Ordinal) || text.EndsWith("/dev/stdin", StringComparison.Ordinal);

    // gcloud secrets, create secret, password=-
    private static bool IsSecretsWord(string text)
    {
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        var name = (sign < 0 ? text.AsSpan() : text.AsSpan(0, sign)).TrimStart('-');
        return name.Length < 48 && !name.Contains('/') && KeyName.Classify(name) is KeyKind.Password or KeyKind.Strong
            && !name.EndsWith("-file");
    }

    private static bool IsStdin(ShellCommand command) => command.Words.Exists(word =>
        word.Text is "stdin" or "fd:0" or "stdin:" or "/dev/stdin");

    private static void ExamineWord(Findings findings, ShellCommand command, int i)
    {
        var word = command.Words[i];
        var before = i > 0 ? command.Words[i - 1].Text : "";
        foreach (var expansion in word.Expansions)
        {
            if (expansion.Commands is null || word.Text[expansion.Start] is not ('<' or '>')) continue;
            var flag = expansion.Start > 0 ? word.Text.AsSpan(0, expansion.Start).TrimEnd('=') : before.AsSpan();
            if (!IsAboutSecret(flag) && !(before is "-f" && i > 1
                && command.Words[i - 2].Text.EndsWith("sshpass", StringComparison.Ordinal)))
                continue;
            NotePrinted(findings, expansion.Commands);
        }
        if (word.Text.StartsWith('-') && IsAnswering(word.Text))
        {
            var sign = word.Text.IndexOf('=', StringComparison.Ordinal);
            var flag = sign < 0 ? word.Text.AsSpan() : word.Text.AsSpan(0, sign);
            if (!IsAboutSecret(flag)) return;
            if (sign >= 0) NotePrinted(findings, ShellParser.Parse(word, sign + 1));
            else if (i + 1 < command.Words.Count) NotePrinted(findings, ShellParser.Parse(command.Words[i + 1]));
        }
    }

    // --password-command, --ldap_password_cmd, --passwordeval, -extpass: what a command prints is the password.
    private static bool IsAnswering(string text)
    {
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        var flag = sign < 0 ? text.AsSpan() : text.AsSpan(0, sign);
        return flag.Contains("command", StringComparison.OrdinalIgnoreCase) || flag.EndsWith("cmd", StringComparison.OrdinalIgnoreCase)
            || flag.EndsWith("eval", StringComparison.OrdinalIgnoreCase) || flag.EndsWith("extpass", StringComparison.OrdinalIgnoreCase)
            || flag.EndsWith("askpass", StringComparison.OrdinalIgnoreCase);
    }

    // bash -c "echo x" | chpasswd, python3 -c 'print("x")' | sudo -S id: what a script prints goes where its output goes.
    private static void NoteScripts(Findings findings, ShellCommand command)
    {
        var interpreted = false;
        foreach (var word in command.Words)
        {
            interpreted |= Interpreters.Has(BaseName(word.Text));
            if (!word.IsQuoted || !word.Text.AsSpan().ContainsAny(" (\"'")) continue;
            if (interpreted) NoteQuoted(findings, word);
            else NotePrinted(findings, ShellParser.Parse(word));
        }
    }

    // The literals behind the first word that prints.
    private static void NoteQuoted(Findings findings, ShellWord script)
    {
        var at = script.Text.AsSpan().IndexOfAny(Prints);
        while (at >= 0 && script.Text.AsSpan(at).IndexOfAny('"', '\'') is >= 0 and var open)
        {
            if (!ValueScanner.TryReadQuoted(script.Text, at + open, out var literal)) return;
            CommandRule.Note(findings, script, literal.Start, WithoutEnd(script, literal.Start, literal.End), RuleNames.FedLiteral);
            at = Math.Max(at + open + 1, literal.Next);
            if (at >= script.Length) return;
        }
    }

    private static ReadOnlySpan<char> BaseName(string path) => path.AsSpan(path.LastIndexOf('/') + 1);

    private static void NotePrinted(Findings findings, IReadOnlyList<ShellPipeline> pipelines)
    {
        foreach (var pipeline in pipelines)
        {
            foreach (var command in pipeline.Commands)
            {
                if (IsPrinter(command)) NoteLiterals(findings, command);
                foreach (var fed in command.Fed) NoteWord(findings, fed);
            }
        }
    }

    // --password-file, --vault-password-file, --token-command: the name holds the word, whatever follows it.
    private static bool IsAboutSecret(ReadOnlySpan<char> flag)
    {
        if (FeedingFlags.Has(flag)) return true;
        if (flag.StartsWith("--passwordeval")) return true;
        var words = flag.TrimStart('-');
        foreach (var part in words.SplitAny('-', '_'))
        {
            if (KeyName.Classify(words[part]) is KeyKind.Password or KeyKind.Strong or KeyKind.Weak) return true;
        }
        return false;
    }

    private static void NoteWord(Findings findings, ShellWord word)
    {
        foreach (var expansion in word.Expansions)
        {
            if (expansion.Commands is not null) NotePrinted(findings, expansion.Commands);
        }
        if (word.Length == 0 || word.IsReference(0, word.Length)
            || word.Expansions.Exists(e => e.Commands is not null && e.Start == 0)) return;
        // "bob:$PW"
        if (word.Text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && colon + 1 < word.Length
            && word.IsReference(colon + 1, word.Length)) return;
        var (from, to) = word.Places(0, WithoutEnd(word, 0, word.Length));
        findings.AddWord(from, to, RuleNames.FedLiteral);
    }

    // Without the ends of lines that are written behind it.
    private static int WithoutEnd(ShellWord word, int start, int end)
    {
        while (end > start + 1 && word.Text[end - 1] == 'n' && word.Text[end - 2] == '\\') end -= 2;
        return end;
    }
}
