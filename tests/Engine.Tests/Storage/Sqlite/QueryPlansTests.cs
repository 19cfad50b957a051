using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.TestSupport;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>What SQLite says it would do for each text that reads or deletes metrics and log lines, and that reads audit logs.</summary>
public sealed class QueryPlansTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SqliteConnection _connection;

    public QueryPlansTests()
    {
        var file = new DataFile(_folder.Path);
        file.Prepare();
        _connection = file.OpenWriter();
        // The views of a scope, without the layer that hides their names: a scope itself refuses EXPLAIN.
        foreach (var (table, columns) in TeamScope.Tables)
            DataFile.Execute(_connection,
                $"create temp view my_{table} as select {columns} from main.{table} where team = x'{new string('0', 32)}'");
        DataFile.Execute(_connection, "create temp view my_rollup_progress as select name, closed_through_ms from main.rollup_progress");
    }

    public static TheoryData<string> Texts => [.. MetricsQueries.All, .. LogQueries.All, SqliteServerDirectory.PageSql,
        SqliteServerDirectory.OneSql, SqliteAuditLog.HeadSql, SqliteAuditLog.ReadSql, SqliteAuditLog.PageSql, SqliteAuditLog.BeforeSql,
        SqliteChangeLog.LatestSql, SqliteChangeLog.ReadSql];

    [Theory]
    [MemberData(nameof(Texts))]
    public void No_text_reads_a_whole_table(string sql)
    {
        var plan = Explain(sql);
        Assert.NotEmpty(plan);
        // Four boundaries, whatever the number of servers; and a scan of what a step has already chosen.
        Assert.DoesNotContain(plan, step =>
            step.StartsWith("SCAN", StringComparison.Ordinal)
            && step is not ("SCAN rollup_progress" or "SCAN main.rollup_progress" or "SCAN (subquery-1)"));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Only_the_list_of_servers_is_sorted(string sql)
    {
        if (sql == SqliteServerDirectory.PageSql) return;
        Assert.DoesNotContain(Explain(sql), step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_scan_would_be_seen() =>
        Assert.Contains(
            Explain("select count(*) from metric_rows where at_ms < ?"), step => step.StartsWith("SCAN", StringComparison.Ordinal));

    public void Dispose()
    {
        _connection.Dispose();
        _folder.Dispose();
    }

    private List<string> Explain(string sql)
    {
        // Parameters stay unbound, which makes them null and does not change a plan.
        using var statement = new NativeStatement(_connection, "explain query plan " + sql);
        var steps = new List<string>();
        while (statement.Next()) steps.Add(statement.Text(3));
        return steps;
    }
}
