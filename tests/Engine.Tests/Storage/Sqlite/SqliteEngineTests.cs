namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The engine's suite over SQLite.</summary>
public sealed class SqliteEngineTests : EmbeddedEngineSuite
{
    protected override Task<EmbeddedEngine> StartAsync() => EmbeddedEngine.StartAsync();
}
