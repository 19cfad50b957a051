using System.Globalization;

namespace HostAtlas.Engine.Notifications;

/// <summary>A happening in plain sentences: what happened, to which server, since when, and what to do next. Pure.</summary>
/// <param name="Headline">One line without a full stop.</param>
/// <param name="What">What happened and what it means.</param>
/// <param name="Next">What to do.</param>
public sealed record HappeningText(string Headline, string What, string Next)
{
    private const string Look = "Look at the server, then at its backups on the platform.";
    private const string Safe = "Nothing enters the backups and nothing of them is deleted until a person has looked; "
        + "restoring works as always.";

    /// <summary>The sentences of a happening.</summary>
    public static HappeningText Of(Happening happening)
    {
        var (headline, why, next) = happening.Type switch
        {
            NotificationTypes.BackupFrozen => ("are frozen", $"{Frozen(happening.Cause)} {Safe}",
                "Find out what happened on the server before you resume. If files were encrypted there, restore the last good snapshot."),
            NotificationTypes.BackupStillFrozen => ("are still frozen",
                $"The server has been without new backups{Since(happening, " since ")}. {Safe}",
                "Look at the evidence and resume the backups, or restore the server first."),
            NotificationTypes.BackupSuspect => ("are suspect",
                $"{Suspect(happening.Cause)} Backups go on, and nothing of them is deleted meanwhile.", Look),
            NotificationTypes.BackupReopened => ("are open again", Reopened(happening.Cause), Open(happening.Cause)),
            NotificationTypes.BackupIncomplete => ("are incomplete",
                $"Files that look encrypted have been held back{Since(happening, " since ")}: "
                + "each new backup keeps their last clean version.",
                "Run hostatlas-agent status on the server: it names them. Restore them if they were attacked; if they are meant to look "
                + "so, declare them there or accept them on the platform."),
            NotificationTypes.BackupMissed => ("were missed",
                $"No backup began by the schedule{Since(happening, "; it was expected by ")}. The host is off, or its agent does not run.",
                "See whether the host and the agent's service on it are running."),
            NotificationTypes.BackupOverdue => ("are overdue",
                $"Backups begin by the schedule, and none of them has come to its end{Since(happening, " since ")}.",
                "Run hostatlas-agent status on the server: it says why the last one failed."),
            NotificationTypes.BackupDrillFailed => ("did not all come back in a drill",
                "The agent restored a sample of the newest backups, and files of it did not come back as they were.",
                "Run hostatlas-agent verify --read-data on the server: it names what is damaged. "
                + "The next backup stores again what is still there."),
            NotificationTypes.BackupFailed => ("failed", Failed(happening.Cause), FailedNext(happening.Cause)),
            NotificationTypes.BackupRetentionShortened => ("are to be kept for a shorter time", Shortened(happening),
                "If nobody of your team meant that, choose the longer time again, cancel the deletions, and look at who is signed in."),
            NotificationTypes.Test => ("would be told of here", "This is a trial that somebody on your team asked for. Nothing happened.",
                "There is nothing to do."),
            _ => ("need a look", "Something happened that this version has no sentence for.", Look),
        };
        return new HappeningText($"Backups of {happening.ServerName} {headline}", why, next);
    }

    /// <summary>A time as people read it.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Frozen(string? cause) => cause switch
    {
        "agents-gate" => "The check on the server found files that look encrypted.",
        "canary" => "A canary file on the server was changed, which nobody has a reason to do.",
        "hit-share" => "Many of the files that changed look encrypted.",
        "slow-burn" => "Over seven days more and more files have come to look encrypted.",
        "mass-deletion" => "A large part of the server's files is gone.",
        "dump-turned" => "A dump that was readable until now no longer is.",
        "person" => "A person of your team froze them.",
        _ => "The platform saw what ransomware looks like.",
    };

    private static string Suspect(string? cause) => cause switch
    {
        "run-vanished" => "A backup began and nothing was heard of it for six hours.",
        "volume-jumped" => "A backup brought far more new data than those before it: many files changed at once.",
        "chain-halved" => "The newest backup holds half or less of the one before: many files are gone.",
        "files-hit" => "Some files look encrypted. Where there is an earlier version the backup keeps that; new files are in it, marked.",
        "ransom-notes" => "There are notes on the server of the kind that ransomware leaves.",
        "new-ending" => "Many files got one new ending at once.",
        "many-changed" => "Far more files changed than usual.",
        "commits-too-often" => "There were more than twice as many backups as the schedule asks for.",
        _ => "Something about the newest backup is not as usual.",
    };

    private static string Shortened(Happening happening) => happening.Cause == "floor"
        ? $"Somebody lowered the number of days in which every backup stays. It holds{Since(happening, " from ")}; nothing changes before."
        : "Somebody chose to keep fewer backups. What nothing keeps any more is deleted a week after it expires, unless somebody cancels.";

    private static string Reopened(string? cause) => cause switch
    {
        "clean-runs" => "Several backups in a row showed nothing new.",
        "person" => "A person of your team looked and resumed them.",
        _ => "They take snapshots without a doubt again.",
    };

    // Runs without a new hit say nothing of the old ones.
    private static string Open(string? cause) => cause == "clean-runs"
        ? "If files are still held back, hostatlas-agent status on the server names them."
        : "There is nothing to do.";

    private static string Failed(string? cause) => cause switch
    {
        "server-quota" => "The server's quota of new backup data a day is spent until 0:00 UTC; the backup cannot go on before.",
        "server-total-quota" =>
            "The server's quota of backup data in all is spent; no backup of it goes on until it is raised or something was deleted.",
        "team-quota" => "The team's quota of backup data is spent; no backup of the team goes on until it is raised.",
        "expired" => "Nothing was heard of a backup for seven days; it is closed and nothing of it was kept.",
        "displaced" => "Too many backups of the server were open at a time; the one not heard of for the longest was closed.",
        _ => "A backup ended without a snapshot.",
    };

    private static string FailedNext(string? cause) => cause is "server-quota" or "server-total-quota" or "team-quota"
        ? "Wait, or ask whoever runs the platform to raise the quota."
        : "See whether the agent on the server runs and reaches the platform.";

    private static string Since(Happening happening, string words) => happening.Since is { } since ? words + Time(since) : "";
}
