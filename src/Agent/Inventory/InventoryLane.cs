using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Inventory;

/// <summary>The inventory of a running agent: what takes and sends it, on a connection of its own, and the loop that does so.</summary>
internal sealed class InventoryLane : IDisposable
{
    private readonly AgentSurroundings _around;
    private readonly PlatformClient? _client;

    private readonly HourSpan? _quiet;

    private InventoryLane(AgentSurroundings around, HourSpan? quiet, PlatformClient? client, InventoryReporter? reporter) =>
        (_around, _quiet, _client, Reporter) = (around, quiet, client, reporter);

    /// <summary>Takes and sends one when told to; null when the owner wants no inventory.</summary>
    public InventoryReporter? Reporter { get; }

    /// <summary>Puts it together; nothing is read or connected yet.</summary>
    public static InventoryLane Open(AgentOptions options, StateFolder state, AgentSurroundings around, EventLog log, PlatformClock clock)
    {
        if (!options.Inventory.Enabled) return new InventoryLane(around, null, null, null);
        var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
        return new InventoryLane(around, options.QuietHours, client,
            new InventoryReporter(Collection(options, around), client, state, log, around.Time, clock));
    }

    /// <summary>A reporter whose <see cref="InventoryReporter.Body"/> shows what would be sent and that cannot send; null when the owner
    /// wants none.</summary>
    public static InventoryReporter? Preview(AgentOptions options, AgentSurroundings around) =>
        options.Inventory.Enabled
            ? new InventoryReporter(Collection(options, around), null, null, null, around.Time, new PlatformClock()) : null;

    /// <summary>Goes on until it is told to stop; at once when the owner wants no inventory.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Reporter is null ? Task.CompletedTask : new InventoryLoop(Reporter, _quiet, _around.Time, _around.Random).RunAsync(stop);

    /// <inheritdoc />
    public void Dispose()
    {
        Reporter?.Dispose();
        _client?.Dispose();
    }

    private static InventoryCollection Collection(AgentOptions options, AgentSurroundings around) =>
        new(options.Inventory, new Redactor(options.Redaction), around.InventoryGround(around.Time));
}
