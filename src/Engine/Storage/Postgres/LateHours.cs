using System.Security.Cryptography;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Marks the hours of late reports, in the transaction that stores them.</summary>
internal static class LateHours
{
    /// <summary>Marks; a flush whose reports are all of the present hour or later costs no question.</summary>
    public static async Task MarkAsync(
        NpgsqlConnection connection, IReadOnlyList<SealedItem> batches, long presentHourMs, CancellationToken cancellation)
    {
        HashSet<(Guid Team, Guid Server, long HourMs)>? late = null;
        foreach (var item in batches.Select(batch => batch.Item))
        {
            foreach (var row in item.Batch.Rows)
            {
                if (row.AtMs < presentHourMs) (late ??= []).Add((item.Team.Value, item.Server.Value, HourWindow.HourOf(row.AtMs)));
            }
        }
        if (late is null) return;
        // In one order for all writers: two flushes that mark the same hours wait for each other in one direction only.
        await using var command = new NpgsqlCommand("""
            insert into metric_marks (team, server, hour_ms, stamp)
            select * from unnest($1, $2, $3, $4) as m(team, server, hour_ms, stamp) order by team, server, hour_ms
            on conflict (team, server, hour_ms) do update set stamp = excluded.stamp
            """, connection);
        command.Parameters.AddWithValue(late.Select(mark => mark.Team).ToArray());
        command.Parameters.AddWithValue(late.Select(mark => mark.Server).ToArray());
        command.Parameters.AddWithValue(late.Select(mark => mark.HourMs).ToArray());
        command.Parameters.AddWithValue(late.Select(_ => NewStamp()).ToArray());
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A mark's stamp: random, so that none is ever met twice.</summary>
    public static long NewStamp() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
}
