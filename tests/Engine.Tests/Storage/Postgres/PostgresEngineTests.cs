using HostAtlas.Engine.Storage;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>The engine's suite over PostgreSQL.</summary>
public sealed class PostgresEngineTests : EmbeddedEngineSuite, IAsyncLifetime
{
    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await Prepared.NewAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    [Fact]
    public async Task The_data_folder_keeps_no_database()
    {
        await using var engine = await StartAsync();
        Assert.Empty(Directory.GetFiles(engine.Folder, "*.db*"));
    }

    protected override Task<EmbeddedEngine> StartAsync() =>
        EmbeddedEngine.StartAsync(store: new StoreOptions(StoreKind.Postgresql, _test.Connection));
}
