using Akka.Actor;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.TestSupport.Databases;
using Npgsql;
using NpgsqlTypes;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>An empty store on PostgreSQL in a database of its own, and raw binary COPY into the same partitioned table.</summary>
internal sealed class PostgresStore : IStoreUnderLoad
{
    // As many as the store itself has, so that the rival has the same cores.
    private const int RawWriters = 2;

    private const string Copy = "copy metric_rows (team, server, at_ms, key, signature, set_id, vals) from stdin (format binary)";

    private readonly PostgresDatabaseUnderTest _test;
    private readonly PostgresDatabase _database;
    private readonly MetricDays _days;
    private readonly TeamSeals _seals;

    /// <summary>Makes one with the teams' keys in it, as they are after each team's first report.</summary>
    public PostgresStore(PostgresDatabaseUnderTest test, IReadOnlyList<ServerKey> servers, RootKeys roots)
    {
        _test = test;
        _database = new PostgresDatabase(test.Connection);
        _days = new MetricDays(_database);
        _seals = new TeamSeals(new PostgresKeyStore(_database), roots, TimeProvider.System);
        foreach (var team in servers.Select(server => server.Team).Distinct()) _seals.Get(team);
    }

    /// <inheritdoc />
    public Task IngestAsync(ActorSystem system, IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items) =>
        DataPlane.RunAsync(system, new PostgresMetricsStore(_database, _seals, _days, FleetClock.OnTime), items);

    /// <inheritdoc />
    public async Task InsertRawAsync(IReadOnlyList<(ServerKey Server, MetricBatch Batch)> items, int reportsATransaction)
    {
        await _days.EnsureAsync(items.Select(item => MetricDays.Of(item.Batch.Rows[0].AtMs)).Distinct(), CancellationToken.None);
        var flushes = items.Chunk(reportsATransaction).ToArray();
        await Task.WhenAll(Enumerable.Range(0, RawWriters).Select(async writer =>
        {
            await using var connection = await _database.Of(PostgresRole.Ingest).OpenConnectionAsync();
            for (var i = writer; i < flushes.Length; i += RawWriters) await CopyAsync(connection, flushes[i]);
        }));
    }

    /// <inheritdoc />
    public async Task<long> SizeAtRestAsync()
    {
        await using var connection = new NpgsqlConnection(_test.SuperuserConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            select sum(pg_total_relation_size(c.oid))::bigint from pg_class c
            where c.relkind = 'r' and c.relnamespace = 'hostatlas'::regnamespace
            """, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _database.Dispose();
        await _test.DisposeAsync();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, (ServerKey Server, MetricBatch Batch)[] flush)
    {
        await using var copy = await connection.BeginBinaryImportAsync(Copy);
        foreach (var (server, batch) in flush)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(server.Team.Value, NpgsqlDbType.Uuid);
            await copy.WriteAsync(server.Server.Value, NpgsqlDbType.Uuid);
            await copy.WriteAsync(batch.Rows[0].AtMs, NpgsqlDbType.Bigint);
            await copy.WriteAsync(batch.Key, NpgsqlDbType.Bigint);
            await copy.WriteAsync(batch.SignatureKey, NpgsqlDbType.Bigint);
            await copy.WriteAsync(batch.Sets[0].Id, NpgsqlDbType.Bigint);
            await copy.WriteAsync(SealedSize.ValuesOf(batch), NpgsqlDbType.Bytea);
        }
        await copy.CompleteAsync();
    }
}
