using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Inventory;

/// <summary>What a store of inventories promises. One subclass a store.</summary>
public abstract class InventorySuite : IDisposable
{
    private static readonly ServerKey Mine = new(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"));

    private readonly StoreUnderTest _store;

    protected InventorySuite() => _store = Make();

    /// <summary>Makes the store that this suite is run against.</summary>
    protected abstract StoreUnderTest Make();

    public void Dispose()
    {
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_latest_is_kept_and_one_that_was_signed_earlier_does_not_take_its_place()
    {
        Assert.Null(await FindAsync(Mine));
        await PutAsync(10, "first");
        await PutAsync(12, "third");
        await PutAsync(11, "second, late");
        var kept = await FindAsync(Mine);
        Assert.Equal((12, 12, "third"), (kept!.SignedSeconds, kept.SignatureKey, System.Text.Encoding.UTF8.GetString(kept.Packed)));
        Assert.Equal(Named.Noon.AddSeconds(12), kept.ReceivedAt);
        // Another team's server of the same id, and another server of the team.
        Assert.Null(await FindAsync(Mine with { Team = Named.Id<TeamId>("other") }));
        Assert.Null(await FindAsync(Mine with { Server = Named.Id<ServerId>("other") }));
    }

    private Task<KeptInventory?> FindAsync(ServerKey server) => _store.Inventories.FindAsync(server, CancellationToken.None);

    private Task PutAsync(long signed, string text) => _store.Inventories.PutAsync(
        Mine, new KeptInventory(Named.Noon.AddSeconds(signed), signed, signed, System.Text.Encoding.UTF8.GetBytes(text)),
        CancellationToken.None);
}
