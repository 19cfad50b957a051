using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Inventories in PostgreSQL.</summary>
public sealed class PostgresInventoryStore(PostgresDatabase database, ITeamSeals seals) : IInventoryStore
{
    /// <inheritdoc />
    public async Task<KeptInventory?> FindAsync(ServerKey server, CancellationToken cancellation)
    {
        await using var scope = await PostgresTeamScope.OpenAsync(database, server.Team, cancellation).ConfigureAwait(false);
        await using var find = scope.Command(
            "select received_at_ms, signed_s, signature, inventory from inventories where server = $1", server.Server.Value);
        await using var reader = await find.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            ? SealedInventory.Open(
                seals, server, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3))
            : null;
    }

    /// <inheritdoc />
    public Task PutAsync(ServerKey server, KeptInventory inventory, CancellationToken cancellation) =>
        database.RunAsync(PostgresRole.Ingest, async (connection, token) =>
        {
            // Parameters and not excluded: to read that takes the right to read the column, and what is sealed the ingest reads nowhere.
            await using var put = new NpgsqlCommand("""
                insert into inventories (team, server, received_at_ms, signed_s, signature, inventory) values ($1, $2, $3, $4, $5, $6)
                on conflict (team, server) do update set received_at_ms = $3, signed_s = $4, signature = $5, inventory = $6
                where inventories.signed_s <= $4
                """, connection);
            put.Parameters.AddWithValue(server.Team.Value);
            put.Parameters.AddWithValue(server.Server.Value);
            put.Parameters.AddWithValue(inventory.ReceivedAt.ToUnixTimeMilliseconds());
            put.Parameters.AddWithValue(inventory.SignedSeconds);
            put.Parameters.AddWithValue(inventory.SignatureKey);
            put.Parameters.AddWithValue(SealedInventory.Seal(seals, server, inventory));
            return await put.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, cancellation);
}
