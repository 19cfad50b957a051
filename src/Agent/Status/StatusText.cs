using System.Globalization;
using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Restore.Drills;

namespace HostAtlas.Agent.Status;

/// <summary>A <see cref="StatusReport"/> for a terminal and for programs.</summary>
public static class StatusText
{
    /// <summary>Lines for people: the verdict first, then what it rests on.</summary>
    public static string Write(StatusReport report, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.AppendLine(report.Summary);
        if (report.NextStep.Length > 0) text.AppendLine(CultureInfo.InvariantCulture, $"Next: {report.NextStep}");
        text.AppendLine();
        Line(text, "server", report.Server?.ToString() ?? "none");
        Line(text, "platform", report.Url ?? "none");
        Line(text, "running", report.Running ? "yes" : "no");
        Line(text, "last report", Ago(report.LastReportAt, now));
        Line(text, "last accepted", Ago(report.LastAcceptedAt, now));
        if (report.Spool is { } spool)
        {
            Line(text, "waiting", $"{spool.Reports} reports; the spool has {UnitText.WriteSize(spool.Bytes)} of "
                + $"{UnitText.WriteSize(spool.MaxBytes)}");
            if (spool.Gap.Reports > 0)
                Line(text, "lost, spool full", $"{spool.Gap.Reports} reports from {Moment(spool.Gap.FromMs)} to {Moment(spool.Gap.ToMs)}");
            if (spool.DamagedReports > 0) Line(text, "lost, damaged", $"{spool.DamagedReports} reports");
            if (spool.RefusedReports > 0) Line(text, "refused", $"{spool.RefusedReports} reports, the last of them in STATE/refused");
        }
        if (report.ClockOffsetSeconds is { } offset)
            Line(text, "clock", Math.Abs(offset) < 3 ? "agrees with the platform"
                : $"{Math.Abs(offset):0} s {(offset > 0 ? "behind" : "ahead of")} the platform");
        if (report.Logs is { } logs) Logs(text, logs);
        if (report.Running)
            Line(text, "commands", report.Commands is not { } commands ? "not fetched, by the configuration"
                : commands.Fault is { } unheard ? $"not fetched since {Ago(commands.FaultSince, now)}: {unheard.Text}. {unheard.NextStep}."
                : $"last asked for {Ago(commands.AnsweredAt, now)}");
        if (report.FaultSince is { } since) Line(text, "failing since", Ago(since, now));
        if (report.Inventory is { } inventory)
        {
            Line(text, "last inventory", Ago(inventory.AcceptedAt, now));
            if (inventory.Fault is { } why) Line(text, "inventory", why);
        }
        if (report.Backup is { } backup) Backup(text, backup, now);
        if (report.Drill is { Snapshot: not null } or { Trouble: not null })
            Line(text, "last drill", $"{Ago(report.Drill.BeganAt, now)}: {Of(report.Drill)}");
        return text.ToString();
    }

    /// <summary>The same as JSON.</summary>
    public static string WriteJson(StatusReport report) => JsonSerializer.Serialize(report, StatusJson.Default.StatusReport);

    private static void Logs(StringBuilder text, LogStatus logs)
    {
        var spool = logs.Lane.Spool;
        var sources = logs.Sources == 1 ? "source" : "sources";
        Line(text, "logs", $"{logs.Sources} {sources}; {spool.Reports} lines wait, the spool has {UnitText.WriteSize(spool.Bytes)} of "
            + $"{UnitText.WriteSize(spool.MaxBytes)}");
        if (logs.LeftOut > 0) Line(text, "left out", $"{logs.LeftOut} log lines since the start, by the rate limit");
        if (spool.Gap.Reports > 0)
            Line(text, "lost, spool full", $"{spool.Gap.Reports} log lines from {Moment(spool.Gap.FromMs)} to {Moment(spool.Gap.ToMs)}");
        if (spool.DamagedReports > 0) Line(text, "lost, damaged", $"{spool.DamagedReports} log lines");
        if (spool.RefusedReports > 0) Line(text, "refused", $"{spool.RefusedReports} log lines, the last of them in STATE/logs/refused");
        foreach (var fault in logs.Faults) Line(text, "cannot be read", fault);
    }

    private static void Backup(StringBuilder text, BackupStatus backup, DateTimeOffset now)
    {
        Line(text, "last backup", backup.Generation is null ? "none"
            : $"{Ago(backup.CommittedAt, now)}, generation {backup.Generation}, fingerprint {backup.Fingerprint}");
        if (backup.HeldBack > 0)
            Line(text, "held back", $"{backup.HeldBack:N0} files that look encrypted, kept in their last clean version");
        if (backup.Running) Line(text, "backup", "runs now");
        else if (backup.LastText is { Length: > 0 } last) Line(text, "last run", last);
        if (backup.NextAt is { } next) Line(text, "next backup", next.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
    }

    private static string Of(DrillNote drill) => drill.Trouble is { } trouble ? $"not done: {trouble}"
        : $"{drill.Files:N0} files, {UnitText.WriteSize(drill.Bytes)}, "
        + (drill.Failed == 0 ? "all as they should be" : $"{drill.Failed:N0} not as they should be");

    private static void Line(StringBuilder text, string name, string value) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-17} {value}");

    private static string Ago(DateTimeOffset? moment, DateTimeOffset now) =>
        moment is not { } at ? "never"
            : string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:u} ({Math.Max(0, (now - at).TotalSeconds):0} s ago)");

    private static string Moment(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
}
