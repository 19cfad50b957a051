using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Schedule;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Commands;

/// <summary>
/// What commands do on this host: what its owner can do with a verb, with the configuration as it stands. Results name no file; they go
/// through the redactor like all that leaves.
/// </summary>
internal sealed class HostWork(
    AgentOptions options, StateFolder state, AgentSurroundings around, EventLog log, InventoryReporter? inventory) : ICommandWork
{
    // Much below what the protocol takes: the ledger keeps it.
    private const int DetailMaxLength = 1_000;

    // A refresh that met a busy moment of the platform is not over with it.
    private const int RefreshAttempts = 5;

    private readonly Redactor _redactor = new(options.Redaction);

    public async Task<CommandOutcome> RunAsync(PlatformCommand command, CancellationToken stop)
    {
        try
        {
            var outcome = command switch
            {
                PlatformCommand.Ping => CommandOutcome.Done($"hostatlas-agent {AgentVersion.Text} answers"),
                PlatformCommand.BackupRun => await BackupAsync(stop).ConfigureAwait(false),
                PlatformCommand.BackupVerify verify => await VerifyAsync(verify.ReadDataPercent, stop).ConfigureAwait(false),
                PlatformCommand.InventoryRefresh => await RefreshAsync(stop).ConfigureAwait(false),
                _ => throw new InvalidOperationException($"Unknown command {command.GetType().Name}."),
            };
            return outcome with { Detail = Clean(outcome.Detail) };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever a platform's answers lead to within a command, the command fails and the reports go on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return CommandOutcome.Failed(Clean(fault.Message));
        }
    }

    private async Task<CommandOutcome> BackupAsync(CancellationToken stop)
    {
        if (options.Backup is null) return CommandOutcome.Refused("not run: this host's configuration names nothing to back up");
        if (new RunFolder(state).IsTaken()) return CommandOutcome.Refused("not run: a backup goes on already");
        var quiet = options.QuietHours?.NextFrom(around.Time.GetUtcNow(), TimeZoneInfo.Local);
        var end = await new UnattendedBackup(options, state, around, log).RunAsync(quiet, stop).ConfigureAwait(false);
        return end.Outcome is { } outcome
            ? CommandOutcome.Done($"generation {outcome.Generation}, fingerprint {outcome.Fingerprint}: {end.Text}")
            : CommandOutcome.Failed(end.Text);
    }

    private async Task<CommandOutcome> VerifyAsync(int? readDataPercent, CancellationToken stop)
    {
        using var last = new StringWriter();
        // The last line alone: what stands before it names paths.
        var quiet = around with { Out = last, Error = TextWriter.Null, ErrorIsTerminal = false };
        using var opened = RepositoryChoice.OpenOwn(options, state, quiet);
        var code = await Task.Run(() => new Verifying(opened, quiet, json: false).RunAsync(null, readDataPercent / 100.0 ?? 0,
            (catalog, _) =>
            {
                if (SnapshotChoice.Rollback(catalog, opened.Head, opened.Keys) is { } why)
                    throw new VerbFailedException(ExitCode.Failed, why);
            }, stop), CancellationToken.None).ConfigureAwait(false);
        IdleMemory.GiveBack();
        return code == ExitCode.Done ? CommandOutcome.Done(last.ToString())
            : CommandOutcome.Failed($"{last} Run hostatlas-agent verify on this host to see what.");
    }

    private async Task<CommandOutcome> RefreshAsync(CancellationToken stop)
    {
        if (inventory is null) return CommandOutcome.Refused("not run: this host's configuration allows no inventory");
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await inventory.RunOnceAsync(onlyWhenChanged: false, stop).ConfigureAwait(false);
            if (outcome.Fault is not { } fault) return CommandOutcome.Done("the inventory was sent");
            if (!outcome.MayPass || attempt == RefreshAttempts) return CommandOutcome.Failed(fault.ToString());
            var pause = outcome.RetryAfter is { } asked ? Backoff.Delay(asked, around.Random()) : Backoff.Delay(attempt, around.Random());
            await Task.Delay(pause, around.Time, stop).ConfigureAwait(false);
        }
    }

    private string Clean(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        line = _redactor.Redact(RedactionMode.Log, line).Text;
        return line.Length <= DetailMaxLength ? line : line[..DetailMaxLength];
    }
}
