using System.Text.RegularExpressions;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>
/// A timer's schedule as systemd tells it, and in words: a calendar expression (systemd.time(7)) that a crontab line could say too is told
/// as that line is, a span after an event by its name. Pure.
/// </summary>
internal static partial class TimerSchedule
{
    private static readonly Dictionary<string, string> Events = new(StringComparer.Ordinal)
    {
        ["OnActiveUSec"] = "after the timer was started",
        ["OnBootUSec"] = "after the host was started",
        ["OnStartupUSec"] = "after systemd was started",
        ["OnUnitActiveUSec"] = "after it was last started",
        ["OnUnitInactiveUSec"] = "after it last ended",
    };

    /// <summary>Schedule and words of the values of TimersCalendar and TimersMonotonic.</summary>
    public static (string Schedule, string? Words) Of(IEnumerable<string> calendar, IEnumerable<string> monotonic)
    {
        var parts = new List<(string Schedule, string? Words)>();
        foreach (var value in calendar)
        {
            if (SystemdProperties.Field(value, "OnCalendar") is { } line) parts.Add(($"OnCalendar={line}", Words(line)));
        }
        foreach (var value in monotonic)
        {
            foreach (var (name, after) in Events)
            {
                if (SystemdProperties.Field(value, name) is { } span)
                    parts.Add(($"{name.Replace("USec", "Sec", StringComparison.Ordinal)}={span}", $"{span} {after}"));
            }
        }
        return (string.Join("; ", parts.Select(part => part.Schedule)),
            parts.Count == 0 || parts.Any(part => part.Words is null) ? null : string.Join("; ", parts.Select(part => part.Words)));
    }

    /// <summary>A calendar expression in words; null where five fields of cron could not say it.</summary>
    public static string? Words(string calendar)
    {
        if (Normal().Match(calendar) is not { Success: true } match) return null;
        var weekday = match.Groups["week"].Success ? Field(match.Groups["week"].Value) : "*";
        var line = $"{Field(match.Groups["minute"].Value)} {Field(match.Groups["hour"].Value)} {Field(match.Groups["day"].Value)} "
            + $"{Field(match.Groups["month"].Value)} *";
        // Both kinds of days must fit, while cron takes either: such a one is told by nothing.
        if (weekday != "*")
        {
            if (match.Groups["day"].Value != "*") return null;
            line = line[..^1] + weekday;
        }
        var zone = match.Groups["zone"].Success ? $" in {match.Groups["zone"].Value}" : "";
        return CronTime.TryParse(line) is { } time ? time.Words + zone : null;
    }

    // systemd: a..b, a/step (from a on), *; two digits.
    private static string Field(string text) => string.Join(',', text.Split(',').Select(part =>
        part.StartsWith("00/", StringComparison.Ordinal) ? "*/" + part[3..].TrimStart('0')
            : part.Replace("..", "-", StringComparison.Ordinal)));

    [GeneratedRegex(@"^(?:(?<week>[A-Z][a-z]{2}(?:(?:,|\.\.)[A-Z][a-z]{2})*) )?\*-(?<month>[\d*,./]+)-(?<day>[\d*,./]+) "
        + @"(?<hour>[\d*,./]+):(?<minute>[\d*,./]+):00(?: (?<zone>[A-Za-z_/+-]+))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Normal();
}
