using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// A crontab's line, or a command alone: the schedule stays, a variable's own line loses its value, the rest is a command.
/// </summary>
internal static class CrontabRule
{
    private const int Fields = 5;

    // What commonly stands behind an assignment; of another word in small letters it cannot be told whether it belongs to a value with
    // blanks.
    private static readonly KeyWords.Set Programs = new(
        "pg_dump pg_dumpall pg_restore pg_basebackup psql php python python3 node npm yarn rake bundle ruby perl bash sh restic borg "
            + "rclone aws "
        + "kubectl docker make java duplicity duply borgmatic autorestic kopia s3cmd rsync ssh scp git terraform ansible "
            + "ansible-playbook vault "
        + "consul nomad helm gcloud az doctl cargo go mix composer artisan wp env sudo nice ionice nohup timeout time flock exec "
            + "openssl gpg gpg2 "
        + "certbot lego rsnapshot logrotate systemctl service cmd command");

    /// <summary>Finds the secrets of the line.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        FedLiterals.FindSent(findings);
        var start = AfterSchedule(text);
        if (start == 0 && IsVariableLine(findings)) return;
        CommandRule.Find(findings, ShellParser.Parse(text, start, text.Length), assignments: true);
        if (start > 0) Input(findings, start);
    }

    /// <summary>
    /// What stands behind the first % is the command's input, each further one begins a line of it: <c>chpasswd%bob:x</c>.
    /// </summary>
    /// <param name="findings">The line.</param>
    /// <param name="start">Where its command begins.</param>
    /// <param name="isArgument">It stands within another, where cron has taken a backslash before the sign away.</param>
    public static void Input(Findings findings, int start, bool isArgument = false)
    {
        var text = findings.Text;
        var at = text.IndexOf('%', start);
        var end = isArgument && at > start && text[at - 1] == '\\' ? at - 1 : at;
        if (at < 0 || !IsPlain(text.AsSpan(start, end - start)) || !FedLiterals.ReadInput(ShellParser.Parse(text, start, end))) return;
        while (at >= 0 && at < text.Length)
        {
            var next = text.IndexOf('%', at + 1);
            findings.AddWord(at + 1, next < 0 ? ValueScanner.EndOfLine(text, at + 1) : next, RuleNames.FedLiteral);
            at = next;
        }
    }

    // The sign behind is none of a format: date +%F, within quotes or a substitution, or behind a backslash.
    private static bool IsPlain(ReadOnlySpan<char> before) => before.Length > 0 && before[^1] is not ('\\' or '+')
        && before.Count('\'') % 2 == 0 && before.Count('"') % 2 == 0 && before.Count('`') % 2 == 0
        && before.Count("$(") <= before.Count(')');

    /// <summary>
    /// Where the command begins: behind five fields or an @word, also of a line that is commented out; 0: there is no schedule.
    /// </summary>
    public static int AfterSchedule(string text)
    {
        var at = 0;
        while (at < text.Length && (Blank.Is(text[at]) || text[at] == '#')) at++;
        if (at < text.Length && text[at] == '@')
        {
            var end = Blank.EndOfWord(text, at);
            return text.AsSpan(at, end - at) is "@reboot" or "@yearly" or "@annually" or "@monthly" or "@weekly" or "@daily" or "@midnight"
                or "@hourly" or "@every" ? Blank.Skip(text, end) : 0;
        }
        for (var field = 0; field < Fields; field++)
        {
            var end = Blank.EndOfWord(text, at);
            if (end == at || !IsField(text.AsSpan(at, end - at))) return 0;
            at = Blank.Skip(text, end);
        }
        return at;
    }

    private static bool IsField(ReadOnlySpan<char> field)
    {
        foreach (var c in field)
        {
            if (!char.IsAsciiDigit(c) && c is not ('*' or '/' or ',' or '-' or '?' or '#' or '~') && !char.IsAsciiLetter(c)) return false;
        }
        if (!char.IsAsciiLetter(field[0])) return true;
        // Names of months and days have three letters.
        return field.Length == 3 || (field.Length > 3 && field[3] is ',' or '-' or '/')
            || (field.Length == 1 && field[0] is 'L' or 'H' or 'R');
    }

    // NAME=value or NAME = value and nothing else; not NAME=value command.
    private static bool IsVariableLine(Findings findings)
    {
        var text = findings.Text;
        var at = 0;
        while (at < text.Length && (Blank.Is(text[at]) || text[at] == '#')) at++;
        var name = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '"' or '\'')) at++;
        if (at == name || char.IsAsciiDigit(text[name])) return false;
        var sign = Blank.Skip(text, at);
        if (sign >= text.Length || text[sign] != '=') return false;
        var kept = CommandRule.IsKept(text.AsSpan(name, at - name).Trim("\"'"));
        var start = Blank.Skip(text, sign + 1);
        if (start >= text.Length) return true;
        if (sign == at && start == sign + 1 && IsCommandBehind(text, start)) return false;
        if (kept) return true;
        var end = ValueScanner.EndOfLine(text, start);
        if (ValueScanner.TryReadQuoted(text, start, out var quoted)
            && Blank.Skip(text, quoted.Next) >= text.Length) (start, end) = (quoted.Start, quoted.End);
        findings.AddWord(start, end, RuleNames.Assignment);
        return true;
    }

    // Behind the first word comes a program, a path, a flag or a sign of the shell: then it was an assignment before a command.
    private static bool IsCommandBehind(string text, int start)
    {
        var pipelines = ShellParser.Parse(text, start, text.Length);
        var words = pipelines.SelectMany(pipeline => pipeline.Commands).SelectMany(command => command.Words).Select(word =>
            word.Text).ToList();
        if (pipelines.Count > 1 || pipelines.Any(pipeline => pipeline.Commands.Count > 1)) return words.Count > 1;
        if (words.Count < 2) return false;
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i].Length > 0 && words[i][0] is '/' or '-' or '.' or '$' || words[i].Contains('=', StringComparison.Ordinal)
                || ProgramTable.Find(words[i]) is not null || words[i].Contains('/', StringComparison.Ordinal)) return true;
        }
        return Programs.Has(words[1]);
    }
}
