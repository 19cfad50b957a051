using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Roll-ups in <c>data.db</c>, written over the metrics writer's connection: two writers would only wait for each other.</summary>
public sealed class SqliteRollupStore(SqliteMetricsStore writer) : IRollupStore
{
    private const int ServersAStep = 500, MarksAPage = 16;

    /// <inheritdoc />
    public Task<RollupProgress> ProgressAsync(CancellationToken cancellation) => writer.RunAsync(Progress);

    /// <inheritdoc />
    public Task<RollupProgress> AdvanceAsync(RollupProgress to, CancellationToken cancellation) =>
        writer.RunAsync(rows => rows.InTransaction(() =>
        {
            var next = Progress(rows).Advance(to, OldestMark(rows));
            using var upsert = new NativeStatement(rows.Connection, MetricsQueries.PutProgress);
            foreach (var (name, ms) in ProgressRows.Of(next)) upsert.Bind(1, name).Bind(2, ms).Run();
            return next;
        }));

    /// <inheritdoc />
    public Task<ServerKey?> MarkHourAsync(long hourMs, ServerKey after, CancellationToken cancellation) =>
        writer.RunAsync(rows => rows.InTransaction(() => MarkSome(rows, hourMs, after)));

    /// <inheritdoc />
    public Task<MarkPage> MarksAsync(HourMark? after, long closedThroughMs, CancellationToken cancellation) => writer.RunAsync(rows =>
    {
        using var read = new NativeStatement(rows.Connection, MetricsQueries.Marks);
        var from = after ?? new HourMark(default, long.MinValue, 0);
        read.BindServer(from.Server).Bind(3, from.HourMs).Bind(4, MarksAPage);
        var marks = new List<HourMark>();
        while (read.Next()) marks.Add(new HourMark(read.Server(0), read.Integer(2), read.Integer(3)));
        HourMark? last = marks.Count == MarksAPage ? marks[^1] : null;
        // Hours that are not closed yet are marked when they are: until then a late report's mark only waits.
        return new MarkPage(marks.FindAll(mark => mark.HourMs < closedThroughMs), last);
    });

    /// <inheritdoc />
    public Task ReplaceAsync(IReadOnlyList<RolledHour> hours, CancellationToken cancellation) =>
        writer.RunAsync(rows => rows.InTransaction(() =>
        {
            using var take = new NativeStatement(rows.Connection, MetricsQueries.TakeMark);
            using var minutes = new NativeStatement(rows.Connection, Upsert("metric_minutes"));
            using var points = new NativeStatement(rows.Connection, Upsert("metric_hours"));
            foreach (var (mark, hour) in hours)
            {
                if (take.BindServer(mark.Server).Bind(3, mark.HourMs).Bind(4, mark.Stamp).Run() == 0 || hour is null) continue;
                rows.KeepSet(mark.Server, hour, mark.HourMs);
                minutes.BindServer(mark.Server).Bind(3, mark.HourMs).Bind(4, hour.SetId).Bind(5, hour.Minutes).Run();
                points.BindServer(mark.Server).Bind(3, mark.HourMs).Bind(4, hour.SetId).Bind(5, hour.Hour).Run();
            }
            return true;
        }));

    /// <inheritdoc />
    public Task DeleteBeforeAsync(RollupProgress kept, CancellationToken cancellation) => writer.DeleteAsync(MetricsQueries.NextServer,
        [new Expiry(MetricsQueries.OldMinutes, kept.MinutesFromMs), new Expiry(MetricsQueries.OldHours, kept.HoursFromMs)],
        DateTimeOffset.FromUnixTimeMilliseconds(kept.OldestMs), cancellation);

    private static ServerKey? MarkSome(RowWriter rows, long hourMs, ServerKey after)
    {
        using var next = new NativeStatement(rows.Connection, MetricsQueries.NextServer);
        using var hasRows = new NativeStatement(rows.Connection, MetricsQueries.HasRows);
        using var mark = new NativeStatement(
            rows.Connection, "insert into metric_marks (team, server, hour_ms, stamp) values (?, ?, ?, ?) on conflict do nothing");
        for (var servers = 0; servers < ServersAStep; servers++)
        {
            if (RetentionStep.NextServer(next, after) is not { } server) return null;
            after = server;
            var has = hasRows.BindServer(server).Bind(3, hourMs).Bind(4, hourMs + HourWindow.HourMs).Next();
            hasRows.Reset();
            if (has) mark.BindServer(server).Bind(3, hourMs).Bind(4, RowWriter.NewStamp()).Run();
        }
        return after;
    }

    /// <summary>Reads the boundaries from a statement of name and time.</summary>
    internal static RollupProgress ReadProgress(NativeStatement statement)
    {
        var progress = ProgressRows.None;
        while (statement.Next()) progress = progress.With(statement.Text(0), statement.Integer(1));
        return progress;
    }

    private static RollupProgress Progress(RowWriter rows)
    {
        using var read = new NativeStatement(rows.Connection, MetricsQueries.Progress);
        return ReadProgress(read);
    }

    private static long? OldestMark(RowWriter rows)
    {
        using var read = new NativeStatement(rows.Connection, MetricsQueries.OldestMark);
        return read.Next() && !read.IsNull(0) ? read.Integer(0) : null;
    }

    private static string Upsert(string table) => $"""
        insert into {table} (team, server, hour_ms, set_id, block) values (?, ?, ?, ?, ?)
        on conflict do update set set_id = excluded.set_id, block = excluded.block
        """;
}
