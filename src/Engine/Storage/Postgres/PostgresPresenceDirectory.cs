using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>The projection's table of servers, cut by <see cref="PresenceSlice.Of"/>.</summary>
public sealed class PostgresPresenceDirectory(PostgresDatabase database) : IPresenceDirectory
{
    /// <inheritdoc />
    public Task<IReadOnlyList<KnownServer>> LoadSliceAsync(int slice, CancellationToken cancellation) =>
        database.RunAsync<IReadOnlyList<KnownServer>>(PostgresRole.Projector, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("""
                select team, server, silent_since_ms is not null from servers
                where first_report_ms is not null and (get_byte(uuid_send(server), 15) & 15) = $1
                """, connection);
            command.Parameters.AddWithValue(slice);
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            var known = new List<KnownServer>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
                known.Add(new KnownServer(new ServerKey(reader.Id<TeamId>(0), reader.Id<ServerId>(1)), reader.GetBoolean(2)));
            return known;
        }, cancellation);
}
