using HostAtlas.Agent.Inventory.Cron;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Inventory.Parsing;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Host;

/// <summary>Asks systemd which units failed; a host that systemd does not run has none.</summary>
internal sealed class UnitSource(HostFiles files, ProgramRunner run, Redactor redactor, InventoryFaults faults)
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    /// <summary>The units.</summary>
    public async Task<IReadOnlyList<FailedUnit>> CollectAsync(CancellationToken stop)
    {
        if (TimerSource.SystemctlOf(files) is not { } systemctl) return [];
        var answer = await run(systemctl, ["list-units", "--failed", "--plain", "--no-legend", "--no-pager", "--full"], TimeMax, stop);
        if (answer.ExitCode == 0)
            return [.. FailedUnits.Parse(answer.Output, text => redactor.Redact(RedactionMode.Log, text).Text).Take(Limits.InventoryItems)];
        faults.Add("systemd units", answer.Reason.Length > 0 ? answer.Reason : $"systemctl ended with {answer.ExitCode}");
        return [];
    }
}
