using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Reads metrics through a <see cref="TeamScope"/>. SQLite blocks on the disk, so each call runs on the pool.</summary>
public sealed class SqliteMetricsSource(DataFile file) : IMetricsSource
{
    /// <inheritdoc />
    public Task<IMetricsScope> OpenAsync(TeamId team, CancellationToken cancellation) =>
        Task.Run<IMetricsScope>(() => new Scope(TeamScope.Open(file, team)), cancellation);

    private sealed class Scope(TeamScope scope) : IMetricsScope
    {
        public Task<IReadOnlyList<SealedSet>> SetsAsync(ServerId server, CancellationToken cancellation) =>
            Task.Run<IReadOnlyList<SealedSet>>(() =>
            {
                using var statement = scope.Statement("select set_id, count, names from my_metric_sets where server = ?");
                statement.Bind(1, server.ToBytes());
                var sets = new List<SealedSet>();
                while (statement.Next())
                    sets.Add(new SealedSet(statement.Integer(0), (int)statement.Integer(1), statement.Bytes(2).ToArray()));
                return sets;
            }, cancellation);

        public Task VisitRowsAsync(ServerId server, long fromMs, long toMs, SealedRowVisitor visit, CancellationToken cancellation) =>
            VisitAsync("select at_ms, set_id, vals from my_metric_rows where server = ? and at_ms >= ? and at_ms < ? order by at_ms, key",
                server, fromMs, toMs, visit, cancellation);

        public Task VisitMinutesAsync(
            ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation) =>
            VisitAsync(
                "select hour_ms, set_id, block from my_metric_minutes where server = ? and hour_ms >= ? and hour_ms < ? order by hour_ms",
                server, fromHourMs, toHourMs, visit, cancellation);

        public Task VisitHoursAsync(
            ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation) =>
            VisitAsync(
                "select hour_ms, set_id, block from my_metric_hours where server = ? and hour_ms >= ? and hour_ms < ? order by hour_ms",
                server, fromHourMs, toHourMs, visit, cancellation);

        public Task<IReadOnlyList<long>> MarkedHoursAsync(ServerId server, long fromMs, long toMs, CancellationToken cancellation) =>
            Task.Run<IReadOnlyList<long>>(() =>
            {
                using var statement = scope.Statement(
                    "select hour_ms from my_metric_marks where server = ? and hour_ms > ? - 3600000 and hour_ms < ? order by hour_ms");
                statement.Bind(1, server.ToBytes()).Bind(2, fromMs).Bind(3, toMs);
                var hours = new List<long>();
                while (statement.Next()) hours.Add(statement.Integer(0));
                return hours;
            }, cancellation);

        public Task<long> ClosedThroughAsync(CancellationToken cancellation) => Task.Run(() =>
        {
            using var statement = scope.Statement("select max(closed_through_ms) from my_rollup_progress");
            return statement.Next() && !statement.IsNull(0) ? statement.Integer(0) : long.MinValue;
        }, cancellation);

        public ValueTask DisposeAsync()
        {
            scope.Dispose();
            return ValueTask.CompletedTask;
        }

        private Task VisitAsync(
            string sql, ServerId server, long from, long to, SealedRowVisitor visit, CancellationToken cancellation) => Task.Run(() =>
        {
            using var statement = scope.Statement(sql);
            statement.Bind(1, server.ToBytes()).Bind(2, from).Bind(3, to);
            for (var rows = 1; statement.Next(); rows++)
            {
                visit(statement.Integer(0), statement.Integer(1), statement.Bytes(2));
                if (rows % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            }
        }, cancellation);
    }
}
