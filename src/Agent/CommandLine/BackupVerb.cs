using System.CommandLine;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>backup</c>: takes one now.</summary>
internal static class BackupVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only look: what would be taken and what would be left out." };
        var limit = new Option<string?>("--limit") { Description = "Send at most this much a second, e.g. 20MiB/s.", HelpName = "RATE" };
        var rollback = new Option<bool>("--accept-rollback")
        {
            Description = "Go on although the newest snapshot is older than what this host made.",
        };
        var command = new Command("backup", "Takes a backup now: what changed is sealed on this host and sent.") { dryRun, limit,
            rollback };
        command.SetAction((parsed, stop) => guard(async () =>
        {
            long? rate = null;
            if (parsed.GetValue(limit) is { } text)
                rate = BackupToml.TryReadRate(text, out var read) ? read
                    : throw new VerbFailedException(ExitCode.Usage, $"--limit: '{text}' is not a rate of at least 32KiB/s, e.g. 20MiB/s");
            var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
            var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
            var json = parsed.GetValue(common.Json);
            var events = new BackupEvents(around, json, around.ErrorIsTerminal);
            if (parsed.GetValue(dryRun)) return await RehearseAsync(options, state, around, events, json, stop);
            var session = new BackupSession(options, state, around, events)
            {
                LimitBytesPerSecond = rate,
                AcceptRollback = parsed.GetValue(rollback),
                CommandsToError = json,
            };
            var end = await events.ShowAsync(Task.Run(() => session.RunAsync(stop), CancellationToken.None));
            if (end.Outcome is { } outcome) await around.Out.WriteLineAsync(json ? Committed(end, outcome) : Words(end, outcome));
            else if (json) await around.Out.WriteLineAsync(BackupEvents.Event("failed", ("code", end.Code), ("text", end.Text)));
            else throw new VerbFailedException(end.Code, end.Text);
            return end.Code;
        }));
        return command;
    }

    private static string Committed(BackupEnd end, BackupOutcome outcome) => BackupEvents.Event("committed", ("code", end.Code),
        ("snapshot", outcome.Snapshot.ToString()), ("generation", outcome.Generation), ("fingerprint", outcome.Fingerprint),
        ("files", outcome.Counts.Files), ("directories", outcome.Counts.Directories), ("others", outcome.Counts.Others),
        ("bytes", outcome.Counts.Bytes), ("newBytes", outcome.Counts.NewBytes), ("sentBytes", outcome.SentBytes),
        ("unchangedFiles", outcome.UnchangedFiles), ("privateKeys", outcome.Counts.PrivateKeys), ("heldBack", outcome.Counts.HeldBack),
        ("heldBackOverdue", outcome.Overdue), ("unreadable", outcome.Counts.Unreadable), ("changed", outcome.Counts.Changed));

    private static string Words(BackupEnd end, BackupOutcome outcome)
    {
        var counts = outcome.Counts;
        var lines = new List<string>
        {
            $"Generation {outcome.Generation}, fingerprint {outcome.Fingerprint} ({end.Text}).",
            $"{counts.Files:N0} files and {counts.Directories:N0} directories, {UnitText.WriteSize(counts.Bytes)}; "
                + $"{outcome.UnchangedFiles:N0} "
                + $"files unchanged, {UnitText.WriteSize(counts.NewBytes)} new, {UnitText.WriteSize(outcome.SentBytes)} sent.",
        };
        if (counts.HeldBack > 0)
            lines.Add($"{counts.HeldBack:N0} files look encrypted and were held back; restore brings their last clean version with "
                + "--held-back.");
        if (counts.PrivateKeys > 0) lines.Add($"{counts.PrivateKeys:N0} private keys were left out (include_private_keys).");
        if (counts.Unreadable > 0) lines.Add($"{counts.Unreadable:N0} could not be read.");
        if (counts.Changed > 0) lines.Add($"{counts.Changed:N0} changed while they were read.");
        lines.Add($"Note the first line elsewhere: restore --expect {outcome.Generation}:{outcome.Fingerprint} proves that it is this "
            + $"state.");
        return string.Join('\n', lines);
    }

    private static async Task<int> RehearseAsync(AgentOptions options, StateFolder state, AgentSurroundings around, BackupEvents events,
        bool json, CancellationToken stop)
    {
        var backup = options.Backup ?? throw new VerbFailedException(ExitCode.Usage,
            "the configuration names nothing to back up; add a table [backup] with roots = [\"/etc\", …]");
        var findings = new RunFindings { OnFault = events.Fault };
        events.Pass(findings, null);
        var walk = new TreeWalkParts(
            backup.Selected, new RunFolder(state).Scratch, [state.FolderPath], null, null, findings, around.Time);
        await events.ShowAsync(Task.Run(async () =>
        {
            await TreeWalk.RunAsync(walk, static _ => ValueTask.CompletedTask, stop);
            return 0;
        }, CancellationToken.None));
        var counts = findings.Counts;
        await around.Out.WriteLineAsync(json
            ? BackupEvents.Event("dry-run", ("files", counts.Files), ("directories", counts.Directories), ("others", counts.Others),
                ("bytes", counts.Bytes), ("privateKeys", counts.PrivateKeys), ("unreadable", counts.Unreadable))
            : $"{counts.Files:N0} files and {counts.Directories:N0} directories, {UnitText.WriteSize(counts.Bytes)} in all, would be "
                + $"looked at; "
                + $"what is new of it would be sent. {counts.PrivateKeys:N0} private keys would be left out by name and mode; others are "
                + $"found "
                + "when files are read. Nothing was sent.");
        return findings.IsComplete ? ExitCode.Done : ExitCode.Partly;
    }
}
