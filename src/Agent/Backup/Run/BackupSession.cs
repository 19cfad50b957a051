using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Gate.Evidence;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>How a backup ended.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Text">What happened, in a sentence or two.</param>
/// <param name="Outcome">What was committed, if anything was.</param>
internal sealed record BackupEnd(int Code, string Text, BackupOutcome? Outcome);

/// <summary>
/// A backup with all that stands around it: the one place, the keys, the commands before and after, the note for <c>status</c>. The verb
/// and the schedule both go this way, and every end has its exit code here.
/// </summary>
internal sealed class BackupSession(AgentOptions options, StateFolder state, AgentSurroundings around, IBackupEvents events)
{
    /// <summary>Overrides the configured limit.</summary>
    public long? LimitBytesPerSecond { get; init; }

    /// <summary>The operator knows that the newest snapshot is older than what this host made.</summary>
    public bool AcceptRollback { get; init; }

    /// <summary>Every pack that is worth it is emptied now, however much that moves.</summary>
    public bool Repacks { get; init; }

    /// <summary>What the commands before and after write goes to standard error, because a program reads standard output.</summary>
    public bool CommandsToError { get; init; }

    /// <summary>Runs a backup. Only what is wrong with the configuration or STATE is thrown.</summary>
    /// <exception cref="VerbFailedException">It cannot begin: no roots, no token, no keys, another run has the place.</exception>
    public async Task<BackupEnd> RunAsync(CancellationToken cancellation)
    {
        var backup = options.Backup ?? throw new VerbFailedException(ExitCode.Usage,
            "the configuration names nothing to back up; add a table [backup] with roots = [\"/etc\", …]");
        if (state.ReadToken() is null)
            throw new VerbFailedException(ExitCode.Failed, "this agent is not enrolled; run hostatlas-agent enroll --url URL "
                + "--token-file FILE");
        using var masters = new BackupKeyFile(state.BackupKeysPath).Read() ?? throw new VerbFailedException(ExitCode.Failed,
            "this host has no backup key yet; make one with hostatlas-agent key init");
        if (masters.Refusal is { } refusal) throw new VerbFailedException(ExitCode.Failed, refusal);
        if (masters.Warning is { } warning) events.Trouble(warning);
        var folder = new RunFolder(state);
        using var place = folder.TryTake() ?? throw new VerbFailedException(ExitCode.Failed,
            $"another backup is running on {state.FolderPath}; it must end first");

        var before = LastRun.Load(folder.Last) ?? new LastRun { BeganAt = default };
        var last = before with
        {
            BeganAt = around.Time.GetUtcNow(),
            EndedAt = null,
            Code = null,
            Text = "",
        };
        last.Save(folder.Last);
        using var ring = masters.Derive();
        var end = await WithCommandsAsync(backup, folder, ring, before.Code == ExitCode.Frozen, cancellation).ConfigureAwait(false);
        last = last with { EndedAt = around.Time.GetUtcNow(), Code = end.Code, Text = end.Text };
        if (end.Outcome is { } outcome)
        {
            last = last with
            {
                Snapshot = outcome.Snapshot,
                Generation = outcome.Generation,
                Fingerprint = outcome.Fingerprint,
                CommittedAt = last.EndedAt,
                HeldBack = outcome.Counts.HeldBack,
                Overdue = outcome.Overdue,
                Repack = outcome.Repack,
            };
        }
        last.Save(folder.Last);
        return end;
    }

    private async Task<BackupEnd> WithCommandsAsync(
        BackupOptions backup, RunFolder folder, KeyRing ring, bool wasFrozen, CancellationToken cancellation)
    {
        var (end, hasBegun) = await TryRunAsync(backup, folder, ring, wasFrozen, cancellation).ConfigureAwait(false);
        if (backup.Post is not { } post || !hasBegun) return end;
        var after = await HostCommand.RunAsync(post, end.Code, CommandsToError, CancellationToken.None).ConfigureAwait(false);
        if (after != 0) events.Trouble($"the command after the backup (post) ended with {after}");
        return end;
    }

