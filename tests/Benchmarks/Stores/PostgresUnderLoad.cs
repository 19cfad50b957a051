using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Benchmarks.Stores;

/// <summary>A PostgreSQL server of the benchmark's own, which syncs as it does by default; dropped with it.</summary>
internal sealed class PostgresUnderLoad : IAsyncDisposable
{
    private readonly PostgresServer _server;

    private PostgresUnderLoad(PostgresServer server) => _server = server;

    /// <summary>The store on it.</summary>
    public StoreChoice Choice => new("PostgreSQL", "raw binary COPY", MakeAsync);

    /// <summary>Starts one.</summary>
    public static async Task<PostgresUnderLoad> StartAsync() => new(await PostgresServer.StartAsync(isDurable: true));

    /// <summary>The settings of a platform on an empty database of this server.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ConfigurationAsync() => new Dictionary<string, string>
    {
        ["HOSTATLAS__STORE__KIND"] = "postgresql",
        ["HOSTATLAS__STORE__CONNECTION"] = (await _server.NewDatabaseAsync()).Connection,
    };

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await _server.DropAsync();

    private async Task<IStoreUnderLoad> MakeAsync(IReadOnlyList<ServerKey> servers)
    {
        var roots = new RootKeys(new byte[RootKeys.KeyBytes]);
        var database = await _server.NewDatabaseAsync(connection =>
        {
            using var prepared = new PostgresDatabase(connection);
            PostgresStart.Prepare(prepared, roots, TimeProvider.System);
        });
        return new PostgresStore(database, servers, roots);
    }
}
