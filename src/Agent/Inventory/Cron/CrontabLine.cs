namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>The two kinds of lines of a crontab (crontab(5)): assignments, and a schedule before a command. Pure.</summary>
internal static class CrontabLine
{
    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary><c>NAME = value</c>, either in quotes or not; null for every other line.</summary>
    public static (string Name, string Value)? Assignment(string line)
    {
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || char.IsAsciiDigit(line[0]) || line[0] is '*' or '@') return null;
        var name = Unquote(line[..equals].Trim(Blanks));
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? (name, Unquote(line[(equals + 1)..].Trim(Blanks))) : null;
    }

    /// <summary>Schedule, user (empty without) and command; null when the line is too short.</summary>
    public static (string Schedule, string User, string Command)? Split(string line, bool withUser)
    {
        var at = 0;
        var schedule = new List<string>();
        for (var fields = line[0] == '@' ? 1 : 5; fields > 0; fields--) schedule.Add(Field(line, ref at));
        var user = withUser ? Field(line, ref at) : "";
        var command = at < line.Length ? line[at..].Trim(Blanks) : "";
        return command.Length == 0 ? null : (string.Join(' ', schedule), user, command);
    }

    /// <summary>
    /// Redacts a command. A <c>%</c> without a backslash ends it, and what follows is its standard input: fed to a program, it may be what
    /// chpasswd reads, so none of it is kept.
    /// </summary>
    public static string Redact(string command, Func<string, string> redact)
    {
        var percent = InputAt(command);
        return percent < 0 ? redact(command)
            : redact(command[..percent]) + (percent == command.Length - 1 ? "%" : $"%{Redaction.Placeholder.Redacted}");
    }

    private static int InputAt(string command)
    {
        for (var i = 0; i < command.Length; i++)
        {
            if (command[i] == '\\') i++;
            else if (command[i] == '%') return i;
        }
        return -1;
    }

    private static string Field(string line, ref int at)
    {
        while (at < line.Length && line[at] is (' ' or '\t')) at++;
        var start = at;
        while (at < line.Length && line[at] is not (' ' or '\t')) at++;
        return line[start..at];
    }

    private static string Unquote(string text) =>
        text.Length >= 2 && text[0] == text[^1] && text[0] is ('"' or '\'') ? text[1..^1] : text;
}
