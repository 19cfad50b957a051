using HostAtlas.Engine.Storage;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>Rows moved about on a PostgreSQL server, by its superuser.</summary>
public sealed class PostgresMovedRowsTests : MovedRowsSuite
{
    private PostgresDatabaseUnderTest _database = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }

    private protected override async Task<GatewayOptions> PrepareAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        return new GatewayOptions
        {
            Data = Folder.File("data"),
            Url = new Uri("https://127.0.0.1:0"),
            StoreKind = StoreKind.Postgresql,
            StoreConnection = _database.Connection,
        };
    }

    private protected override int Execute(string sql, IEnumerable<(string Name, ServerId Server)> servers)
    {
        using var connection = new NpgsqlConnection(_database.SuperuserConnection);
        connection.Open();
        using (var path = new NpgsqlCommand("set search_path = hostatlas", connection)) path.ExecuteNonQuery();
        using var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, server) in servers)
        {
            if (sql.Contains("@" + name, StringComparison.Ordinal)) command.Parameters.AddWithValue(name, server.Value);
        }
        return command.ExecuteNonQuery();
    }
}
