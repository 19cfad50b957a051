using System.Globalization;
using Microsoft.Data.Sqlite;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>Looks into the platform's own files, read-only and beside it, where a promise is about what lies on disk.</summary>
internal static class DiskFacts
{
    /// <summary>Rows of metrics of all teams, and how many distinct (server, time) they have; equal when nothing is there twice.</summary>
    public static (long Rows, long Distinct) MetricRows(string data)
    {
        using var connection = Open(Path.Combine(data, "data.db"));
        return (Scalar(connection, "select count(*) from metric_rows"),
            Scalar(connection, "select count(*) from (select distinct server, at_ms from metric_rows)"));
    }

    /// <summary>How many entities ever wrote an event.</summary>
    public static long PersistenceIds(string data)
    {
        using var connection = Open(Path.Combine(data, "journal.db"));
        var table = (string)One(
            connection, "select name from sqlite_master where type = 'table' and sql like '%persistence_id%' and name like '%journal%'");
        return Scalar(connection, $"select count(distinct persistence_id) from \"{table}\"");
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
            DefaultTimeout = 30,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static long Scalar(SqliteConnection connection, string sql) =>
        Convert.ToInt64(One(connection, sql), CultureInfo.InvariantCulture);

    private static object One(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() ?? throw new InvalidOperationException($"No row: {sql}");
    }
}
