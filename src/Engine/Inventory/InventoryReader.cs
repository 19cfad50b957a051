using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Inventory;

/// <summary>What people read of a server's inventory.</summary>
public interface IInventoryReader
{
    /// <summary>The latest one as JSON of its members; null before the first.</summary>
    Task<ShownInventory?> FindAsync(TeamId team, ServerId server, CancellationToken cancellation);
}

/// <summary>An inventory for people. <paramref name="Json"/>: one object.</summary>
public sealed record ShownInventory(DateTimeOffset ReceivedAt, byte[] Json);

/// <summary>Reads it from the store.</summary>
public sealed class InventoryReader(IInventoryStore store) : IInventoryReader
{
    /// <inheritdoc />
    public async Task<ShownInventory?> FindAsync(TeamId team, ServerId server, CancellationToken cancellation) =>
        await store.FindAsync(new ServerKey(team, server), cancellation).ConfigureAwait(false) is { } kept
            ? new ShownInventory(kept.ReceivedAt, PackedInventory.Unpack(kept.Packed))
            : null;
}
