using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// The daily partitions of a table. The coming days' are made ahead, so that midnight is a moment like any other; a late row's day is made
/// when it comes. How many there can be is bounded by the door, which takes nothing older than the retention.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="table">The table that has the partitions: <c>table_YYYYMMDD</c>.</param>
internal abstract class DayPartitions(PostgresDatabase database, string table)
{
    private const long DayMs = 86_400_000;
    private const int Ahead = 3;

    private readonly ConcurrentDictionary<int, bool> _known = new();

    /// <summary>The table.</summary>
    public string Table => table;

    /// <summary>The day of a time, counted from the epoch.</summary>
    public static int Of(long atMs) => (int)Math.Floor((double)atMs / DayMs);

    /// <summary>A day's first millisecond.</summary>
    public static long Start(int day) => day * DayMs;

    /// <summary>Makes yesterday's, today's and the coming days' partitions.</summary>
    public Task EnsureAheadAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var today = Of(now.ToUnixTimeMilliseconds());
        return EnsureAsync(Enumerable.Range(today - 1, Ahead + 2), cancellation);
    }

    /// <summary>Makes those of these days that are missing.</summary>
    public async Task EnsureAsync(IEnumerable<int> days, CancellationToken cancellation)
    {
        var missing = days.Where(day => !_known.ContainsKey(day)).Distinct().ToArray();
        if (missing.Length == 0) return;
        await database.RunAsync(PostgresRole.Ingest, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("select add_day($2, day) from unnest($1) as d(day) order by day", connection);
            command.Parameters.AddWithValue(missing);
            command.Parameters.AddWithValue(table);
            return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
        }, cancellation).ConfigureAwait(false);
        foreach (var day in missing) _known[day] = true;
    }

    /// <summary>The days that have a partition, in order.</summary>
    public async Task<IReadOnlyList<int>> ListAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select to_date(right(c.relname, 8), 'YYYYMMDD') - date 'epoch'
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = to_regclass($1) order by 1
            """, connection);
        command.Parameters.AddWithValue(table);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var days = new List<int>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) days.Add(reader.GetInt32(0));
        return days;
    }

    /// <summary>A day's partition was dropped.</summary>
    public void Forget(int day) => _known.TryRemove(day, out _);

    /// <summary>Somebody else dropped one.</summary>
    public void ForgetAll() => _known.Clear();
}

/// <summary>The days of <c>metric_rows</c>.</summary>
internal sealed class MetricDays(PostgresDatabase database) : DayPartitions(database, "metric_rows");

/// <summary>The days of <c>log_lines</c>.</summary>
internal sealed class LogDays(PostgresDatabase database) : DayPartitions(database, "log_lines");

/// <summary>Makes the partitions ahead, every hour: days before they are needed, so that a night of failures does no harm.</summary>
internal sealed class DaysAhead(IEnumerable<DayPartitions> tables, TimeProvider time, ILogger<DaysAhead> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), time);
        do
        {
            try
            {
                foreach (var days in tables) await days.EnsureAheadAsync(time.GetUtcNow(), stoppingToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning("The coming days' partitions were not made; they are tried again in an hour: {Reason}",
                    PostgresFaults.Reason(fault));
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
