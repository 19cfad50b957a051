using HostAtlas.Gateway.People.Rights;

namespace HostAtlas.Gateway.Tests.People.Rights;

public sealed class FreshnessTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, true)]
    [InlineData(599, true)]
    [InlineData(600, false)]
    [InlineData(86_400, false)]
    [InlineData(-30, true)]
    [InlineData(-600, false)]
    public void A_sign_in_is_fresh_for_less_than_ten_minutes(int secondsAgo, bool fresh) =>
        Assert.Equal(fresh, Freshness.Holds(Now.AddSeconds(-secondsAgo), Now));

    [Fact]
    public void Who_never_signed_in_is_not_fresh() => Assert.False(Freshness.Holds(null, Now));
}
