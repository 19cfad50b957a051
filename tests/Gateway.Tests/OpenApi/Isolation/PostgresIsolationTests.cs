using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Gateway.Tests.OpenApi.Isolation;

/// <summary>On a PostgreSQL server.</summary>
public sealed class PostgresIsolationTests : IsolationSuite
{
    private PostgresDatabaseUnderTest _database = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }

    private protected override async Task<TestPlatform> StartAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        var platform = new TestPlatform { Postgres = _database.Connection };
        await platform.InitializeAsync();
        return platform;
    }
}
