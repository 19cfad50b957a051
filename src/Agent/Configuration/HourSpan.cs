using System.Globalization;

namespace HostAtlas.Agent.Configuration;

/// <summary>A span of hours of each day in a host's local time, such as <c>22:00-06:00</c>; its end does not belong to it. Pure.</summary>
public sealed record HourSpan(TimeOnly From, TimeOnly To)
{
    /// <summary>Reads one; null when the text is none. From a time to the same time is none: it could mean all day or nothing.</summary>
    public static HourSpan? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('-', StringSplitOptions.TrimEntries);
        return parts.Length == 2 && TryReadTime(parts[0], out var from) && TryReadTime(parts[1], out var to) && from != to
            ? new HourSpan(from, to) : null;
    }

    /// <summary>Whether a moment lies in it.</summary>
    public bool Contains(DateTimeOffset moment, TimeZoneInfo zone) => LocalTime(moment, zone).IsBetween(From, To);

    /// <summary>When the span that a moment lies in ends; null when it lies in none.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset moment, TimeZoneInfo zone) =>
        LocalTime(moment, zone) is var time && time.IsBetween(From, To) ? moment + (To - time) : null;

    /// <summary>When the next span begins; the moment itself when it lies in one.</summary>
    public DateTimeOffset NextFrom(DateTimeOffset moment, TimeZoneInfo zone) =>
        LocalTime(moment, zone) is var time && time.IsBetween(From, To) ? moment : moment + (From - time);

    /// <summary>Whether another span lies in this one whole.</summary>
    public bool Covers(HourSpan other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.From - From + (other.To - other.From) <= To - From && other.From.IsBetween(From, To);
    }

    private static TimeOnly LocalTime(DateTimeOffset moment, TimeZoneInfo zone) =>
        TimeOnly.FromTimeSpan(TimeZoneInfo.ConvertTime(moment, zone).TimeOfDay);

    private static bool TryReadTime(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
