namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>
/// The SQL that reads or deletes metrics, in one place so that a test can ask SQLite for the plan of every text: a full scan of what
/// thousands of servers sent is a fault that no small test data shows. Those of a team's scope name its views, the others base tables.
/// </summary>
internal static class MetricsQueries
{
    // In a scope.
    public const string Sets = "select set_id, count, names from my_metric_sets where server = ?";

    public const string Rows =
        "select at_ms, set_id, vals from my_metric_rows where server = ? and at_ms >= ? and at_ms < ? order by at_ms, key";

    public const string Minutes =
        "select hour_ms, set_id, block from my_metric_minutes where server = ? and hour_ms >= ? and hour_ms < ? order by hour_ms";

    public const string Hours =
        "select hour_ms, set_id, block from my_metric_hours where server = ? and hour_ms >= ? and hour_ms < ? order by hour_ms";

    public const string NewestHour = "select hour_ms, set_id, block from my_metric_hours where server = ? order by hour_ms desc limit 1";

    public const string MarkedHours =
        "select hour_ms from my_metric_marks where server = ? and hour_ms > ? - 3600000 and hour_ms < ? order by hour_ms";

    public const string ScopeProgress = "select name, closed_through_ms from my_rollup_progress";

    // The platform's own passes over all teams.
    public const string SignatureOf = "select signature from metric_rows where team = ? and server = ? and at_ms = ? and key = ?";

    public const string SetsUsedSince = "select set_id, names from metric_sets where team = ? and server = ? and used_day >= ?";

    public const string NextServer = "select team, server from metric_sets where (team, server) > (?, ?) order by team, server limit 1";

    public const string HasRows = "select 1 from metric_rows where team = ? and server = ? and at_ms >= ? and at_ms < ? limit 1";

    public const string Progress = "select name, closed_through_ms from rollup_progress";

    public const string PutProgress = """
        insert into rollup_progress (name, closed_through_ms) values (?, ?)
        on conflict do update set closed_through_ms = excluded.closed_through_ms
        """;

    public const string OldestMark = "select min(hour_ms) from metric_marks";

    public const string Marks = """
        select team, server, hour_ms, stamp from metric_marks
        where (team, server, hour_ms) > (?, ?, ?) order by team, server, hour_ms limit ?
        """;

    public const string TakeMark = "delete from metric_marks where team = ? and server = ? and hour_ms = ? and stamp = ?";

    public const string DropSets = "delete from metric_sets where team = ? and server = ? and used_day < ?";

    /// <summary>What retention deletes by time: the table, the column that says when, and how many rows go in one step.</summary>
    public static readonly (string Table, string Time, int RowsAStep)
        OldRows = ("metric_rows", "at_ms", 1_000), OldRetries = ("metric_retries", "at_ms", 1_000),
        OldMinutes = ("metric_minutes", "hour_ms", 50), OldHours = ("metric_hours", "hour_ms", 500);

    /// <summary>Every text there is.</summary>
    public static IEnumerable<string> All =>
    [
        Sets, Rows, Minutes, Hours, NewestHour, MarkedHours, ScopeProgress, SignatureOf, SetsUsedSince, NextServer, HasRows, Progress,
        OldestMark, Marks, TakeMark, DropSets,
        .. new[] { OldRows, OldRetries, OldMinutes, OldHours }.SelectMany(old => new[] { StepEnd(old), DeleteThrough(old) }),
    ];

    /// <summary>The time through which one step deletes; null when nothing is older.</summary>
    public static string StepEnd((string Table, string Time, int RowsAStep) old) => $"""
        select max({old.Time}) from (
            select {old.Time} from {old.Table} where team = ? and server = ? and {old.Time} < ? order by {old.Time} limit {old.RowsAStep})
        """;

    /// <summary>Deletes through that time.</summary>
    public static string DeleteThrough((string Table, string Time, int RowsAStep) old) =>
        $"delete from {old.Table} where team = ? and server = ? and {old.Time} <= ?";
}
