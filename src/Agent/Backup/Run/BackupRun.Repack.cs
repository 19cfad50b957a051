using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>What a run does for the vault's space, once it is known what its snapshot needs and before any of it is promised.</summary>
internal sealed partial class BackupRun
{
    private MoveResult _moved = MoveResult.None;
    private RepackNote? _repack;

    /// <summary>Empties packs of which little is needed any more. Names of earlier packs are announced after this: what was announced
    /// once is needed for good.</summary>
    private async Task RepackAsync(
        BackupGraphParts graph, RunLedger ledger, long files, long newBytes, BackupProceeds proceeds, CancellationToken cancellation)
    {
        // What was stored before a freeze is only read, whatever it takes.
        var figures = graph.Known.Figures().Where(pack => !graph.Known.Packs[pack.Number].IsOfEarlierEpoch).ToList();
        var plan = RepackPlan.Of(figures, newBytes, parts.Repack);
        if (plan.Victims.Count > 0 && IsTrusted(ledger, files, proceeds))
        {
            parts.OnRepack(plan);
            using var move = new BlobMove(graph, graph.Copies, parts.OnTrouble);
            _moved = await move.RunAsync([.. plan.Victims.Select(pack => graph.Known.Packs[pack.Number])], cancellation)
                .ConfigureAwait(false);
        }
        // What is left of it, for whoever asks before the next run: that one brings little, as most do.
        _repack = RepackNote.Of(RepackPlan.Of([.. figures.Where(pack => graph.Known.Packs[pack.Number].Used)], 0,
            new RepackRules { MostBytes = long.MaxValue, WasteShare = 0 }));
    }

    // Where somebody should look first, everything stays where it is.
    private static bool IsTrusted(RunLedger ledger, long files, BackupProceeds proceeds) =>
        proceeds.Chain == "open" && !ledger.Basis.IsNewEpoch && new RunEvidence(ledger, files).State == GateState.Open;
}
