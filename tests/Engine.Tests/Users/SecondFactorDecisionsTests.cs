using System.Text;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Users.PersonUnderTest;

namespace HostAtlas.Engine.Tests.Users;

public sealed class SecondFactorDecisionsTests
{
    [Theory] // RFC 6238, appendix B, SHA-1: the last six of eight digits
    [InlineData(1111111111, "050471")]
    [InlineData(1111111109, "081804")]
    [InlineData(1234567890, "005924")]
    [InlineData(20000000000, "353130")]
    public void The_codes_are_those_of_the_standard(long unixSeconds, string code)
    {
        var (secret, at) = (Encoding.ASCII.GetBytes("12345678901234567890"), DateTimeOffset.FromUnixTimeSeconds(unixSeconds));
        Assert.Equal(unixSeconds / 30, OneTimeCodes.StepOf(secret, code, at));
        Assert.Equal(unixSeconds / 30, OneTimeCodes.StepOf(secret, $"{code[..3]} {code[3..]}", at.AddSeconds(30)));
        Assert.Equal(unixSeconds / 30, OneTimeCodes.StepOf(secret, code, at.AddSeconds(-30)));
        Assert.Null(OneTimeCodes.StepOf(secret, code, at.AddSeconds(60)));
        Assert.Null(OneTimeCodes.StepOf(secret, code, at.AddSeconds(-60)));
    }

    [Fact]
    public void It_counts_for_nothing_until_a_code_confirms_it()
    {
        var ada = new PersonUnderTest();
        ada.RefusesWithoutAnEvent(RefusalKind.Conflict, new ConfirmSecondFactor(Address, "123456", Codes, Named.Ada));
        ada.Carry(new BeginSecondFactor(Address, Named.Bytes("given up")[..20], Named.Ada));
        ada.Carry(new BeginSecondFactor(Address, Secret, Named.Ada));
        Assert.IsType<SignInAccepted>(ada.Carry(SignIn()));
        ada.Refuses(RefusalKind.SecondFactorRequired, new ConfirmSecondFactor(Address, "not it", Codes, Named.Ada));
        Assert.IsType<CredentialsChanged>(ada.Carry(new ConfirmSecondFactor(Address, ada.CodeAt(0), Codes, Named.Ada)));

        ada.RefusesWithoutAnEvent(RefusalKind.SecondFactorRequired, SignIn());
        ada.RefusesWithoutAnEvent(RefusalKind.Conflict, new BeginSecondFactor(Address, Secret, Named.Ada));
        Assert.Equal(new SecondFactorShown(true, 10), ada.Carry(new ShowSecondFactor(Address)));
    }

    [Fact]
    public void A_code_counts_once_and_so_does_none_before_it()
    {
        var ada = new PersonUnderTest().WithSecondFactor();
        var happened = Assert.IsType<SignedIn>(Assert.Single(ada.Decide(SignIn(ada.CodeAt(0))).Events));
        Assert.Equal(ada.Now.ToUnixTimeSeconds() / 30, happened.Spent?.Step);

        ada.Refuses(RefusalKind.SecondFactorRequired, SignIn(ada.CodeAt(0)));
        ada.Refuses(RefusalKind.SecondFactorRequired, SignIn(ada.CodeAt(-1)));
        Assert.IsType<SignInAccepted>(ada.Carry(SignIn(ada.CodeAt(1))));
    }

    [Fact]
    public void The_code_that_confirmed_it_does_not_sign_in()
    {
        var ada = new PersonUnderTest();
        ada.Carry(new BeginSecondFactor(Address, Secret, Named.Ada));
        ada.Carry(new ConfirmSecondFactor(Address, ada.CodeAt(0), Codes, Named.Ada));
        ada.Refuses(RefusalKind.SecondFactorRequired, SignIn(ada.CodeAt(0)));
    }

