using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Inventory;

/// <summary>The latest inventory of each server, sealed under its team's key; one implementation a store.</summary>
public interface IInventoryStore
{
    /// <summary>The server's inventory; null before the first.</summary>
    Task<KeptInventory?> FindAsync(ServerKey server, CancellationToken cancellation);

    /// <summary>Puts an inventory in the place of the one before, unless that was signed later.</summary>
    Task PutAsync(ServerKey server, KeptInventory inventory, CancellationToken cancellation);
}

/// <summary>An inventory as it is kept.</summary>
/// <param name="ReceivedAt">When the platform took it, to the millisecond.</param>
/// <param name="SignedSeconds">X-Timestamp of its request.</param>
/// <param name="SignatureKey">Eight bytes of the request's signature.</param>
/// <param name="Packed">The members as JSON, packed: <see cref="PackedInventory"/>.</param>
public sealed record KeptInventory(DateTimeOffset ReceivedAt, long SignedSeconds, long SignatureKey, byte[] Packed);
