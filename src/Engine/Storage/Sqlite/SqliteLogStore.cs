using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Log lines into <c>data.db</c>, over the metrics writer's connection: two writers would only wait for each other, and the one
/// that waits by chance longer would be the one with the reports.</summary>
public sealed class SqliteLogStore(SqliteMetricsStore writer, ITeamSeals seals) : ILogStore
{
    /// <inheritdoc />
    public int Writers => 1;

    /// <inheritdoc />
    public async Task<IReadOnlyList<ItemFate>> WriteAsync(IReadOnlyList<LogsItem> items, bool maybeKept)
    {
        var batches = SqliteMetricsStore.Seal(items, item => SealedLines.Make(item, seals));
        return await writer.FlushAsync(batches, rows => rows.Lines, (_, _, insert) => insert(), maybeKept).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public Task<int> DeleteBeforeAsync(DateTimeOffset oldest, CancellationToken cancellation)
    {
        var oldestMs = oldest.ToUnixTimeMilliseconds();
        return writer.DeleteAsync(
            LogQueries.NextServer, [new Expiry(LogQueries.OldLines, oldestMs), new Expiry(LogQueries.OldRetries, oldestMs)], null,
            cancellation);
    }
}

/// <summary>Reads log lines through a <see cref="TeamScope"/>. SQLite blocks on the disk, so it runs on the pool.</summary>
public sealed class SqliteLogSource(DataFile file) : ILogSource
{
    /// <inheritdoc />
    public Task VisitAsync(ServerKey server, long fromMs, LogPlace before, SealedLineVisitor visit, CancellationToken cancellation) =>
        Task.Run(() =>
        {
            using var scope = TeamScope.Open(file, server.Team);
            using var lines = scope.Statement(LogQueries.Lines);
            lines.Bind(1, Shared.Ids.ResourceId.ToBytes(server.Server)).Bind(2, fromMs).Bind(3, before.AtMs).Bind(4, before.AtMs)
                .Bind(5, before.Key).Bind(6, before.Number);
            for (var read = 1; lines.Next(); read++)
            {
                if (!visit(new LogPlace(lines.Integer(0), lines.Integer(1), (int)lines.Integer(2)), lines.Bytes(3))) return;
                if (read % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            }
        }, cancellation);
}
