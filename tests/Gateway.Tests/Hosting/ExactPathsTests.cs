using HostAtlas.Gateway.Hosting;

namespace HostAtlas.Gateway.Tests.Hosting;

public sealed class ExactPathsTests
{
    [Theory]
    [InlineData("/", "/", true)]
    [InlineData("", "/", true)]
    [InlineData("/api/servers", "/api/servers", true)]
    [InlineData("/openapi/v1.json", "/openapi/v1.json", true)]
    [InlineData("/api/servers/", "/api/servers/", false)]
    [InlineData("/API/servers", "/API/servers", false)]
    [InlineData("/api/Servers", "/api/Servers", false)]
    [InlineData("//api/servers", "//api/servers", false)]
    [InlineData("/api//servers", "/api//servers", false)]
    [InlineData("/api/%73ervers", "/api/servers", false)]
    [InlineData("/docs/../api/servers", "/api/servers", false)]
    [InlineData("/api/./servers", "/api/servers", false)]
    [InlineData("*", "", false)]
    public void An_address_has_one_spelling(string sent, string path, bool isExact) =>
        Assert.Equal(isExact, ExactPaths.IsExact(sent, path));
}
