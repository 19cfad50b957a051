using System.Buffers.Binary;
using System.Data.Common;
using System.Text.Json;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Inventory;

/// <summary>
/// What a server's entity has done for it when an inventory comes: the reading, comparing and writing that no mailbox should wait for. As
/// many at a time as there are cores; an inventory may be of 8 MiB.
/// </summary>
public sealed class InventoryDesk(IInventoryStore store) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);

    /// <summary>Compares an inventory with the one that is kept; null when that one was signed later, or was this very request.</summary>
    public Task<InventoryChanges?> CompareAsync(ServerKey server, InventoryRequest request) => InTurnAsync(async () =>
    {
        var kept = await store.FindAsync(server, CancellationToken.None).ConfigureAwait(false);
        if (kept is not null && (kept.SignedSeconds > request.SignedSeconds
            || (kept.SignedSeconds == request.SignedSeconds && kept.SignatureKey == request.SignatureKey))) return null;
        using var before = kept is null ? null : JsonDocument.Parse(PackedInventory.Unpack(kept.Packed));
        using var after = JsonDocument.Parse(PackedInventory.Unpack(request.Packed));
        return (InventoryChanges?)InventoryDiff.Compare(before?.RootElement, after.RootElement);
    });

    /// <summary>Puts it in the place of the one before.</summary>
    public Task WriteAsync(ServerKey server, InventoryRequest request, DateTimeOffset now) => InTurnAsync(async () =>
    {
        var received = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        await store.PutAsync(
            server, new KeptInventory(received, request.SignedSeconds, request.SignatureKey, request.Packed), CancellationToken.None)
            .ConfigureAwait(false);
        return true;
    });

    /// <summary>Whether it failed by the store, which comes back, and not by a mistake.</summary>
    public static bool IsAway(Exception fault) => fault is DbException or IOException or TimeoutException;

    /// <inheritdoc />
    public void Dispose() => _turns.Dispose();

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work)
    {
        await _turns.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Run(work).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }
}

/// <summary>An inventory that a door let in. <paramref name="Signature"/>: the request's, 32 bytes.</summary>
public sealed record InventoryRequest(byte[] Packed, byte[] Signature, long SignedSeconds)
{
    /// <summary>Eight bytes of the signature.</summary>
    public long SignatureKey => BinaryPrimitives.ReadInt64BigEndian(Signature);
}
