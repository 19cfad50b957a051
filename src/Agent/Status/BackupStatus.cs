using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Schedule;

namespace HostAtlas.Agent.Status;

/// <summary>How the backups of this host stand, for <c>status</c>.</summary>
public sealed record BackupStatus
{
    /// <summary>The cron line; null: by hand only.</summary>
    public string? Schedule { get; init; }

    /// <summary>A run goes on.</summary>
    public required bool Running { get; init; }

    /// <summary>When the last run began.</summary>
    public DateTimeOffset? LastBeganAt { get; init; }

    /// <summary>Its exit code; null while it runs and when it was killed.</summary>
    public int? LastCode { get; init; }

    /// <summary>What became of it.</summary>
    public string? LastText { get; init; }

    /// <summary>When this host last committed a snapshot.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Its generation.</summary>
    public long? Generation { get; init; }

    /// <summary>Its fingerprint.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Files of it that the gate holds back: it has their last clean version.</summary>
    public long HeldBack { get; init; }

    /// <summary>Since when a run has been due that did not come.</summary>
    public DateTimeOffset? MissedSince { get; init; }

    /// <summary>The next slot.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>What is wrong, or null.</summary>
    public string? Trouble { get; init; }

    /// <summary>Judges. Null when there is neither a schedule nor a run to speak of.</summary>
    public static BackupStatus? Of(BackupSchedule? schedule, LastRun? last, bool running, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (schedule is null && last is null) return null;
        var missed = running || last is null ? null : schedule?.MissedSince(last.BeganAt, now, zone);
        return new BackupStatus
        {
            Schedule = schedule?.Line,
            Running = running,
            LastBeganAt = last?.BeganAt,
            LastCode = last?.Code,
            LastText = last?.Text,
            CommittedAt = last?.CommittedAt,
            Generation = last?.Generation,
            Fingerprint = last?.Fingerprint,
            HeldBack = last?.HeldBack ?? 0,
            MissedSince = missed,
            NextAt = schedule?.Next(now, zone),
            Trouble = running || last is null ? null
                : missed is { } since ? $"A backup was due at {since.UtcDateTime:u} and did not run"
                : last.EndedAt is null ? "The last backup was killed before it was complete"
                : last.Code is 0 or 4 && last.Overdue > 0
                    ? $"The backup is incomplete: {last.Overdue:N0} files look encrypted and were held back three times or more"
                : last.Code is null or 0 or 4 ? null
                : last.Code is 3 ? $"Backups are stopped: {FirstLine(last.Text)}"
                : $"The last backup failed: {last.Text.TrimEnd('.')}",
        };
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('.');
}
