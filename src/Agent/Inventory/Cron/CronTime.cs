using Cronos;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>
/// When a crontab line runs: five fields or an @word, as cron reads them. Cronos reckons the moments; where both fields of days are given
/// cron runs on either (crontab(5)), which Cronos would take for both, so there they are two lines.
/// </summary>
internal sealed class CronTime
{
    private static readonly Dictionary<string, string> AtWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
        ["@every_minute"] = "* * * * *",
    };

    private readonly IReadOnlyList<CronExpression> _lines;

    private CronTime(IReadOnlyList<CronExpression> lines, string words) => (_lines, Words) = (lines, words);

    /// <summary>In words, e.g. <c>every day at 03:05</c>.</summary>
    public string Words { get; }

    /// <summary>Reads it; null when it is no time of cron.</summary>
    public static CronTime? TryParse(string schedule)
    {
        if (schedule.Equals("@reboot", StringComparison.OrdinalIgnoreCase)) return new CronTime([], "at each start of the host");
        var fields = (AtWords.TryGetValue(schedule, out var meant) ? meant : schedule)
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5) return null;
        if (CronField.TryParse(fields[0], 0, 59, "minute") is not { } minute || CronField.TryParse(fields[1], 0, 23, "hour") is not { } hour
            || CronField.TryParse(fields[2], 1, 31, "day") is not { } day || CronField.TryParse(fields[3], 1, 12, "month") is not { } month
            || CronField.TryParse(fields[4], 0, 6, "dow") is not { } weekday) return null;
        var either = !day.StartsWithStar && !weekday.StartsWithStar;
        string[] days = either ? [$"{List(day)} {List(month)} *", $"* {List(month)} {List(weekday)}"]
            : [$"{List(day)} {List(month)} {List(weekday)}"];
        var lines = new List<CronExpression>();
        foreach (var text in days)
        {
            if (!CronExpression.TryParse($"{List(minute)} {List(hour)} {text}", CronFormat.Standard, out var line)) return null;
            lines.Add(line);
        }
        return new CronTime(lines, CronWords.Of(minute, hour, day, month, weekday, either));
    }

    /// <summary>The first run after a moment; null when there is none or nobody can know it.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) =>
        _lines.Select(line => line.GetNextOccurrence(after, zone)).Where(next => next is not null).Min();

    private static string List(CronField field) => field.IsAll ? "*" : string.Join(',', field.Values);
}
