using Akka.Actor;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>An empty embedded store in a folder of its own, and raw SQLite on the same file and schema.</summary>
internal sealed class EmbeddedStore : IStoreUnderLoad
{
    private readonly TempFolder _folder = new();
    private readonly DataFile _file;
    private readonly TeamSeals _seals;

    /// <summary>Makes one with the teams' keys in it, as they are after each team's first report.</summary>
    public EmbeddedStore(IEnumerable<ServerKey> servers)
    {
        _file = new DataFile(_folder.Path);
        _file.Prepare();
        _seals = new TeamSeals(new SqliteKeyStore(_file), new RootKeys(new byte[32]), TimeProvider.System);
        foreach (var team in servers.Select(server => server.Team).Distinct()) _seals.Get(team);
    }

    /// <inheritdoc />
    public async Task IngestAsync(ActorSystem system, IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items)
    {
        using var store = new SqliteMetricsStore(_file, _seals, FleetClock.OnTime);
        await DataPlane.RunAsync(system, store, items);
    }

    /// <inheritdoc />
    public Task InsertRawAsync(IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items, int reportsATransaction)
    {
        using var connection = _file.OpenWriter();
        using var begin = new NativeStatement(connection, "begin immediate");
        using var commit = new NativeStatement(connection, "commit");
        using var insert = new NativeStatement(connection,
            "insert into metric_rows (team, server, at_ms, key, signature, set_id, vals) values (?, ?, ?, ?, ?, ?, ?)");
        Span<byte> team = stackalloc byte[16], server = stackalloc byte[16];
        for (var i = 0; i < items.Count; i++)
        {
            if (i % reportsATransaction == 0) begin.Run();
            var (key, batch) = items[i];
            key.Team.Write(team);
            key.Server.Write(server);
            insert.Bind(1, team).Bind(2, server).Bind(3, batch.Rows[0].AtMs).Bind(4, batch.Key).Bind(5, batch.SignatureKey)
                .Bind(6, batch.Sets[0].Id).Bind(7, SealedSize.ValuesOf(batch)).Run();
            if (i % reportsATransaction == reportsATransaction - 1 || i == items.Count - 1) commit.Run();
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<long> SizeAtRestAsync()
    {
        using var connection = _file.OpenWriter();
        // Nothing may be left in the log.
        DataFile.Execute(connection, "pragma wal_checkpoint(truncate)");
        return Task.FromResult(new FileInfo(_file.Path).Length);
    }

    /// <summary>One metric of all over a time, in steps of a minute; how many points came.</summary>
    public async Task<int> QueryAsync(ServerKey server, string name, long fromMs, long toMs)
    {
        var reader = new MetricsReader(new SqliteMetricsSource(_file), _seals);
        var answer = await reader.QueryAsync(new MetricsQuery(server.Team, server.Server, [name], fromMs, toMs, 60), default);
        return answer.Series[0].Points.Count;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
