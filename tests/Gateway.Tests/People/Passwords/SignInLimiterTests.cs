using System.Net;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.People.Passwords;

public sealed class SignInLimiterTests
{
    private static readonly UserAddress Ann = new("ann"), Bob = new("bob");
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1"), There = IPAddress.Parse("192.0.2.2");
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    [Fact]
    public void Ten_wrong_passwords_make_an_account_wait_there_and_nowhere_else()
    {
        var limiter = new SignInLimiter(_time);
        for (var i = 0; i < 10; i++) Assert.Null(limiter.Take(Ann, Here));

        Assert.Equal(30, limiter.Take(Ann, Here));
        Assert.Null(limiter.Take(Ann, There));
        Assert.Null(limiter.Take(Bob, Here));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, limiter.Take(Ann, Here));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(limiter.Take(Ann, Here));
        Assert.NotNull(limiter.Take(Ann, Here));
    }

    [Fact]
    public void Right_passwords_cost_nothing()
    {
        var limiter = new SignInLimiter(_time);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Null(limiter.Take(Ann, Here));
            limiter.Forgive(Ann, Here);
        }
    }

    [Fact]
    public void One_network_that_tries_many_accounts_waits()
    {
        var limiter = new SignInLimiter(_time);
        for (var i = 0; i < 60; i++) Assert.Null(limiter.Take(new UserAddress($"user {i}"), Here));

        Assert.NotNull(limiter.Take(new UserAddress("user 60"), Here));
        Assert.Null(limiter.Take(new UserAddress("user 60"), There));
    }

    [Fact]
    public void Many_networks_that_try_one_account_wait()
    {
        var limiter = new SignInLimiter(_time);
        for (var i = 0; i < 100; i++) Assert.Null(limiter.Take(Ann, new IPAddress([10, 0, 0, (byte)i])));

        Assert.NotNull(limiter.Take(Ann, There));
        Assert.Null(limiter.Take(Bob, There));
    }

    [Fact]
    public void All_of_a_64_is_one_network()
    {
        var limiter = new SignInLimiter(_time);
        for (var i = 0; i < 10; i++) Assert.Null(limiter.Take(Ann, IPAddress.Parse($"2001:db8:1:2::{i:x}")));

        Assert.NotNull(limiter.Take(Ann, IPAddress.Parse("2001:db8:1:2:ffff::1")));
        Assert.Null(limiter.Take(Ann, IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public void The_table_stays_bounded_and_forgets_the_least_guilty_first()
    {
        var allowance = new Allowance(10, TimeSpan.FromSeconds(30));
        var buckets = new FailureBuckets(100);
        for (var i = 0; i < 10; i++) buckets.Add("guilty", allowance, 0, 1);

        for (var i = 0; i < 10_000; i++) buckets.Add($"passer-by {i}", allowance, 0, 1);

        Assert.Equal(100, buckets.Count);
        Assert.True(buckets.SecondsUntilFree("guilty", allowance, 0) > 0);
    }
}
