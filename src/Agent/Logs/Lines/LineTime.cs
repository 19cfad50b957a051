using System.Buffers.Text;

namespace HostAtlas.Agent.Logs.Lines;

/// <summary>
/// The time that a line begins with, in the forms that most programs write: ISO 8601 (also with a space, a comma, slashes, in brackets),
/// RFC 3164 (syslog), and the brackets of web servers' access logs. A form without a zone is local time. Pure, and bounded to the line's
/// beginning.
/// </summary>
internal static class LineTime
{
    private const int LookAt = 200;

    // A device without a clock, or one that is wrong: such a time would put the line where nobody looks, or have the batch refused.
    private static readonly TimeSpan OldestAge = TimeSpan.FromDays(366), FarthestAhead = TimeSpan.FromMinutes(5);

    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>The line's own time, or <paramref name="now"/> when it has none that can be true.</summary>
    public static DateTimeOffset Of(ReadOnlySpan<byte> line, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (line.Length > LookAt) line = line[..LookAt];
        var at = Iso(line.TrimStart("[\" "u8), zone) ?? Syslog(line, now, zone) ?? WebServer(line);
        return at is { } time && time <= now + FarthestAhead && time >= now - OldestAge ? time : now;
    }

    // 2026-11-25T19:50:10.123456+01:00   2026-11-25 19:50:10,123   2026/11/25 19:50:10
    private static DateTimeOffset? Iso(ReadOnlySpan<byte> text, TimeZoneInfo zone)
    {
        if (text.Length < 19 || text[4] is not ((byte)'-' or (byte)'/') || text[7] != text[4] || text[10] is not ((byte)'T' or (byte)' ')
            || !Number(text, 0, 4, out var year) || !Number(text, 5, 2, out var month) || !Number(text, 8, 2, out var day)
            || Clock(text[11..]) is not { } clock || Date(year, month, day) is not { } date) return null;
        var rest = text[19..];
        var ticks = 0L;
        if (rest.Length > 1 && rest[0] is (byte)'.' or (byte)',')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits < 0) digits = rest.Length - 1;
            for (var i = 0; i < 7; i++) ticks = (ticks * 10) + (i < digits ? rest[1 + i] - '0' : 0);
            rest = rest[(1 + digits)..];
        }
        var local = date + clock + TimeSpan.FromTicks(ticks);
        if (rest.StartsWith("Z"u8)) return new DateTimeOffset(local, TimeSpan.Zero);
        return Offset(rest) is { } offset ? At(local, offset) : Local(local, zone);
    }

    // Nov 25 19:50:10 and Nov  5 19:50:10: no year, so the one that is nearest before now.
    private static DateTimeOffset? Syslog(ReadOnlySpan<byte> text, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (text.Length < 15 || text[3] != ' ' || text[6] != ' ' || Month(text) is not { } month) return null;
        var days = text.Slice(4, 2).TrimStart((byte)' ');
        if (!Number(days, 0, days.Length, out var day) || Clock(text[7..]) is not { } clock) return null;
        var year = TimeZoneInfo.ConvertTime(now, zone).Year;
        for (var back = 0; back < 2; back++)
        {
            if (Date(year - back, month, day) is { } date && Local(date + clock, zone) is { } at && at <= now + TimeSpan.FromDays(1))
                return at;
        }
        return null;
    }

    // 203.0.113.9 - - [25/Nov/2026:19:50:10 +0000] "GET / HTTP/1.1" …
    private static DateTimeOffset? WebServer(ReadOnlySpan<byte> text)
    {
        var open = text.IndexOf((byte)'[');
        if (open < 0) return null;
        text = text[(open + 1)..];
        if (text.Length < 26 || text[2] != '/' || text[6] != '/' || text[11] != ':' || !Number(text, 0, 2, out var day)
            || Month(text[3..]) is not { } month || !Number(text, 7, 4, out var year) || Clock(text[12..]) is not { } clock
            || Date(year, month, day) is not { } date || Offset(text[21..]) is not { } offset) return null;
        return At(date + clock, offset);
    }

    private static TimeSpan? Clock(ReadOnlySpan<byte> text) =>
        text.Length >= 8 && text[2] == ':' && text[5] == ':' && Number(text, 0, 2, out var hours) && Number(text, 3, 2, out var minutes)
            && Number(text, 6, 2, out var seconds) && hours < 24 && minutes < 60 && seconds <= 60
            ? new TimeSpan(hours, minutes, seconds) : null;

    private static DateTime? Date(int year, int month, int day) =>
        year is >= 1 and <= 9998 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified) : null;

    // +01:00, +0100, also behind a space.
    private static TimeSpan? Offset(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart((byte)' ');
        if (text.Length < 5 || text[0] is not ((byte)'+' or (byte)'-')) return null;
        var minutesAt = text[3] == ':' ? 4 : 3;
        if (!Number(text, 1, 2, out var hours) || !Number(text, minutesAt, 2, out var minutes) || hours > 14 || minutes > 59) return null;
        var offset = new TimeSpan(hours, minutes, 0);
        return text[0] == '-' ? -offset : offset;
    }

    private static DateTimeOffset? At(DateTime local, TimeSpan offset) =>
        offset.Duration() <= TimeSpan.FromHours(14) && local.Year > 1 ? new DateTimeOffset(local, offset) : null;

    private static DateTimeOffset? Local(DateTime local, TimeZoneInfo zone) => At(local, zone.GetUtcOffset(local));

    private static int? Month(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < Months.Length; i++)
            if (text.Length >= 3 && text[0] == Months[i][0] && text[1] == Months[i][1] && text[2] == Months[i][2]) return i + 1;
        return null;
    }

    private static bool Number(ReadOnlySpan<byte> text, int at, int length, out int value)
    {
        value = 0;
        return at + length <= text.Length && text.Slice(at, length).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && Utf8Parser.TryParse(text.Slice(at, length), out value, out var taken) && taken == length;
    }
}
