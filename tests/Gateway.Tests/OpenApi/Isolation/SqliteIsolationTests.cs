using HostAtlas.Gateway.Tests.Hosting;

namespace HostAtlas.Gateway.Tests.OpenApi.Isolation;

/// <summary>On <c>journal.db</c> and <c>data.db</c>.</summary>
public sealed class SqliteIsolationTests : IsolationSuite
{
    private protected override async Task<TestPlatform> StartAsync()
    {
        var platform = new TestPlatform();
        await platform.InitializeAsync();
        return platform;
    }
}
