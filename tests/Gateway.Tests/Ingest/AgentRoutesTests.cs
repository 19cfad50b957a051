using HostAtlas.Gateway.Ingest;

namespace HostAtlas.Gateway.Tests.Ingest;

public sealed class AgentRoutesTests
{
    [Theory]
    [InlineData("/api/agent/metrics", "/api/agent/metrics")]
    [InlineData("/api/agent/metrics?a=/b", "/api/agent/metrics")]
    [InlineData("/api/agent/%6Detrics", "/api/agent/%6Detrics")]
    [InlineData("https://atlas.example/api/agent/metrics?x", "/api/agent/metrics")]
    [InlineData("https://atlas.example", "")]
    [InlineData("*", "*")]
    public void The_path_is_the_one_that_was_sent(string target, string path) =>
        Assert.Equal(path, AgentRoutes.PathAsSent(target).ToString());
}
