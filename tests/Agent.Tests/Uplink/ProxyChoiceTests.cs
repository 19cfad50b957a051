using System.Net;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Tests.Uplink;

public sealed class ProxyChoiceTests
{
    private static readonly Uri Platform = new("https://atlas.example.net");

    [Theory]
    [InlineData("http://proxy:3128", null, "http://proxy:3128/")]
    [InlineData("proxy:3128", null, "http://proxy:3128/")]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    [InlineData("http://proxy:3128", "example.net", null)]
    [InlineData("http://proxy:3128", "other.org, .example.net", null)]
    [InlineData("http://proxy:3128", "*", null)]
    [InlineData("http://proxy:3128", "ample.net", "http://proxy:3128/")]
    public void The_environment_chooses_for_a_host(string? httpsProxy, string? noProxy, string? expected) =>
        Assert.Equal(expected, new ProxyChoice(httpsProxy, noProxy).For(Platform, null, out _)?.ToString());

    [Fact]
    public void The_configured_proxy_goes_before_the_environment_and_this_machine_needs_none()
    {
        var environment = new ProxyChoice("http://environment:1", null);
        Assert.Equal("configured", environment.For(Platform, new Uri("http://configured:2"), out _)!.Host);
        Assert.Null(environment.For(new Uri("https://127.0.0.1:8443"), null, out _));
        Assert.Null(environment.For(new Uri("https://localhost"), null, out _));
    }

    [Fact]
    public void A_proxy_that_cannot_be_read_is_a_fault_that_does_not_repeat_it()
    {
        Assert.Null(new ProxyChoice("socks5://user:secret@proxy", null).For(Platform, null, out var fault));
        Assert.Contains("HTTPS_PROXY", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_of_the_address_are_given_to_the_proxy_and_are_no_part_of_the_address()
    {
        var proxy = ProxyChoice.ToWebProxy(new Uri("http://us%40er:pa%3Ass@proxy:3128"));
        Assert.Equal("http://proxy:3128/", proxy.Address!.ToString());
        var credentials = Assert.IsType<NetworkCredential>(proxy.Credentials);
        Assert.Equal(("us@er", "pa:ss"), (credentials.UserName, credentials.Password));
    }
}
