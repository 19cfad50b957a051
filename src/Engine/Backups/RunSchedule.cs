using Cronos;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// A cron line of five fields, as the platform reads it: to tell that a run did not come, and which runs are more than the line asks for.
/// It speaks the watched server's local time, which the platform does not know, and is therefore counted in UTC. A run is missed with the
/// second slot after the last one: that is never too early whatever the time zone, and at most one period late.
/// </summary>
public sealed class RunSchedule
{
    /// <summary>Characters of a line.</summary>
    public const int LongestLine = 200;

    // Windows, jitter and a run that is about to begin.
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private readonly CronExpression _line;

    private RunSchedule(CronExpression line) => _line = line;

    /// <summary>Reads a line; null when there is none, or it is none or names no time at all.</summary>
    public static RunSchedule? Read(string? line) =>
        line?.Length <= LongestLine && CronExpression.TryParse(line, CronFormat.Standard, out var read) ? new RunSchedule(read) : null;

    /// <summary>When a run that has not begun since a time is missed; null when there are no more slots.</summary>
    public DateTimeOffset? MissedAfter(DateTimeOffset since) =>
        _line.GetNextOccurrence(since, TimeZoneInfo.Utc) is { } first && _line.GetNextOccurrence(first, TimeZoneInfo.Utc) is { } second
            ? second + Grace
            : null;

    /// <summary>
    /// The slot of a time, named by where it ends. One hour has one slot at most, however fine the line is: all of an hour belongs to the
    /// slot of its end. Of the time alone, so that it stays the same whichever snapshots are still there.
    /// </summary>
    public DateTimeOffset SlotOf(DateTimeOffset at) => EndOf(HourOf(at)) ?? DateTimeOffset.MaxValue;

    /// <summary>The slots that end after a time and not after another.</summary>
    public int SlotsWithin(DateTimeOffset after, DateTimeOffset until)
    {
        var slots = 0;
        for (var end = EndOf(HourOf(after)); end <= until; end = EndOf(HourOf(end.Value))) slots++;
        return slots;
    }

    private DateTimeOffset? EndOf(DateTimeOffset hour) => _line.GetNextOccurrence(hour.AddHours(1), TimeZoneInfo.Utc, inclusive: true);

    private static DateTimeOffset HourOf(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / 3_600 * 3_600);
}
