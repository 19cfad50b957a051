using HostAtlas.Engine.Storage;
using HostAtlas.Gateway.Hosting;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>
/// On a PostgreSQL server of the test's own: a dump of the database, every byte of the server's folder with its write-ahead log, and its
/// log. The server logs every statement with all its parameters, as one does that its operator is looking for a fault with: also there is
/// nothing in clear, since whatever the platform sends to the database is sealed before.
/// </summary>
public sealed class PostgresAtRestTests : AtRestSuite
{
    private readonly PostgresServer _server = PostgresServer.StartAsync().GetAwaiter().GetResult();
    private readonly PostgresDatabaseUnderTest _database;
    private int _dumps;

    public PostgresAtRestTests()
    {
        _database = _server.NewDatabaseAsync().GetAwaiter().GetResult();
        _database.ExecuteAsync("alter system set log_statement = 'all'", "alter system set log_parameter_max_length = -1",
            "alter system set log_parameter_max_length_on_error = -1", "alter system set log_error_verbosity = 'verbose'",
            "select pg_reload_conf()").GetAwaiter().GetResult();
    }

    private protected override GatewayOptions Options => new()
    {
        Data = Folder.File("data"),
        Url = new Uri("https://127.0.0.1:0"),
        SilentAfter = TimeSpan.FromSeconds(10),
        StoreKind = StoreKind.Postgresql,
        StoreConnection = _database.Connection,
    };

    private protected override IEnumerable<(string Name, byte[] Bytes)> DumpStore()
    {
        _database.ExecuteAsync("checkpoint").GetAwaiter().GetResult();
        var dump = Folder.File($"dump-{++_dumps}.sql");
        _server.DumpAsync(_database.Name, dump).GetAwaiter().GetResult();
        var text = File.ReadAllBytes(dump);
        // That the dump and the log have in them what was sent, or a search of them says nothing.
        Assert.True(text.AsSpan().IndexOf("COPY hostatlas.metric_rows_"u8) >= 0 && text.AsSpan().IndexOf("COPY journal.journal"u8) >= 0);
        var log = File.ReadAllText(Path.Combine(_server.Folder, "server.log"));
        Assert.Contains("insert into servers", log, StringComparison.Ordinal);
        Assert.Contains("parameters: $1 = ", log, StringComparison.Ordinal);
        return Directory.GetFiles(_server.Folder, "*", SearchOption.AllDirectories).SelectMany(Read).Append(("the dump", text));
    }

    private protected override long CountStored()
    {
        using var connection = new NpgsqlConnection(_database.SuperuserConnection);
        connection.Open();
        using var command = new NpgsqlCommand(
            "select (select count(*) from journal.journal) + (select count(*) from hostatlas.metric_rows)", connection);
        return (long)command.ExecuteScalar()!;
    }

    protected override void Dispose(bool disposing)
    {
        NpgsqlConnection.ClearAllPools();
        _server.DropAsync().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }

    // The server works on while its folder is read: files come and go, and its sockets are none.
    private static IEnumerable<(string Name, byte[] Bytes)> Read(string path)
    {
        if (Path.GetFileName(path).StartsWith(".s.PGSQL", StringComparison.Ordinal)) return [];
        try
        {
            return [(path, File.ReadAllBytes(path))];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
