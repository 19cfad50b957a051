using System.Globalization;
using HostAtlas.Agent.Backup.Schedule;
using HostAtlas.Agent.Configuration;

namespace HostAtlas.Agent.Tests.Backup.Schedule;

public sealed class BackupScheduleTests
{
    [Theory]
    // line, window, last begun, now, starts
    [InlineData("0 3 * * *", null, "11-24 03:00", "11-24 12:00", "11-25 03:00")]
    [InlineData("0 3 * * *", null, "11-23 03:00", "11-24 12:00", "11-24 12:00")]
    [InlineData("0 3 * * *", "22:00-06:00", "11-23 03:00", "11-24 12:00", "11-24 22:00")]
    [InlineData("0 3 * * *", "22:00-06:00", "11-23 03:00", "11-24 23:30", "11-24 23:30")]
    [InlineData("0 3 * * *", "22:00-06:00", "11-24 03:00", "11-24 12:00", "11-25 03:00")]
    public void A_run_begins_at_its_slot_or_as_soon_as_it_may(string line, string? window, string begun, string now, string starts) =>
        Assert.Equal(At(starts), Read(line, window).StartsAt(At(begun), At(now), TimeZoneInfo.Utc, jitter: 0));

    [Fact]
    public void Jitter_spreads_over_ten_minutes_and_never_over_more_than_a_tenth_of_the_way()
    {
        Assert.Equal(At("11-25 03:05"), Read("0 3 * * *", null).StartsAt(At("11-24 03:00"), At("11-24 12:00"), TimeZoneInfo.Utc, 0.5));
        Assert.Equal(At("11-24 12:03"), Read("0 * * * *", null).StartsAt(At("11-24 11:00"), At("11-24 11:30"), TimeZoneInfo.Utc, 0.5));
    }

    [Fact]
    public void A_run_stops_where_the_window_ends()
    {
        Assert.Null(Read("0 3 * * *", null).StopsAt(At("11-24 03:00"), TimeZoneInfo.Utc));
        Assert.Equal(At("11-25 06:00"), Read("0 3 * * *", "22:00-06:00").StopsAt(At("11-24 23:00"), TimeZoneInfo.Utc));
    }

    [Theory]
    // quiet, window, now, starts, stops
    [InlineData("08:00-18:00", null, "11-24 12:00", "11-24 18:00", "11-25 08:00")]
    [InlineData("08:00-18:00", null, "11-24 20:00", "11-24 20:00", "11-25 08:00")]
    [InlineData("22:00-02:00", "20:00-06:00", "11-24 21:00", "11-24 21:00", "11-24 22:00")]
    [InlineData("22:00-02:00", "20:00-06:00", "11-24 23:00", "11-25 02:00", "11-25 06:00")]
    [InlineData("05:00-21:00", "20:00-06:00", "11-24 12:00", "11-24 21:00", "11-25 05:00")]
    [InlineData("05:00-20:30", "20:00-06:00", "11-25 05:30", "11-25 20:30", "11-26 05:00")]
    public void Quiet_hours_hold_a_run_back_and_stop_it(string quiet, string? window, string now, string starts, string stops)
    {
        var schedule = Read("* * * * *", window).With(HourSpan.TryParse(quiet))!;
        var start = schedule.StartsAt(At("11-23 03:00"), At(now), TimeZoneInfo.Utc, 0);
        Assert.Equal(At(starts), start);
        Assert.Equal(At(stops), schedule.StopsAt(start!.Value, TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("00:00-07:00", "01:00-06:00", true)]
    [InlineData("01:00-06:00", "01:00-06:00", true)]
    [InlineData("22:00-07:00", "23:00-01:00", true)]
    [InlineData("01:00-05:59", "01:00-06:00", false)]
    [InlineData("23:00-01:00", "22:00-07:00", false)]
    [InlineData("08:00-18:00", "19:00-20:00", false)]
    [InlineData("08:00-18:00", "17:00-09:00", false)]
    public void A_window_that_is_quiet_from_end_to_end_is_no_schedule(string quiet, string window, bool covered) =>
        Assert.Equal(covered, Read("0 3 * * *", window).With(HourSpan.TryParse(quiet)) is null);

    [Fact]
    public void A_run_that_did_not_come_is_missed_an_hour_after_it_had_to()
    {
        var schedule = Read("0 3 * * *", null);
        Assert.Null(schedule.MissedSince(At("11-24 03:00"), At("11-25 04:00"), TimeZoneInfo.Utc));
        Assert.Equal(At("11-25 03:00"), schedule.MissedSince(At("11-24 03:00"), At("11-25 04:11"), TimeZoneInfo.Utc));
        Assert.Null(Read("0 3 * * *", "22:00-02:00").MissedSince(At("11-24 22:00"), At("11-25 12:00"), TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData("* * *", null)]
    [InlineData("0 25 * * *", null)]
    [InlineData("0 3 * * *", "22-6")]
    [InlineData("0 3 * * *", "06:00-06:00")]
    public void What_is_no_schedule_is_refused(string line, string? window)
    {
        Assert.Null(BackupSchedule.TryParse(line, window, out var fault));
        Assert.NotEmpty(fault);
    }

    private static BackupSchedule Read(string line, string? window) =>
        BackupSchedule.TryParse(line, window, out _)!;

    private static DateTimeOffset At(string text) => DateTimeOffset.ParseExact(
        "2026-" + text, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
