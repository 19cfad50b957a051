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
        var limit = Limit();
        var repack = new Option<bool>("--repack") { Description = "Also empty every pack that is mostly dead, however much that moves." };
        var rollback = new Option<bool>("--accept-rollback")
        {
            Description = "Go on although the newest snapshot is older than what this host made.",
        };
        var command = new Command("backup", "Takes a backup now: what changed is sealed on this host and sent.") { dryRun, limit,
            repack, rollback };
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var rate = Rate(parsed.GetValue(limit));
            var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
            var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
            var json = parsed.GetValue(common.Json);
            if (parsed.GetValue(dryRun))
                return await RehearseAsync(options, state, around, new BackupEvents(around, json, around.ErrorIsTerminal), json, stop);
            return await RunAsync(
                options, state, around, json, new Wishes(rate, parsed.GetValue(rollback), parsed.GetValue(repack)), stop);
        }));
        return command;
    }

    /// <summary>What whoever types the verb wants.</summary>
    /// <param name="LimitBytesPerSecond">Overrides the configured limit.</param>
    /// <param name="AcceptsRollback">The operator knows that the newest snapshot is older than what this host made.</param>
    /// <param name="Repacks">Every pack that is worth it is emptied.</param>
    internal sealed record Wishes(long? LimitBytesPerSecond, bool AcceptsRollback, bool Repacks);

    /// <summary>How fast is sent.</summary>
    public static Option<string?> Limit() =>
        new("--limit") { Description = "Send at most this much a second, e.g. 20MiB/s.", HelpName = "RATE" };

    /// <summary>Reads it; null: as configured.</summary>
    public static long? Rate(string? text) => text is null ? null : BackupToml.TryReadRate(text, out var read) ? read
        : throw new VerbFailedException(ExitCode.Usage, $"--limit: '{text}' is not a rate of at least 32KiB/s, e.g. 20MiB/s");

    /// <summary>Takes a backup, shows how it goes, and tells its end.</summary>
    public static async Task<int> RunAsync(
        AgentOptions options, StateFolder state, AgentSurroundings around, bool json, Wishes wishes, CancellationToken stop)
    {
        var events = new BackupEvents(around, json, around.ErrorIsTerminal);
        var session = new BackupSession(options, state, around, events)
        {
            LimitBytesPerSecond = wishes.LimitBytesPerSecond,
            AcceptRollback = wishes.AcceptsRollback,
            Repacks = wishes.Repacks,
            CommandsToError = json,
        };
        var end = await events.ShowAsync(Task.Run(() => session.RunAsync(stop), CancellationToken.None));
        if (end.Outcome is { } outcome) await around.Out.WriteLineAsync(json ? Committed(end, outcome) : Words(end, outcome));
        else if (json) await around.Out.WriteLineAsync(BackupEvents.Event("failed", ("code", end.Code), ("text", end.Text)));
        else throw new VerbFailedException(end.Code, end.Text);
        return end.Code;
    }

    private static string Committed(BackupEnd end, BackupOutcome outcome) => BackupEvents.Event("committed", ("code", end.Code),
        ("snapshot", outcome.Snapshot.ToString()), ("generation", outcome.Generation), ("fingerprint", outcome.Fingerprint),
        ("files", outcome.Counts.Files), ("directories", outcome.Counts.Directories), ("others", outcome.Counts.Others),
        ("bytes", outcome.Counts.Bytes), ("newBytes", outcome.Counts.NewBytes), ("sentBytes", outcome.SentBytes),
        ("unchangedFiles", outcome.UnchangedFiles), ("privateKeys", outcome.Counts.PrivateKeys), ("heldBack", outcome.Counts.HeldBack),
        ("heldBackOverdue", outcome.Overdue), ("unreadable", outcome.Counts.Unreadable), ("changed", outcome.Counts.Changed),
        ("repackedPacks", outcome.Moved.Packs), ("movedBytes", outcome.Moved.MovedBytes), ("freedBytes", outcome.Moved.FreedBytes));

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
        if (outcome.Moved is { Packs: > 0 } moved)
            lines.Add($"{moved.Packs:N0} packs were emptied: {UnitText.WriteSize(moved.MovedBytes)} moved; "
                + $"{UnitText.WriteSize(moved.FreedBytes)} are free when the snapshots before this one expire.");
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
