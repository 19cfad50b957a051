using HostAtlas.Agent.Backup.Chain;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Gate.Canaries;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What a run owes to the gate: canaries first, no commit over a verdict that freezes, a memory of what is usual.</summary>
internal sealed partial class BackupRun
{
    private CanaryWatch Canaries => new(parts.Folder.Canaries);

    /// <summary>
    /// Asks the platform whether it would take a run, and reads nothing else: while backups are frozen that is all there is to do.
    /// </summary>
    /// <exception cref="BackupRefusedException">It would not.</exception>
    /// <exception cref="ChainFaultException">The chain is not what this host knows it to be.</exception>
    public async Task AskAsync(CancellationToken cancellation)
    {
        var copies = new SealedCopies(parts.Folder.Copies, new TicketRepositorySource(parts.Api, parts.Vault, parts.Time));
        var canaries = Canaries.Check(parts.Gate.Canaries);
        await BeginAsync(SnapshotHead.Load(parts.Folder.Head), copies, canaries, cancellation).ConfigureAwait(false);
    }

    private async Task<(ChainHead? Parent, BackupProceeds Answer)> BeginAsync(
        SnapshotHead? remembered, SealedCopies copies, CanaryFindings canaries, CancellationToken cancellation)
    {
        foreach (var trouble in canaries.Troubles) parts.OnTrouble(trouble);
        foreach (var path in canaries.Changed) parts.OnHit(path, ["canary"], false);
        var items = await parts.Api.ListAsync(cancellation).ConfigureAwait(false);
        var parent = await ChainView.ReadAsync(items, remembered, copies, _opener, parts.AcceptRollback, cancellation)
            .ConfigureAwait(false);
        var report = canaries.Watched == 0 ? null : new CanaryReport(canaries.Watched,
            [.. canaries.Changed.Take(CanaryReport.ChangedAtMost).Select(path => _ids.Of(System.Text.Encoding.UTF8.GetBytes(path)))]);
        return (parent, await parts.Api.BeginAsync(_snapshot, parent?.Document.Id, parts.Schedule, report, cancellation)
            .ConfigureAwait(false));
    }

    // What was sent before the freeze ended is of the earlier epoch, also when nobody here heard of the freeze.
    private void EnterEpoch(BackupProceeds proceeds)
    {
        if (proceeds.Epoch != "new" || parts.Folder.NewEpoch) return;
        parts.Folder.NewEpoch = true;
        RunJournal.Delete(parts.Folder.Journal);
    }

    private RunBasis Basis(DateTimeOffset startedAt, BackupProceeds proceeds, ChainHead? buildsOn, CanaryFindings canaries) => new()
    {
        Now = startedAt,
        IsLearning = proceeds.Learning,
        IsNewEpoch = parts.Folder.NewEpoch,
        FilesBefore = buildsOn?.Document.Counts.Files,
        Canaries = (canaries.Watched, canaries.Changed.Count),
        Accepted = (proceeds.Accepted ?? []).Select(hit => (hit.Path, hit.Content)).ToHashSet(),
        Memory = GateMemory.Load(parts.Folder.GateMemory),
    };

    private async Task<GraphResult> PassOrFreezeAsync(
        BackupGraphParts graph, SnapshotDocument? parent, bool takesUnchanged, RunFindings findings, CancellationToken cancellation)
    {
        try
        {
            return await PassAsync(graph, parent, takesUnchanged, findings, cancellation).ConfigureAwait(false);
        }
        catch (GateFrozenException)
        {
            await FreezeAsync(graph.Gate!.Ledger, findings.Counts.Files, endedEarly: true, cancellation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells the platform at once, and ends the run.</summary>
    private async Task FreezeAsync(RunLedger ledger, long files, bool endedEarly, CancellationToken cancellation)
    {
        var evidence = new RunEvidence(ledger, files);
        AtomicFile.Write(parts.Folder.Found, System.Text.Encoding.UTF8.GetBytes(evidence.ForSnapshot().GetRawText() + "\n"));
        string? untold = null;
        try
        {
            await parts.Api.CommitAsync(_snapshot, null, 0, 0, evidence.ForPlatform(parts.Gate.ClearPaths), cancellation)
                .ConfigureAwait(false);
        }
        catch (BackupRefusedException refused) when (refused.IsFrozen)
        {
            // The answer that this verdict has.
        }
        catch (BackupRefusedException refused)
        {
            untold = refused.Message;
        }
        var last = LastRun.Load(parts.Folder.Last);
        throw new GateVerdictException(FreezeText.Of(evidence, ledger, last, parts.Folder.Found, endedEarly, untold));
    }

    private void Remember(RunLedger ledger)
    {
        var basis = ledger.Basis;
        var changed = basis.FilesBefore is null || basis.IsNewEpoch ? null : (long?)ledger.Counts.Changed;
        basis.Memory.With(new PastRun(_snapshot, basis.Now, changed, ledger.HeldBack), ledger.PastHits(), basis.IsNewEpoch)
            .Save(parts.Folder.GateMemory);
    }
}

/// <summary>The gate's verdict: nothing was committed. The text says what was found and what to do.</summary>
internal sealed class GateVerdictException(string text) : Exception(text);
