using System.Net;
using HostAtlas.Gateway.Ingest;

namespace HostAtlas.Gateway.Tests.Ingest;

public sealed class FailedCredentialsTests
{
    private readonly SteppedTime _time = new();
    private readonly FailedCredentials _failures;

    public FailedCredentialsTests() => _failures = new FailedCredentials(_time);

    [Fact]
    public void A_thousand_failures_at_once_and_then_ten_a_second()
    {
        var address = IPAddress.Parse("192.0.2.7");
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.True(_failures.TryCount(address)));
        Assert.False(_failures.TryCount(address));
        _time.Step(TimeSpan.FromSeconds(1));
        Assert.All(Enumerable.Range(0, 10), _ => Assert.True(_failures.TryCount(address)));
        Assert.False(_failures.TryCount(address));
        _time.Step(TimeSpan.FromHours(1));
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.True(_failures.TryCount(address)));
        Assert.False(_failures.TryCount(address));
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::1", "0.0.0.1", false)]
    public void Addresses_of_one_subscriber_are_one_network(string one, string other, bool same) =>
        Assert.Equal(same, FailedCredentials.NetworkOf(IPAddress.Parse(one)) == FailedCredentials.NetworkOf(IPAddress.Parse(other)));

    [Fact]
    public void A_flood_from_a_million_addresses_takes_bounded_room_and_is_refused()
    {
        var refused = 0;
        for (var i = 0; i < 200_000; i++)
        {
            if (!_failures.TryCount(new IPAddress((long)i))) refused++;
        }
        Assert.Equal(FailedCredentials.NetworksAtMost, _failures.Count);
        Assert.Equal(200_000 - FailedCredentials.NetworksAtMost - FailedCredentials.Burst, refused);
    }

    [Fact]
    public void Forgotten_networks_make_room()
    {
        for (var i = 0; i < FailedCredentials.NetworksAtMost; i++) _failures.TryCount(new IPAddress((long)i));
        _time.Step(TimeSpan.FromMinutes(2));
        Assert.True(_failures.TryCount(IPAddress.Parse("2001:db8::1")));
        Assert.Equal(1, _failures.Count);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Step(TimeSpan by) => _now += by.Ticks;

        public override long GetTimestamp() => _now;
    }
}
