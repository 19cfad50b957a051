using System.Globalization;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>
/// The five fields of a crontab line in words. Written here because no library that is kept up and can be had does it: a few forms cover
/// what people write, and every other is told by its values.
/// </summary>
internal static class CronWords
{
    private const int MomentsMax = 6;
    private static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly string[] Months =
        ["", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    /// <summary>The words. <paramref name="either"/>: it runs on days that fit one of the two fields of days, not both.</summary>
    public static string Of(CronField minute, CronField hour, CronField day, CronField month, CronField weekday, bool either)
    {
        var (time, isMoment) = Time(minute, hour);
        var days = Days(day, weekday, either);
        var months = month.IsAll ? "" : $" in {Named(month.Values, value => Months[value], "from ", " to ")}";
        if (days.Length == 0) return isMoment ? $"every day {time}{months}" : $"{time}{months}";
        return isMoment ? $"{days} {time}{months}" : $"{time} {days}{months}";
    }

    private static (string Text, bool IsMoment) Time(CronField minute, CronField hour)
    {
        if (!hour.IsAll && minute.Values.Count * hour.Values.Count <= MomentsMax)
            return ($"at {Join([.. hour.Values.SelectMany(h => minute.Values.Select(m => Clock(h, m)))])}", true);
        var hours = Hours(hour);
        if (minute.IsAll) return ($"every minute{hours}", false);
        if (minute.Step > 1) return ($"every {minute.Step} minutes{hours}", false);
        if (hour.IsAll && minute.Values is [0]) return ("every hour", false);
        if (hour.Step > 1 && minute.Values is [0]) return ($"every {hour.Step} hours", false);
        var past = minute.Values.Count == 1 ? $"at minute {minute.Values[0]}" : $"at minutes {Join([.. minute.Values.Select(Digits)])}";
        return (hour.IsAll ? $"every hour {past}" : $"{past}{hours}", false);
    }

    private static string Hours(CronField hour)
    {
        if (hour.IsAll) return "";
        if (hour.Step > 1) return $" of every {hour.Step}{Ordinal(hour.Step)} hour";
        return IsRun(hour.Values) && hour.Values.Count > 1
            ? $" from {Clock(hour.Values[0], 0)} to {Clock(hour.Values[^1], 59)}"
            : $" of the hours {Join([.. hour.Values.Select(Digits)])}";
    }

    private static string Days(CronField day, CronField weekday, bool either)
    {
        var ofWeek = weekday.IsAll ? "" : Named(weekday.Values, value => Weekdays[value], "from ", " to ");
        if (ofWeek.Length > 0 && !ofWeek.StartsWith("from ", StringComparison.Ordinal)) ofWeek = $"on {ofWeek}";
        if (day.IsAll) return ofWeek;
        var ofMonth = day.Step > 1 ? $"on every {day.Step}{Ordinal(day.Step)} day of the month"
            : day.Values.Count == 1 ? $"on day {day.Values[0]} of the month"
            : $"on the days {Join([.. day.Values.Select(Digits)])} of the month";
        return ofWeek.Length == 0 ? ofMonth : either ? $"{ofMonth} and {ofWeek}" : $"{ofMonth} that falls {ofWeek}";
    }

    private static string Named(IReadOnlyList<int> values, Func<int, string> name, string from, string to) =>
        values.Count > 2 && IsRun(values) ? $"{from}{name(values[0])}{to}{name(values[^1])}" : Join([.. values.Select(name)]);

    private static bool IsRun(IReadOnlyList<int> values) => values[^1] - values[0] == values.Count - 1;

    private static string Join(IReadOnlyList<string> parts) =>
        parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts.Take(parts.Count - 1))} and {parts[^1]}";

    private static string Clock(int hour, int minute) => string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}");

    private static string Digits(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Ordinal(int value) => (value % 10, value % 100) switch
    {
        (_, >= 11 and <= 13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
}
