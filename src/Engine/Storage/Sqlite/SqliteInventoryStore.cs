using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Inventories in <c>data.db</c>. A connection a call, as for everything that is rare beside the metrics.</summary>
public sealed class SqliteInventoryStore(DataFile file, ITeamSeals seals) : IInventoryStore
{
    /// <inheritdoc />
    public Task<KeptInventory?> FindAsync(ServerKey server, CancellationToken cancellation) => Task.Run(() =>
    {
        using var scope = TeamScope.Open(file, server.Team);
        using var find = scope.Statement(LogQueries.Inventory);
        return find.Bind(1, server.Server.ToBytes()).Next()
            ? SealedInventory.Open(seals, server, find.Integer(0), find.Integer(1), find.Integer(2), find.Bytes(3))
            : null;
    }, cancellation);

    /// <inheritdoc />
    public Task PutAsync(ServerKey server, KeptInventory inventory, CancellationToken cancellation) => Task.Run(() =>
    {
        // Before the write: a team's first seal writes its key, on a connection of its own.
        var sealedBytes = SealedInventory.Seal(seals, server, inventory);
        using var connection = file.OpenWriter();
        using var put = new NativeStatement(connection, """
            insert into inventories (team, server, received_at_ms, signed_s, signature, inventory) values (?, ?, ?, ?, ?, ?)
            on conflict do update set received_at_ms = excluded.received_at_ms, signed_s = excluded.signed_s,
                signature = excluded.signature, inventory = excluded.inventory
            where signed_s <= excluded.signed_s
            """);
        put.BindServer(server).Bind(3, inventory.ReceivedAt.ToUnixTimeMilliseconds()).Bind(4, inventory.SignedSeconds)
            .Bind(5, inventory.SignatureKey).Bind(6, sealedBytes).Run();
    }, cancellation);
}
