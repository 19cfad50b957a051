using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Tests.Servers;

/// <summary>Inventories in memory, for what a door does around them; <see cref="Fault"/> makes the store fail.</summary>
internal sealed class HeldInventories : IInventoryStore
{
    private readonly Dictionary<ServerKey, KeptInventory> _kept = [];

    public Exception? Fault { get; set; }

    public Task<KeptInventory?> FindAsync(ServerKey server, CancellationToken cancellation)
    {
        if (Fault is { } fault) return Task.FromException<KeptInventory?>(fault);
        lock (_kept) return Task.FromResult(_kept.GetValueOrDefault(server));
    }

    public Task PutAsync(ServerKey server, KeptInventory inventory, CancellationToken cancellation)
    {
        lock (_kept) _kept[server] = inventory;
        return Task.CompletedTask;
    }
}
