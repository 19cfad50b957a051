namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The SQL that reads or deletes log lines and inventories, in one place so that a test can ask SQLite for the plan of every
/// text.</summary>
internal static class LogQueries
{
    // In a scope. at_ms is bounded on both sides for itself: a comparison of rows alone would not end the search at the range's begin.
    public const string Lines = """
        select at_ms, key, number, line from my_log_lines
        where server = ? and at_ms >= ? and at_ms <= ? and (at_ms, key, number) < (?, ?, ?)
        order by at_ms desc, key desc, number desc
        """;

    public const string Inventory =
        "select received_at_ms, signed_s, signature, inventory from my_inventories where server = ?";

    // The platform's own passes over all teams.
    public const string SignatureOf =
        "select signature from log_lines where team = ? and server = ? and at_ms = ? and key = ? and number = ?";

    public const string NextServer = "select team, server from log_lines where (team, server) > (?, ?) order by team, server limit 1";

    /// <summary>What retention deletes by time; see <see cref="MetricsQueries.OldRows"/>.</summary>
    public static readonly (string Table, string Time, int RowsAStep)
        OldLines = ("log_lines", "at_ms", 1_000), OldRetries = ("log_retries", "at_ms", 1_000);

    /// <summary>Every text there is.</summary>
    public static IEnumerable<string> All =>
    [
        Lines, Inventory, SignatureOf, NextServer,
        .. new[] { OldLines, OldRetries }.SelectMany(old => new[] { MetricsQueries.StepEnd(old), MetricsQueries.DeleteThrough(old) }),
    ];
}
