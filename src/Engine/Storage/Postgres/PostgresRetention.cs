using HostAtlas.Engine.Metrics.Rollups;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Deletes raw reports by dropping whole days: it costs the same however many reports a day holds, and leaves nothing for the vacuum. A
/// report so lives until its day has passed the retention.
/// </summary>
internal sealed class PostgresRetention(PostgresDatabase database, MetricDays days)
{
    /// <summary>Deletes what is older; gives how many reports went.</summary>
    public async Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation)
    {
        var oldestMs = oldest.ToUnixTimeMilliseconds();
        var deleted = 0;
        await using var connection = await database.Of(PostgresRole.Retention).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        foreach (var day in await MetricDays.ListAsync(connection, cancellation).ConfigureAwait(false))
        {
            if (MetricDays.Start(day + 1) > oldestMs) break;
            deleted += await DropAsync(connection, day, cancellation).ConfigureAwait(false);
            days.Forget(day);
        }
        await RunAsync(connection, "delete from metric_retries where at_ms < $1", oldestMs, cancellation).ConfigureAwait(false);
        return deleted;
    }

    /// <summary>Deletes roll-ups that are too old, and name lists that nothing kept can need.</summary>
    public async Task DeleteRollupsAsync(RollupProgress kept, CancellationToken cancellation)
    {
        await using var connection = await database.Of(PostgresRole.Retention).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await RunAsync(connection, "delete from metric_minutes where hour_ms < $1", kept.MinutesFromMs, cancellation).ConfigureAwait(false);
        await RunAsync(connection, "delete from metric_hours where hour_ms < $1", kept.HoursFromMs, cancellation).ConfigureAwait(false);
        // A list was used no earlier than the day before the newest row that needs it; each server's days begin at an hour of its own.
        await RunAsync(connection, "delete from metric_sets where used_day < $1", MetricDays.Of(kept.OldestMs) - 1, cancellation)
            .ConfigureAwait(false);
    }

    private static async Task<int> DropAsync(NpgsqlConnection connection, int day, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using var count = new NpgsqlCommand(
            "select count(*)::int from metric_rows where at_ms >= $1 and at_ms < $2", connection, transaction);
        count.Parameters.AddWithValue(MetricDays.Start(day));
        count.Parameters.AddWithValue(MetricDays.Start(day + 1));
        var rows = (int)(await count.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        await using var drop = new NpgsqlCommand("select drop_metric_day($1)", connection, transaction);
        drop.Parameters.AddWithValue(day);
        await drop.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return rows;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, object parameter, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
