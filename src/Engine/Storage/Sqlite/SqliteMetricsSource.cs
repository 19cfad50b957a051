using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
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
        // A plan may visit one table hundreds of times; preparing a statement over two views costs more than running it.
        private readonly Dictionary<string, NativeStatement> _statements = [];

        public Task<IReadOnlyList<SealedSet>> SetsAsync(ServerId server, CancellationToken cancellation) =>
            Task.Run<IReadOnlyList<SealedSet>>(() =>
            {
                var statement = Statement(MetricsQueries.Sets).Bind(1, server.ToBytes());
                var sets = new List<SealedSet>();
                while (statement.Next())
                    sets.Add(new SealedSet(statement.Integer(0), (int)statement.Integer(1), statement.Bytes(2).ToArray()));
                return sets;
            }, cancellation);

        public Task VisitRowsAsync(ServerId server, long fromMs, long toMs, SealedRowVisitor visit, CancellationToken cancellation) =>
            VisitAsync(MetricsQueries.Rows, server, fromMs, toMs, visit, cancellation);

        public Task VisitMinutesAsync(
            ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation) =>
            VisitAsync(MetricsQueries.Minutes, server, fromHourMs, toHourMs, visit, cancellation);

        public Task VisitHoursAsync(
            ServerId server, long fromHourMs, long toHourMs, SealedRowVisitor visit, CancellationToken cancellation) =>
            VisitAsync(MetricsQueries.Hours, server, fromHourMs, toHourMs, visit, cancellation);

        public Task<IReadOnlyList<long>> MarkedHoursAsync(ServerId server, long fromMs, long toMs, CancellationToken cancellation) =>
            Task.Run<IReadOnlyList<long>>(() =>
            {
                var statement = Statement(MetricsQueries.MarkedHours).Bind(1, server.ToBytes()).Bind(2, fromMs).Bind(3, toMs);
                var hours = new List<long>();
                while (statement.Next()) hours.Add(statement.Integer(0));
                return hours;
            }, cancellation);

        public Task<RollupProgress> ProgressAsync(CancellationToken cancellation) =>
            Task.Run(() => SqliteRollupStore.ReadProgress(Statement(MetricsQueries.ScopeProgress)), cancellation);

        public ValueTask DisposeAsync()
        {
            foreach (var statement in _statements.Values) statement.Dispose();
            scope.Dispose();
            return ValueTask.CompletedTask;
        }

        private Task VisitAsync(
            string sql, ServerId server, long from, long to, SealedRowVisitor visit, CancellationToken cancellation) => Task.Run(() =>
        {
            var statement = Statement(sql).Bind(1, server.ToBytes()).Bind(2, from).Bind(3, to);
            for (var rows = 1; statement.Next(); rows++)
            {
                visit(statement.Integer(0), statement.Integer(1), statement.Bytes(2));
                if (rows % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            }
        }, cancellation);

        private NativeStatement Statement(string sql)
        {
            if (!_statements.TryGetValue(sql, out var statement)) _statements.Add(sql, statement = scope.Statement(sql));
            // A visitor that threw left it in the middle of its rows.
            statement.Reset();
            return statement;
        }
    }
}
