using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>Reads a server's rows in order of time and folds them into steps.</summary>
public sealed class SqliteMetricsReader(DataFile file) : IMetricsReader
{
    /// <inheritdoc />
    public Task<MetricsAnswer> QueryAsync(MetricsQuery query, CancellationToken cancellation) =>
        Task.Run(() => Query(query, cancellation), cancellation);

    private MetricsAnswer Query(MetricsQuery query, CancellationToken cancellation)
    {
        using var scope = TeamScope.Open(file, query.Team);
        var fold = new StepFold(query);
        foreach (var (id, names) in Sets(scope, query)) fold.AddSet(id, names);
        using var command = scope.Command(
            "select at_ms, set_id, vals from my_metric_rows where server = $server and at_ms >= $from and at_ms < $to order by at_ms, key",
            ("$server", query.Server.ToBytes()), ("$from", query.FromMs), ("$to", query.ToMs));
        using var reader = command.ExecuteReader();
        for (var rows = 1; reader.Read(); rows++)
        {
            fold.AddRow(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));
            if (rows % 1024 == 0) cancellation.ThrowIfCancellationRequested();
        }
        return fold.Answer();
    }

    private static List<(long Id, string[] Names)> Sets(TeamScope scope, MetricsQuery query)
    {
        using var command = scope.Command(
            "select set_id, names from my_metric_sets where server = $server", ("$server", query.Server.ToBytes()));
        using var reader = command.ExecuteReader();
        var sets = new List<(long, string[])>();
        while (reader.Read()) sets.Add((reader.GetInt64(0), NameSet.Split(reader.GetFieldValue<byte[]>(1))));
        return sets;
    }
}
