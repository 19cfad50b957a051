using Cronos;
using HostAtlas.Agent.Configuration;

namespace HostAtlas.Agent.Backup.Schedule;

/// <summary>
/// When backups begin: a cron line of five fields in this host's local time, the hours in which a run may go on, and those in which none
/// may. Pure.
/// </summary>
public sealed class BackupSchedule
{
    // A fleet that was installed from one image would otherwise come in one second.
    private static readonly TimeSpan JitterMax = TimeSpan.FromMinutes(10);

    private readonly CronExpression _line;
    private readonly HourSpan? _window;

    private BackupSchedule(string line, CronExpression read, HourSpan? window) => (Line, _line, _window) = (line, read, window);

    /// <summary>Hours in which no run begins or goes on, whatever the window says.</summary>
    public HourSpan? Quiet { get; private init; }

    /// <summary>The line as it was written; the platform hears it too.</summary>
    public string Line { get; }

    /// <summary>Reads both; null with the fault, which names the key.</summary>
    public static BackupSchedule? TryParse(string line, string? window, out string fault)
    {
        fault = "";
        if (line.Length > 200 || !CronExpression.TryParse(line, CronFormat.Standard, out var read))
            fault = $"schedule: '{line}' is not a cron line of five fields, e.g. \"15 3 * * *\"";
        else if (window is not null && HourSpan.TryParse(window) is null)
            fault = $"window: '{window}' is not a span of hours, e.g. \"22:00-06:00\"";
        else return new BackupSchedule(line, read, window is null ? null : HourSpan.TryParse(window));
        return null;
    }

    /// <summary>The same schedule with quiet hours; null when they leave nothing of the window.</summary>
    public BackupSchedule? With(HourSpan? quiet) => quiet is not null && _window is { } window && quiet.Covers(window)
        ? null : new BackupSchedule(Line, _line, _window) { Quiet = quiet };

    /// <summary>The slot after a moment; null when the line names no more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) => _line.GetNextOccurrence(after, zone);

    /// <summary>
    /// When the run of the slot after <paramref name="lastBegun"/> begins, or at once when that slot has passed: a host that was off at
    /// night makes up for it. Within the window; <paramref name="jitter"/> in [0, 1) spreads it over up to ten minutes, never over more
    /// than a tenth of the way to the slot after.
    /// </summary>
    /// <param name="lastBegun">When the last run began, or since when this host waits for its first.</param>
    /// <param name="now">The clock.</param>
    /// <param name="zone">This host's time zone.</param>
    /// <param name="jitter">The part of the spread that is this host's.</param>
    public DateTimeOffset? StartsAt(DateTimeOffset lastBegun, DateTimeOffset now, TimeZoneInfo zone, double jitter)
    {
        if (Next(lastBegun, zone) is not { } slot) return null;
        var gap = Next(slot, zone) is { } after ? (after - slot) / 10 : JitterMax;
        var start = slot + ((gap < JitterMax ? gap : JitterMax) * jitter);
        return WithinWindow(start > now ? start : now, zone);
    }

    /// <summary>When a run that goes on at this moment has to stop; null: never.</summary>
    public DateTimeOffset? StopsAt(DateTimeOffset now, TimeZoneInfo zone)
    {
        var closes = _window?.EndOf(now, zone);
        var quiet = Quiet?.NextFrom(now, zone);
        return closes is null || quiet < closes ? quiet ?? closes : closes;
    }

    /// <summary>Since when a run has been due and did not come; null when none is.</summary>
    /// <param name="lastBegun">When the last run began, or since when this host waits for its first.</param>
    /// <param name="now">The clock.</param>
    /// <param name="zone">This host's time zone.</param>
    public DateTimeOffset? MissedSince(DateTimeOffset lastBegun, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (Next(lastBegun, zone) is not { } slot) return null;
        // Jitter, and the wait for the window, are no misses.
        return WithinWindow(slot + JitterMax, zone) + TimeSpan.FromHours(1) < now ? slot : null;
    }

    /// <summary>The first moment from this one on in which a run may go on.</summary>
    public DateTimeOffset WithinWindow(DateTimeOffset moment, TimeZoneInfo zone)
    {
        // The end of quiet hours may lie outside of the window, whose next beginning may be quiet: twice leads out of both.
        for (var turn = 0; turn < 3; turn++)
        {
            moment = _window?.NextFrom(moment, zone) ?? moment;
            if (Quiet?.EndOf(moment, zone) is not { } end) break;
            moment = end;
        }
        return moment;
    }
}
