using HostAtlas.Gateway.Hosting;
using HostAtlas.Shared.Ids;
using Microsoft.Data.Sqlite;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>Rows moved about in <c>data.db</c>.</summary>
public sealed class SqliteMovedRowsTests : MovedRowsSuite
{
    private protected override Task<GatewayOptions> PrepareAsync() => Task.FromResult(new GatewayOptions
    {
        Data = Folder.File("data"),
        Url = new Uri("https://127.0.0.1:0"),
    });

    private protected override int Execute(string sql, IEnumerable<(string Name, ServerId Server)> servers)
    {
        using var connection = new SqliteConnection($"Data Source={Folder.File("data", "data.db")};Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, server) in servers) command.Parameters.AddWithValue("@" + name, server.ToBytes());
        return command.ExecuteNonQuery();
    }
}
