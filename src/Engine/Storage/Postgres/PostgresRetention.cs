using HostAtlas.Engine.Metrics.Rollups;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Deletes raw reports, and log lines, by dropping whole days: it costs the same however many rows a day holds, and leaves nothing for
/// the vacuum. A row so lives until its day has passed the retention. Everything else goes in steps of a bounded number of rows, each a
/// transaction: also when months have to go after a retention was shortened, no statement comes near its limit and no writer waits long
/// behind one.
/// </summary>
internal sealed class PostgresRetention(PostgresDatabase database, DayPartitions days)
{
    /// <summary>What goes by rows: the table, the column that says when, and how many rows go in one step (minutes are large).</summary>
    private static readonly (string Table, string Time, int RowsAStep)
        OldRetries = ("metric_retries", "at_ms", 5_000), OldLogRetries = ("log_retries", "at_ms", 5_000),
        OldMinutes = ("metric_minutes", "hour_ms", 500),
        OldHours = ("metric_hours", "hour_ms", 5_000), OldSets = ("metric_sets", "used_day", 1_000);

    /// <summary>Deletes what is older; gives how many reports went, of a large day as many as the server's statistics say.</summary>
    public Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation) =>
        DeleteBeforeAsync(OldRetries, oldest, cancellation);

    /// <summary>The same of log lines.</summary>
    public Task<int> DeleteLinesBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation) =>
        DeleteBeforeAsync(OldLogRetries, oldest, cancellation);

    private async Task<int> DeleteBeforeAsync(
        (string Table, string Time, int RowsAStep) retries, DateTimeOffset oldest, CancellationToken cancellation)
    {
        var oldestMs = oldest.ToUnixTimeMilliseconds();
        var deleted = 0;
        await using var connection = await database.Of(PostgresRole.Retention).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        foreach (var day in await days.ListAsync(connection, cancellation).ConfigureAwait(false))
        {
            if (DayPartitions.Start(day + 1) > oldestMs) break;
            deleted += await DropAsync(connection, day, cancellation).ConfigureAwait(false);
            days.Forget(day);
        }
        await DeleteAsync(connection, retries, oldestMs, cancellation).ConfigureAwait(false);
        return deleted;
    }

    /// <summary>Deletes roll-ups that are too old, and name lists that nothing kept can need.</summary>
    public async Task DeleteRollupsAsync(RollupProgress kept, CancellationToken cancellation)
    {
        await using var connection = await database.Of(PostgresRole.Retention).OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await DeleteAsync(connection, OldMinutes, kept.MinutesFromMs, cancellation).ConfigureAwait(false);
        await DeleteAsync(connection, OldHours, kept.HoursFromMs, cancellation).ConfigureAwait(false);
        // A list was used no earlier than the day before the newest row that needs it; each server's days begin at an hour of its own.
        await DeleteAsync(connection, OldSets, MetricDays.Of(kept.OldestMs) - 1, cancellation).ConfigureAwait(false);
    }

    private async Task<int> DropAsync(NpgsqlConnection connection, int day, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        var rows = await CountAsync(connection, day, cancellation).ConfigureAwait(false);
        await using var drop = new NpgsqlCommand("select drop_day($2, $1)", connection, transaction);
        drop.Parameters.AddWithValue(day);
        drop.Parameters.AddWithValue(days.Table);
        await drop.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        return rows;
    }

    // To count a large day takes longer than a statement may, and the day would never go.
    private async Task<int> CountAsync(NpgsqlConnection connection, int day, CancellationToken cancellation)
    {
        await using var estimate = new NpgsqlCommand("""
            select greatest(c.reltuples, 0)::int from pg_class c
            where c.oid = to_regclass($2 || '_' || to_char(timestamp 'epoch' + $1 * interval '1 day', 'YYYYMMDD'))
              and pg_relation_size(c.oid) > 8388608
            """, connection);
        estimate.Parameters.AddWithValue(day);
        estimate.Parameters.AddWithValue(days.Table);
        if (await estimate.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is int about) return about;
        await using var count = new NpgsqlCommand($"select count(*)::int from {days.Table} where at_ms >= $1 and at_ms < $2", connection);
        count.Parameters.AddWithValue(DayPartitions.Start(day));
        count.Parameters.AddWithValue(DayPartitions.Start(day + 1));
        return (int)(await count.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private static async Task DeleteAsync(
        NpgsqlConnection connection, (string Table, string Time, int RowsAStep) old, object before, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            delete from {old.Table} where ctid = any(array(
                select ctid from {old.Table} where {old.Time} < $1 order by {old.Time} limit $2))
            """, connection);
        command.Parameters.AddWithValue(before);
        command.Parameters.AddWithValue(old.RowsAStep);
        while (await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false) == old.RowsAStep)
        {
        }
    }
}
