using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>A server's inventory at rest.</summary>
internal static class SealedInventory
{
    /// <summary>Seals one.</summary>
    public static byte[] Seal(ITeamSeals seals, ServerKey server, KeptInventory inventory) =>
        seals.Get(server.Team).Seal(Place(server, inventory.ReceivedAt.ToUnixTimeMilliseconds()), inventory.Packed);

    /// <summary>Opens one; <see cref="SealBrokenException"/> when it was not sealed there.</summary>
    public static KeptInventory Open(
        ITeamSeals seals, ServerKey server, long receivedAtMs, long signedSeconds, long signature, ReadOnlySpan<byte> sealedBytes)
    {
        var place = Place(server, receivedAtMs);
        var seal = seals.Find(server.Team) ?? throw new SealBrokenException(place, "the team has no keys.");
        return new KeptInventory(
            DateTimeOffset.FromUnixTimeMilliseconds(receivedAtMs), signedSeconds, signature, seal.Open(place, sealedBytes));
    }

    private static SealPlace Place(ServerKey server, long receivedAtMs) =>
        new(SealedTable.Inventories, server.Server, receivedAtMs, Detail: 0);
}
