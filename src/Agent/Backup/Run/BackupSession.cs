using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;

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

        var last = (LastRun.Load(folder.Last) ?? new LastRun { BeganAt = default }) with
        {
            BeganAt = around.Time.GetUtcNow(),
            EndedAt = null,
            Code = null,
            Text = "",
        };
        last.Save(folder.Last);
        using var ring = masters.Derive();
        var end = await WithCommandsAsync(backup, folder, ring, cancellation).ConfigureAwait(false);
        last = last with { EndedAt = around.Time.GetUtcNow(), Code = end.Code, Text = end.Text };
        if (end.Outcome is { } outcome)
        {
            last = last with
            {
                Snapshot = outcome.Snapshot,
                Generation = outcome.Generation,
                Fingerprint = outcome.Fingerprint,
                CommittedAt = last.EndedAt,
            };
        }
        last.Save(folder.Last);
        return end;
    }

    private async Task<BackupEnd> WithCommandsAsync(BackupOptions backup, RunFolder folder, KeyRing ring, CancellationToken cancellation)
    {
        BackupEnd end;
        try
        {
            if (backup.Pre is { } pre
                && await HostCommand.RunAsync(pre, null, CommandsToError, cancellation).ConfigureAwait(false) is not 0 and var code)
                end = new BackupEnd(ExitCode.Failed, $"the command before the backup (pre) ended with {code}, so nothing was backed up",
                    null);
            else
                end = await TryRunAsync(backup, folder, ring, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            end = new BackupEnd(ExitCode.Failed, "it was stopped; the next run goes on where it was", null);
        }
        if (backup.Post is not { } post) return end;
        var after = await HostCommand.RunAsync(post, end.Code, CommandsToError, CancellationToken.None).ConfigureAwait(false);
        if (after != 0) events.Trouble($"the command after the backup (post) ended with {after}");
        return end;
    }

    private async Task<BackupEnd> TryRunAsync(BackupOptions backup, RunFolder folder, KeyRing ring, CancellationToken cancellation)
    {
        var token = new CurrentToken(state);
        var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
        using var api = new BackupApi(client, token.Read, around.Time, around.Random) { OnTrouble = events.Trouble };
        using var vault = Connection.OpenVault(options, LimitBytesPerSecond ?? backup.LimitBytesPerSecond, around);
        var parts = new BackupRunParts(folder, state.FolderPath, backup.Selected, backup.Schedule?.Line, ring, api, vault,
            Environment.MachineName, around.Time, around.Random)
        {
            AcceptRollback = AcceptRollback,
            OnTrouble = events.Trouble,
            OnFault = events.Fault,
            OnPass = events.Pass,
            WantsEstimate = events.WantsEstimate,
        };
        try
        {
            var outcome = await new BackupRun(parts).RunAsync(cancellation).ConfigureAwait(false);
            return outcome.Complete
                ? new BackupEnd(ExitCode.Done, "committed, complete", outcome)
                : new BackupEnd(ExitCode.Partly, "committed, but some files could not be read or changed meanwhile", outcome);
        }
        catch (BackupRefusedException refused) when (refused.IsFrozen)
        {
            return new BackupEnd(ExitCode.Frozen, refused.Message, null);
        }
        catch (Exception fault) when (fault is BackupRefusedException or ChainFaultException or TicketRefusedException
            or ObjectBrokenException or IOException or UnauthorizedAccessException)
        {
            return new BackupEnd(ExitCode.Failed, fault.Message, null);
        }
    }
}
