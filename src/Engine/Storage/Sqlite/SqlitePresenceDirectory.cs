using System.Globalization;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The projection's table of servers, cut by <see cref="PresenceSlice.Of"/>.</summary>
public sealed class SqlitePresenceDirectory(DataFile file) : IPresenceDirectory
{
    /// <inheritdoc />
    public Task<IReadOnlyList<KnownServer>> LoadSliceAsync(int slice, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<KnownServer>>(() => Load(slice), cancellation);

    private List<KnownServer> Load(int slice)
    {
        using var connection = file.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = """
            select team, server, silent_since_ms is not null from servers
            where first_report_ms is not null and substr(hex(server), 32, 1) = $digit
            """;
        command.Parameters.AddWithValue("$digit", slice.ToString("X", CultureInfo.InvariantCulture));
        using var reader = command.ExecuteReader();
        var known = new List<KnownServer>();
        while (reader.Read())
        {
            if (!ResourceId.TryRead<TeamId>(reader.GetFieldValue<byte[]>(0), out var team)
                || !ResourceId.TryRead<ServerId>(reader.GetFieldValue<byte[]>(1), out var server))
                throw new InvalidDataException("data.db: a row of the table servers has an id that is none. Rebuild the projection.");
            known.Add(new KnownServer(new ServerKey(team, server), reader.GetBoolean(2)));
        }
        return known;
    }
}
