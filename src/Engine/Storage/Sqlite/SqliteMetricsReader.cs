using System.Text;
using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Reads a server's rows in order of time and folds them into steps.</summary>
public sealed class SqliteMetricsReader(DataFile file) : IMetricsReader
{
    /// <inheritdoc />
    public Task<MetricsAnswer> QueryAsync(MetricsQuery query, CancellationToken cancellation) => Task.Run(() => Query(query, cancellation), cancellation);

    private MetricsAnswer Query(MetricsQuery query, CancellationToken cancellation)
    {
        using var scope = TeamScope.Open(file, query.Team);
        var fold = new StepFold(query);
        foreach (var (id, names) in Sets(scope.Connection, query)) fold.AddSet(id, names);
        using var command = scope.Connection.CreateCommand();
        command.CommandText = """
            select at_ms, set_id, vals from my_metric_rows
            where server = $server and at_ms >= $from and at_ms < $to order by at_ms, key
            """;
        command.Parameters.AddWithValue("$server", query.Server.ToBytes());
        command.Parameters.AddWithValue("$from", query.FromMs);
        command.Parameters.AddWithValue("$to", query.ToMs);
        using var reader = command.ExecuteReader();
        for (var rows = 1; reader.Read(); rows++)
        {
            fold.AddRow(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
            if (rows % 1024 == 0) cancellation.ThrowIfCancellationRequested();
        }
        return fold.Answer();
    }

    private static List<(long Id, string[] Names)> Sets(SqliteConnection connection, MetricsQuery query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select set_id, names from my_metric_sets where server = $server";
        command.Parameters.AddWithValue("$server", query.Server.ToBytes());
        using var reader = command.ExecuteReader();
        var sets = new List<(long, string[])>();
        while (reader.Read()) sets.Add((reader.GetInt64(0), Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(1)).Split('\n')));
        return sets;
    }
}
