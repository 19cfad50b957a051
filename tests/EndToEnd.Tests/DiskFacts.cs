using System.Data.Common;
using System.Globalization;
using HostAtlas.TestSupport.Processes;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>Looks into the platform's own database, beside it, where a promise is about what lies on disk.</summary>
internal static class DiskFacts
{
    /// <summary>Rows of metrics of all teams, and how many distinct (server, time) they have; equal when nothing is there twice.</summary>
    public static (long Rows, long Distinct) MetricRows(PlatformProcess platform)
    {
        using var connection = Open(platform, "data.db", "hostatlas");
        // One statement, one picture: agents may go on reporting while it is taken.
        using var command = connection.CreateCommand();
        command.CommandText =
            "select count(*), (select count(*) from (select distinct server, at_ms from metric_rows) as d) from metric_rows";
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1)) : throw new InvalidOperationException("A count has one row.");
    }

    /// <summary>How many entities ever wrote an event.</summary>
    public static long PersistenceIds(PlatformProcess platform)
    {
        using var connection = Open(platform, "journal.db", "journal");
        return Scalar(connection, "select count(distinct persistence_id) from journal");
    }

    private static DbConnection Open(PlatformProcess platform, string file, string schema)
    {
        DbConnection connection = platform.Database is { } database
            ? new NpgsqlConnection(database.SuperuserConnection + $";Search Path={schema}")
            : new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = Path.Combine(platform.Data, file),
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
                DefaultTimeout = 30,
            }.ToString());
        connection.Open();
        return connection;
    }

    private static long Scalar(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
