using System.Globalization;
using HostAtlas.Agent.Inventory.Cron;

namespace HostAtlas.Agent.Tests.Inventory.Cron;

public sealed class CronTimeTests
{
    // A Tuesday.
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("* * * * *", "every minute", "2026-03-10 12:01")]
    [InlineData("*/5 * * * *", "every 5 minutes", "2026-03-10 12:05")]
    [InlineData("0 * * * *", "every hour", "2026-03-10 13:00")]
    [InlineData("17 * * * *", "every hour at minute 17", "2026-03-10 12:17")]
    [InlineData("0,30 * * * *", "every hour at minutes 0 and 30", "2026-03-10 12:30")]
    [InlineData("5 3 * * *", "every day at 03:05", "2026-03-11 03:05")]
    [InlineData("0 9,17 * * *", "every day at 09:00 and 17:00", "2026-03-10 17:00")]
    [InlineData("0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00", "2026-03-10 18:00")]
    [InlineData("0 */2 * * *", "every 2 hours", "2026-03-10 14:00")]
    [InlineData("30 */2 * * *", "at minute 30 of every 2nd hour", "2026-03-10 12:30")]
    [InlineData("*/10 8-17 * * 1-5", "every 10 minutes from 08:00 to 17:59 from Monday to Friday", "2026-03-10 12:10")]
    [InlineData("0 4 * * 0", "on Sunday at 04:00", "2026-03-15 04:00")]
    [InlineData("0 4 * * 7", "on Sunday at 04:00", "2026-03-15 04:00")]
    [InlineData("0 4 * * mon,THU", "on Monday and Thursday at 04:00", "2026-03-12 04:00")]
    [InlineData("0 4 * * 5-7", "on Sunday, Friday and Saturday at 04:00", "2026-03-13 04:00")]
    [InlineData("0 4 1 * *", "on day 1 of the month at 04:00", "2026-04-01 04:00")]
    [InlineData("0 4 1,15 * *", "on the days 1 and 15 of the month at 04:00", "2026-03-15 04:00")]
    [InlineData("0 4 1 jan,jul *", "on day 1 of the month at 04:00 in January and July", "2026-07-01 04:00")]
    [InlineData("0 0 */2 * *", "on every 2nd day of the month at 00:00", "2026-03-11 00:00")]
    [InlineData("* 3 * 6-8 *", "every minute of the hours 3 in from June to August", "2026-06-01 03:00")]
    [InlineData("@daily", "every day at 00:00", "2026-03-11 00:00")]
    [InlineData("@HOURLY", "every hour", "2026-03-10 13:00")]
    [InlineData("@weekly", "on Sunday at 00:00", "2026-03-15 00:00")]
    [InlineData("@monthly", "on day 1 of the month at 00:00", "2026-04-01 00:00")]
    [InlineData("@yearly", "on day 1 of the month at 00:00 in January", "2027-01-01 00:00")]
    [InlineData("0 0 30 2 *", "on day 30 of the month at 00:00 in February", null)]
    [InlineData("@reboot", "at each start of the host", null)]
    public void A_schedule_is_told_in_words_and_by_its_next_run(string schedule, string words, string? next)
    {
        var time = CronTime.TryParse(schedule)!;
        Assert.Equal(words, time.Words);
        Assert.Equal(next, time.Next(Now, TimeZoneInfo.Utc)?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
    }

    [Theory]
    // Both fields of days restricted: cron runs on either. One that begins with a star: on both.
    [InlineData("0 0 13 * 5", "on day 13 of the month and on Friday at 00:00", "2026-03-13 00:00,2026-03-20 00:00,2026-03-27 00:00")]
    [InlineData("0 0 12 * 5", "on day 12 of the month and on Friday at 00:00", "2026-03-12 00:00,2026-03-13 00:00,2026-03-20 00:00")]
    [InlineData("0 0 */2 * 5", "on every 2nd day of the month that falls on Friday at 00:00", "2026-03-13 00:00,2026-03-27 00:00,2026-04-03 00:00")]
    public void Two_fields_of_days_are_joined_as_cron_joins_them(string schedule, string words, string moments)
    {
        var time = CronTime.TryParse(schedule)!;
        Assert.Equal(words, time.Words);
        var at = Now;
        foreach (var moment in moments.Split(','))
        {
            at = time.Next(at, TimeZoneInfo.Utc)!.Value;
            Assert.Equal(moment, at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-2 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1/2/3 * * * *")]
    [InlineData("* * L * *")]
    [InlineData("* * ? * *")]
    [InlineData("* * * * 5#2")]
    [InlineData("mon * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("99999999999999999999 * * * *")]
    [InlineData("@often")]
    [InlineData("0~30 * * * *")]
    public void What_cron_would_refuse_or_draw_by_chance_is_no_schedule(string schedule) => Assert.Null(CronTime.TryParse(schedule));

    [Fact]
    public void Hours_are_those_of_the_zone()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Assert.Equal(new DateTimeOffset(2026, 3, 11, 2, 5, 0, TimeSpan.Zero), CronTime.TryParse("5 3 * * *")!.Next(Now, berlin));
    }
}