    // While backups are frozen a run at its slot only asks whether they still are: no dump is made, nothing is walked.
    private async Task<(BackupEnd End, bool HasBegun)> TryRunAsync(
        BackupOptions backup, RunFolder folder, KeyRing ring, bool wasFrozen, CancellationToken cancellation)
    {
        var token = new CurrentToken(state);
        var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
        using var api = new BackupApi(client, token.Read, around.Time, around.Random) { OnTrouble = events.Trouble };
        using var vault = Connection.OpenVault(options, LimitBytesPerSecond ?? backup.LimitBytesPerSecond, around);
        var run = new BackupRun(Parts(backup, folder, ring, api, vault));
        var hasBegun = false;
        try
        {
            if (wasFrozen) await run.AskAsync(cancellation).ConfigureAwait(false);
            hasBegun = true;
            if (backup.Pre is { } pre
                && await HostCommand.RunAsync(pre, null, CommandsToError, cancellation).ConfigureAwait(false) is not 0 and var code)
                return (new BackupEnd(ExitCode.Failed, $"the command before the backup (pre) ended with {code}, so nothing was backed up",
                    null), hasBegun);
            return (Ended(await run.RunAsync(cancellation).ConfigureAwait(false)), hasBegun);
        }
        catch (OperationCanceledException)
        {
            return (new BackupEnd(ExitCode.Failed, "it was stopped; the next run goes on where it was", null), hasBegun);
        }
        catch (GateVerdictException verdict)
        {
            return (new BackupEnd(ExitCode.Frozen, verdict.Message, null), hasBegun);
        }
        catch (BackupRefusedException refused) when (refused.IsFrozen)
        {
            var last = LastRun.Load(folder.Last);
            // A list that is older than the newest snapshot belongs to a freeze that is over.
            var found = File.Exists(folder.Found) && File.GetLastWriteTimeUtc(folder.Found) > (last?.CommittedAt ?? default).UtcDateTime;
            return (new BackupEnd(ExitCode.Frozen, FreezeText.Of(refused.Message, last, found ? folder.Found : null), null), hasBegun);
        }
        catch (Exception fault) when (fault is BackupRefusedException or ChainFaultException or TicketRefusedException
            or ObjectBrokenException or IOException or UnauthorizedAccessException or StateFaultException)
        {
            return (new BackupEnd(ExitCode.Failed, fault.Message, null), hasBegun);
        }
    }

    private BackupRunParts Parts(BackupOptions backup, RunFolder folder, KeyRing ring, BackupApi api, VaultClient vault) =>
        new(folder, state.FolderPath, backup.Selected, backup.Schedule?.Line, ring, api, vault, Environment.MachineName, around.Time,
            around.Random)
        {
            AcceptRollback = AcceptRollback,
            Gate = options.Gate,
            Repack = Repacks ? new RepackRules { MostBytes = long.MaxValue, WasteShare = 0 }
                : new RepackRules { MostBytes = backup.RepackBytes },
            OnRepack = events.Repacks,
            OnTrouble = events.Trouble,
            OnFault = events.Fault,
            OnHit = events.Hit,
            OnPass = events.Pass,
            WantsEstimate = events.WantsEstimate,
        };

    private static BackupEnd Ended(BackupOutcome outcome)
    {
        if (outcome.Complete) return new BackupEnd(ExitCode.Done, "committed, complete", outcome);
        var counts = outcome.Counts;
        var parts = new List<string>();
        if (counts.HeldBack > 0)
            parts.Add($"{counts.HeldBack:N0} files look encrypted and were held back, their last clean version is kept");
        if (outcome.Overdue > 0)
            parts.Add($"{outcome.Overdue:N0} of them for {GateMemory.HeldBackRunsMost} runs or more, so that this backup is incomplete");
        if (counts.Unreadable + counts.Changed > 0) parts.Add("some files could not be read or changed meanwhile");
        return new BackupEnd(ExitCode.Partly, "committed, but " + string.Join("; ", parts), outcome);
    }
}