    [Fact]
    public void A_recovery_code_counts_once_however_it_is_typed()
    {
        var ada = new PersonUnderTest().WithSecondFactor();
        Assert.IsType<SignInAccepted>(ada.Carry(SignIn(Texts[3].ToLowerInvariant().Replace('-', ' '))));
        Assert.Equal(new SecondFactorShown(true, 9), ada.Carry(new ShowSecondFactor(Address)));
        ada.Refuses(RefusalKind.SecondFactorRequired, SignIn(Texts[3]));
        Assert.Matches("^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$", Texts[0]);
    }

    [Fact]
    public void New_recovery_codes_take_the_place_of_the_old()
    {
        var ada = new PersonUnderTest().WithSecondFactor();
        Assert.IsType<CredentialsChanged>(ada.Carry(
            new RenewRecoveryCodes(Address, Texts[0], [OneTimeCodes.HashOf("AAAA-BBBB-CCCC-DDDD")], Named.Ada)));
        ada.Refuses(RefusalKind.SecondFactorRequired, SignIn(Texts[1]));
        Assert.IsType<SignInAccepted>(ada.Carry(SignIn("AAAA-BBBB-CCCC-DDDD")));
    }

    [Fact]
    public void Five_wrong_codes_make_wait_ten_minutes_each_and_a_missing_one_is_none()
    {
        var ada = new PersonUnderTest().WithSecondFactor();
        for (var i = 0; i < 5; i++)
        {
            ada.RefusesWithoutAnEvent(RefusalKind.SecondFactorRequired, SignIn());
            var wrong = Assert.IsType<WrongCodeGiven>(Assert.Single(ada.Decide(SignIn("000000")).Events));
            Assert.Equal([Team], wrong.Account.Teams);
            Assert.Equal(Named.Ada, wrong.By);
        }
        ada.RefusesWithoutAnEvent(RefusalKind.RateLimited, SignIn(ada.CodeAt(0)));
        Assert.Equal(600, Assert.IsType<Refused>(ada.Carry(SignIn("000000"))).RetryAfterSeconds);
        ada.RefusesWithoutAnEvent(RefusalKind.RateLimited, new EndSecondFactor(Address, ada.CodeAt(0), Named.Ada));
        ada.Now = ada.Now.AddMinutes(10);
        Assert.IsType<SignInAccepted>(ada.Carry(SignIn(ada.CodeAt(0))));
        ada.Refuses(RefusalKind.SecondFactorRequired, SignIn("000000"));
    }

    [Fact]
    public void A_link_keeps_the_second_factor_and_needs_its_code()
    {
        var ada = new PersonUnderTest().WithSecondFactor();
        var reset = Named.Id<ResetId>("reset");
        ada.Carry(new IssueReset(Address, reset, Named.Hash("link"), ada.Now.AddHours(1), null, Named.Ada));
        var set = new ResetPassword(Address, reset, Named.Hash("link"), "new", null, Named.Ada);

        ada.RefusesWithoutAnEvent(RefusalKind.SecondFactorRequired, set);
        Assert.IsType<CredentialsChanged>(ada.Carry(set with { Code = ada.CodeAt(0) }));
        ada.RefusesWithoutAnEvent(RefusalKind.SecondFactorRequired, SignIn() with { PasswordHash = "new" });
    }

    [Fact]
    public void Ended_it_is_forgotten()
    {
        var ada = new PersonUnderTest().WithSecondFactor();
        ada.RefusesWithoutAnEvent(RefusalKind.SecondFactorRequired, new EndSecondFactor(Address, null, Named.Ada));
        Assert.IsType<CredentialsChanged>(ada.Carry(new EndSecondFactor(Address, ada.CodeAt(0), Named.Ada)));
        Assert.Null(ada.State.SecondFactor);
        Assert.IsType<SignInAccepted>(ada.Carry(SignIn()));
        ada.RefusesWithoutAnEvent(RefusalKind.Conflict, new EndSecondFactor(Address, ada.CodeAt(1), Named.Ada));
    }
}
