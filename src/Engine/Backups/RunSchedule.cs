using Cronos;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// A cron line of five fields, as the platform reads it: only to tell that a run did not come. The line speaks the watched server's local
/// time, which the platform does not know. It therefore counts in UTC and waits for the second slot after the last run: that is never too
/// early whatever the time zone, and at most one period late.
/// </summary>
public sealed class RunSchedule
{
    /// <summary>Characters of a line.</summary>
    public const int LongestLine = 200;

    // Windows, jitter and a run that is about to begin.
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private readonly CronExpression _line;

    private RunSchedule(CronExpression line) => _line = line;

    /// <summary>Reads a line; null when it is none or names no time at all.</summary>
    public static RunSchedule? Read(string line) =>
        line.Length <= LongestLine && CronExpression.TryParse(line, CronFormat.Standard, out var read) ? new RunSchedule(read) : null;

    /// <summary>When a run that has not begun since a time is missed; null when there are no more slots.</summary>
    public DateTimeOffset? MissedAfter(DateTimeOffset since) =>
        _line.GetNextOccurrence(since, TimeZoneInfo.Utc) is { } first && _line.GetNextOccurrence(first, TimeZoneInfo.Utc) is { } second
            ? second + Grace
            : null;
}
