namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>A line that runs something. <paramref name="Zone"/>: what CRON_TZ said before it, or null.</summary>
/// <param name="Schedule">As written.</param>
/// <param name="User">Whom it runs as.</param>
/// <param name="Command">Redacted.</param>
/// <param name="Zone">The zone in which its hours are meant.</param>
/// <param name="Environment">The file's assignments before it, redacted.</param>
internal sealed record CrontabEntry(
    string Schedule, string User, string Command, string? Zone, IReadOnlyList<string> Environment);

/// <summary>
/// Reads a crontab (crontab(5)). What a command is, and the value of every assignment, passes through <paramref name="redact"/> before it
/// becomes part of anything that is kept.
/// </summary>
/// <param name="user">Whose crontab it is; null: each line names the user, as in /etc/crontab.</param>
/// <param name="redact">The redaction of commands.</param>
internal sealed class Crontab(string? user, Func<string, string> redact)
{
    /// <summary>Lines of one file that are read.</summary>
    public const int LinesMax = 10_000;

    private readonly List<CrontabEntry> _entries = [];
    private readonly List<string> _environment = [];
    private IReadOnlyList<string> _environmentNow = [];
    private string? _zone;

    /// <summary>What runs.</summary>
    public IReadOnlyList<CrontabEntry> Entries => _entries;

    /// <summary>Lines that are neither.</summary>
    public int Strange { get; private set; }

    /// <summary>Reads a whole text.</summary>
    public static Crontab Read(string text, string? user, Func<string, string> redact)
    {
        var crontab = new Crontab(user, redact);
        var count = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (++count > LinesMax) break;
            crontab.Take(line.TrimStart(" \t").TrimEnd(" \t\r").ToString());
        }
        return crontab;
    }

    private void Take(string line)
    {
        if (line.Length == 0 || line[0] == '#') return;
        // cronie: a line that is not to be logged.
        if (line[0] == '-') line = line[1..];
        if (CrontabLine.Assignment(line) is var (name, value))
        {
            if (name == "CRON_TZ") _zone = value.Length == 0 ? null : value;
            _environment.Add(redact($"{name}={value}"));
            _environmentNow = [.. _environment];
            return;
        }
        if (CrontabLine.Split(line, withUser: user is null) is not var (schedule, named, command)
            || CronTime.TryParse(schedule) is null)
        {
            Strange++;
            return;
        }
        _entries.Add(new CrontabEntry(schedule, user ?? named, CrontabLine.Redact(command, redact), _zone, _environmentNow));
    }
}
