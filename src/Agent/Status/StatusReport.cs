using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Restore.Drills;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Status;

/// <summary>
/// What <c>status</c> says: the verdict over what lies in STATE. Pure, so that each verdict is a case of a test.
/// </summary>
public sealed record StatusReport
{
    /// <summary>Enrolled, running, and the platform accepts the reports.</summary>
    public required bool Healthy { get; init; }

    /// <summary>What is wrong, or that nothing is; one line.</summary>
    public required string Summary { get; init; }

    /// <summary>What to do next; empty when there is nothing to do.</summary>
    public required string NextStep { get; init; }

    /// <summary>A token lies in STATE.</summary>
    public required bool Enrolled { get; init; }

    /// <summary>A process holds STATE.</summary>
    public required bool Running { get; init; }

    /// <summary>The server that the token names.</summary>
    public ServerId? Server { get; init; }

    /// <summary>The platform.</summary>
    public string? Url { get; init; }

    /// <summary>The newest report's time.</summary>
    public DateTimeOffset? LastReportAt { get; init; }

    /// <summary>When the platform last acknowledged something.</summary>
    public DateTimeOffset? LastAcceptedAt { get; init; }

    /// <summary>The queue; null before the first start.</summary>
    public SpoolLevel? Spool { get; init; }

    /// <summary>The platform's clock minus this host's, seconds.</summary>
    public double? ClockOffsetSeconds { get; init; }

    /// <summary>Why nothing goes out.</summary>
    public UplinkFault? Fault { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? FaultSince { get; init; }

    /// <summary>The backups; null when this host makes none.</summary>
    public BackupStatus? Backup { get; init; }

    /// <summary>The last drill; null when there was none.</summary>
    public DrillNote? Drill { get; init; }

    /// <summary>The inventory; null before the first attempt to send one.</summary>
    public InventoryNote? Inventory { get; init; }

    /// <summary>The logs; null when none are read.</summary>
    public LogStatus? Logs { get; init; }

    /// <summary>The platform's commands; null when this host's owner wants none.</summary>
    public CommandsStatus? Commands { get; init; }

    /// <summary>Judges. <paramref name="server"/>: of the token in STATE, null without one; <paramref name="spool"/>: as it lies on the
    /// disk.</summary>
    public static StatusReport Of(ServerId? server, bool running, AgentStatus? last, string? url, SpoolLevel? spool, DateTimeOffset now,
        BackupStatus? backup = null)
    {
        var (summary, nextStep) = Judge(server is not null, running, last, now);
        if (summary == AllIsWell && running && last?.Logs is { } logs) (summary, nextStep) = Judge(logs);
        // Commands are the platform's wish, not this host's: that none come leaves the verdict as it is, and has a line of its own.
        if (summary == AllIsWell && backup?.Trouble is { } trouble)
            (summary, nextStep) = ($"{trouble}.", "Run hostatlas-agent backup to see why, or look into its log: journalctl -u "
                + $"hostatlas-agent.");
        return new StatusReport
        {
            Healthy = summary == AllIsWell,
            Summary = summary,
            NextStep = nextStep,
            Enrolled = server is not null,
            Running = running,
            Server = server,
            Url = last?.Url ?? url,
            LastReportAt = last?.LastReportAt,
            LastAcceptedAt = last?.LastAcceptedAt,
            Spool = spool,
            ClockOffsetSeconds = last?.ClockOffsetSeconds,
            Fault = last?.Fault,
            FaultSince = last?.FaultSince,
            Backup = backup,
            Logs = last?.Logs,
            Commands = last?.Commands,
        };
    }

    /// <summary>The same with the last drill, which has a say in the verdict when files did not come back.</summary>
    public StatusReport With(DrillNote drill)
    {
        ArgumentNullException.ThrowIfNull(drill);
        var report = this with { Drill = drill };
        return !Healthy || drill.Failed == 0 ? report : report with
        {
            Healthy = false,
            Summary = $"The last restore drill could not bring back {drill.Failed:N0} of {drill.Files:N0} files as they were.",
            NextStep = "Run hostatlas-agent verify --read-data to see what is damaged, then backup, which stores it anew, and drill.",
        };
    }

    private const string AllIsWell = "The platform accepts this server's reports.";

    private static (string Summary, string NextStep) Judge(LogStatus logs) =>
        logs.Lane.Fault is { } fault ? ($"Reports arrive, log lines do not: {fault.Text}.", $"{fault.NextStep}.")
            : logs.Faults.Count == 0 ? (AllIsWell, "")
            : ($"Some logs cannot be read: {logs.Faults[0]}.", "Let the agent read it, or take it out of [logs] in the configuration.");

    private static (string Summary, string NextStep) Judge(bool enrolled, bool running, AgentStatus? last, DateTimeOffset now)
    {
        if (!enrolled) return ("This agent is not enrolled.", "Run hostatlas-agent enroll --url URL --token-file FILE.");
        if (!running) return ("The agent is not running.", "Start it: systemctl start hostatlas-agent, or hostatlas-agent run.");
        if (last is null) return ("The agent is starting.", "Look again in a few seconds.");
        if (last.Fault is { } fault) return ($"{fault.Text}.", $"{fault.NextStep}.");
        if (now - last.UpdatedAt > TimeSpan.FromSeconds(30))
            return ("The agent runs, but has written no status for some time.", "Look into its log: journalctl -u hostatlas-agent.");
        if (last.LastAcceptedAt is not { } accepted) return ("The agent has started and sent nothing yet.", "Look again in a few seconds.");
        var patience = TimeSpan.FromSeconds(Math.Max(30, 3 * last.IntervalSeconds));
        return now - accepted <= patience ? (AllIsWell, "")
            : ("The platform has accepted nothing for some time.", "Look into the agent's log: journalctl -u hostatlas-agent.");
    }
}
