using HostAtlas.Gateway.Hosting;

namespace HostAtlas.Gateway.Tests.Hosting;

public sealed class ConnectionLimitTests
{
    [Fact]
    public void One_address_has_its_share_and_no_other_address_pays_for_it()
    {
        var limit = new ConnectionLimit(atMost: 2);
        Assert.True(limit.TryEnter(1));
        Assert.True(limit.TryEnter(1));
        Assert.False(limit.TryEnter(1));
        Assert.True(limit.TryEnter(2));
        limit.Leave(1);
        Assert.True(limit.TryEnter(1));
        Assert.False(limit.TryEnter(1));
    }
}
