using System.Net;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.People.Passwords;

public sealed class SignInLimiterTests
{
    private static readonly UserAddress Ann = new("ann"), Bob = new("bob");
    private static readonly SourceNetwork Here = Network("192.0.2.1"), There = Network("192.0.2.2");
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly SignInLimiter _limiter;

    public SignInLimiterTests() => _limiter = new SignInLimiter(_time);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ten_wrong_passwords_make_an_account_wait_there_and_nowhere_else(bool known)
    {
        for (var i = 0; i < 10; i++) Assert.Null(Wait(Ann, Here, known));

        Assert.Equal(30, Wait(Ann, Here, known));
        Assert.Null(Wait(Ann, There, known));
        Assert.Null(Wait(Bob, Here, known));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, Wait(Ann, Here, known));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Wait(Ann, Here, known));
        Assert.NotNull(Wait(Ann, Here, known));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Right_passwords_cost_nothing(bool known)
    {
        for (var i = 0; i < 1000; i++)
        {
            var (attempt, _) = _limiter.Take(Ann, Here, known);
            Assert.Equal(known ? SignInTrust.Known : SignInTrust.Fresh, attempt!.Trust);
            _limiter.Forgive(attempt);
        }
    }

    [Fact]
    public void One_network_that_tries_many_accounts_waits()
    {
        for (var i = 0; i < 60; i++) Assert.Null(Wait(new UserAddress($"user {i}"), Here));

        Assert.NotNull(_limiter.OfNetwork(Here));
        Assert.NotNull(Wait(new UserAddress("user 60"), Here));
        Assert.Null(_limiter.OfNetwork(There));
        Assert.Null(Wait(new UserAddress("user 60"), There));
    }

    [Fact]
    public void Many_networks_that_try_one_account_wait_and_its_person_does_not()
    {
        for (var i = 0; i < 100; i++) Assert.Null(Wait(Ann, Network($"10.0.0.{i}")));

        Assert.NotNull(Wait(Ann, There));
        Assert.Null(Wait(Ann, Here, known: true));
        Assert.Null(Wait(Bob, Network("192.0.2.3")));
    }

    [Fact]
    public void While_a_few_hundred_networks_guess_a_person_in_a_new_place_gets_in()
    {
        for (var second = 0; second < 60; second++)
        {
            for (var i = 0; i < 200; i++) _limiter.Take(Ann, Network($"10.0.{i % 2}.{i}"), isKnown: false);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var (attempt, _) = _limiter.Take(Ann, There, isKnown: false);
        Assert.Equal(SignInTrust.Fresh, attempt?.Trust);
    }

    [Fact]
    public void A_network_that_failed_is_trusted_again_after_a_minute_and_not_before()
    {
        Wait(Ann, Here);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(SignInTrust.Failing, Forgiven(Bob, Here));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SignInTrust.Fresh, Forgiven(Bob, Here));
    }

    [Fact]
    public void A_pair_that_was_known_once_is_presumed_so_before_anybody_is_asked()
    {
        Assert.Equal(SignInTrust.Fresh, _limiter.Presume(Ann, Here));
        _limiter.Take(Ann, Here, isKnown: true);
        Assert.Equal((SignInTrust.Known, SignInTrust.Failing), (_limiter.Presume(Ann, Here), _limiter.Presume(Bob, Here)));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(SignInTrust.Fresh, _limiter.Presume(Ann, Here));
    }

    [Fact]
    public void An_attempt_that_was_never_judged_counts_nowhere_but_its_network_is_fresh_no_more()
    {
        for (var i = 0; i < 100; i++)
        {
            var (attempt, _) = _limiter.Take(Ann, Here, isKnown: false);
            _limiter.Forgive(attempt!, wasRight: false);
        }
        Assert.Equal(SignInTrust.Failing, _limiter.Presume(Ann, Here));
        Assert.Null(Wait(Ann, Here));
    }

    [Fact]
    public void Strangers_that_fail_are_few_at_a_time_and_leave_the_door_to_others()
    {
        var door = new SignInDoor();
        for (var i = 0; i < 16; i++) Assert.True(door.TryEnter(SignInTrust.Failing));
        Assert.False(door.TryEnter(SignInTrust.Failing));
        Assert.True(door.TryEnter(SignInTrust.Fresh));
        Assert.True(door.TryEnter(SignInTrust.Known));
        door.Leave(SignInTrust.Failing);
        Assert.True(door.TryEnter(SignInTrust.Failing));
    }

    [Fact]
    public void All_of_a_64_is_one_network()
    {
        for (var i = 0; i < 10; i++) Assert.Null(Wait(Ann, Network($"2001:db8:1:2::{i:x}")));

        Assert.NotNull(Wait(Ann, Network("2001:db8:1:2:ffff::1")));
        Assert.Null(Wait(Ann, Network("2001:db8:1:3::1")));
    }

    [Fact]
    public void The_table_stays_bounded_and_forgets_the_least_guilty_first()
    {
        var allowance = new Allowance(10, TimeSpan.FromSeconds(30));
        var buckets = new FailureBuckets(100);
        for (var i = 0; i < 10; i++) buckets.Add("guilty", allowance, 0, 1);

        for (var i = 0; i < 10_000; i++) buckets.Add($"passer-by {i}", allowance, 0, 1);

        Assert.InRange(buckets.Count, 90, 100);
        Assert.True(buckets.SecondsUntilFree("guilty", allowance, 0) > 0);
    }

    private int? Wait(UserAddress account, SourceNetwork network, bool known = false) =>
        _limiter.Take(account, network, known) is { Attempt: null, WaitSeconds: var seconds } ? seconds : null;

    private SignInTrust? Forgiven(UserAddress account, SourceNetwork network)
    {
        var (attempt, _) = _limiter.Take(account, network, isKnown: false);
        _limiter.Forgive(attempt!);
        return attempt!.Trust;
    }

    private static SourceNetwork Network(string address) => SourceNetwork.Of(IPAddress.Parse(address));
}
