using System.Buffers;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Reads metrics through a <see cref="PostgresTeamScope"/>.</summary>
public sealed class PostgresMetricsSource(PostgresDatabase database) : IMetricsSource
{
    /// <inheritdoc />
    public async Task<IMetricsScope> OpenAsync(TeamId team, CancellationToken cancellation) =>
        new Scope(await PostgresTeamScope.OpenAsync(database, team, cancellation).ConfigureAwait(false));

    private sealed class Scope(PostgresTeamScope scope) : IMetricsScope
    {
        public async Task<IReadOnlyList<SealedSet>> SetsAsync(ServerId server, CancellationToken cancellation)
        {
            await using var command = scope.Command("select set_id, count, names from metric_sets where server = $1", server.Value);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var sets = new List<SealedSet>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                sets.Add(new SealedSet(reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2)));
            return sets;
        }

        public Task VisitRowsAsync(ServerId server, long fromMs, long toMs, SealedRowVisitor visit, CancellationToken cancellation) =>
            VisitAsync("select at_ms, set_id, vals from metric_rows where server = $1 and at_ms >= $2 and at_ms < $3 order by at_ms, key",
                server, fromMs, toMs, visit, cancellation);

        public Task VisitMinutesAsync(
            ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation) => VisitAsync(
            "select hour_ms, set_id, block from metric_minutes where server = $1 and hour_ms >= $2 and hour_ms < $3 order by hour_ms",
            server, fromHourMs, toHourMs, visit, cancellation);

        public Task VisitHoursAsync(
            ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation) => VisitAsync(
            "select hour_ms, set_id, block from metric_hours where server = $1 and hour_ms >= $2 and hour_ms < $3 order by hour_ms",
            server, fromHourMs, toHourMs, visit, cancellation);

        public async Task<IReadOnlyList<long>> MarkedHoursAsync(
            ServerId server, long fromMs, long toMs, CancellationToken cancellation)
        {
            await using var command = scope.Command(
                "select hour_ms from metric_marks where server = $1 and hour_ms > $2 - 3600000 and hour_ms < $3 order by hour_ms",
                server.Value, fromMs, toMs);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var hours = new List<long>();
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) hours.Add(reader.GetInt64(0));
            return hours;
        }

        public async Task<RollupProgress> ProgressAsync(CancellationToken cancellation)
        {
            await using var command = scope.Command(PostgresRollupStore.ProgressSql);
            return await PostgresRollupStore.ReadProgressAsync(command, cancellation).ConfigureAwait(false);
        }

        public ValueTask DisposeAsync() => scope.DisposeAsync();

        private async Task VisitAsync(
            string sql, ServerId server, long from, long to, SealedRowVisitor visit, CancellationToken cancellation)
        {
            await using var command = scope.Command(sql, server.Value, from, to);
            await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            var bytes = ArrayPool<byte>.Shared.Rent(4096);
            try
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    var length = (int)reader.GetBytes(2, 0, null, 0, 0);
                    if (bytes.Length < length)
                    {
                        ArrayPool<byte>.Shared.Return(bytes);
                        bytes = ArrayPool<byte>.Shared.Rent(length);
                    }
                    reader.GetBytes(2, 0, bytes, 0, length);
                    visit(reader.GetInt64(0), reader.GetInt64(1), bytes.AsSpan(0, length));
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }
    }
}
