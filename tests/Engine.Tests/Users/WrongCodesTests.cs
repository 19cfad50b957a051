using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Users.PersonUnderTest;

namespace HostAtlas.Engine.Tests.Users;

/// <summary>Whom wrong codes make wait: who knows the same secret as whoever gave them, and nobody else for long.</summary>
public sealed class WrongCodesTests
{
    private const string Another = "another slow hash";
    private static readonly ResetId Link = Named.Id<ResetId>("link"), NewLink = Named.Id<ResetId>("new link");
    private readonly PersonUnderTest _ada = new PersonUnderTest().WithSecondFactor();

    public static TheoryData<string, string, bool> Ways => new()
    {
        // After five wrong codes with the password: who comes how, with which code, and is taken.
        { "sign in", "app", false },
        { "sign in", "recovery", true },
        { "end", "app", false },
        { "end", "recovery", true },
        { "renew", "recovery", true },
        { "link", "app", true },
        { "link", "recovery", true },
        { "sign in with a changed password", "app", true },
        { "sign in with a reset password", "app", true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Who_knows_the_password_keeps_nobody_out_who_holds_more(string way, string kind, bool isTaken)
    {
        Issue(Link);
        GiveWrong(5, SignIn("000000", network: "stranger"));
        switch (way)
        {
            case "sign in with a changed password":
                Assert.IsType<CredentialsChanged>(_ada.Carry(new ChangePassword(Address, Hash, Another, Named.Ada)));
                break;
            case "sign in with a reset password":
                Assert.IsType<CredentialsChanged>(_ada.Carry(Set(Link, Texts[1])));
                break;
        }
        var code = kind == "app" ? _ada.CodeAt(0) : Texts[0];
        IUserCommand command = way switch
        {
            "sign in" => SignIn(code),
            "end" => new EndSecondFactor(Address, code, Named.Ada),
            "renew" => new RenewRecoveryCodes(Address, code, Codes, Named.Ada),
            "link" => Set(Link, code),
            _ => SignIn(code) with { PasswordHash = Another },
        };
        if (isTaken) Assert.IsNotType<Refused>(_ada.Carry(command));
        else _ada.RefusesWithoutAnEvent(RefusalKind.RateLimited, command);
    }

    [Fact]
    public void A_link_has_five_of_its_own_and_spends_none_of_the_password()
    {
        Issue(Link);
        GiveWrong(5, Set(Link, "000000"));
        _ada.RefusesWithoutAnEvent(RefusalKind.RateLimited, Set(Link, _ada.CodeAt(0)));
        Assert.IsType<SignInAccepted>(_ada.Carry(SignIn(_ada.CodeAt(0))));
    }

    [Fact]
    public void Beyond_the_limit_a_wrong_recovery_code_is_not_even_noted()
    {
        GiveWrong(5, SignIn("AAAA-BBBB-CCCC-DDDD"));
        _ada.RefusesWithoutAnEvent(RefusalKind.RateLimited, SignIn("AAAA-BBBB-CCCC-DDDD"));
        Assert.IsType<SignInAccepted>(_ada.Carry(SignIn(Texts[0])));
        Assert.IsType<SignInAccepted>(_ada.Carry(SignIn(_ada.CodeAt(0))));
    }

    [Fact]
    public void Changing_the_password_again_and_again_gives_fifty_in_all_and_then_one_every_ten_minutes()
    {
        for (var round = 0; round < 10; round++)
        {
            GiveWrong(5, SignIn("000000"));
            _ada.Carry(new ChangePassword(Address, Hash, Another, Named.Ada));
            _ada.Carry(new ChangePassword(Address, Another, Hash, Named.Ada));
        }
        WaitsTenMinutesThenTakes(SignIn("000000"), SignIn(_ada.CodeAt(20)));
    }

    [Fact]
    public void Link_after_link_gives_fifty_in_all_and_then_one_every_ten_minutes()
    {
        for (var round = 0; round < 10; round++)
        {
            Issue(round % 2 == 0 ? Link : NewLink);
            GiveWrong(5, Set(round % 2 == 0 ? Link : NewLink, "000000"));
        }
        Issue(Link);
        WaitsTenMinutesThenTakes(Set(Link, "000000"), Set(Link, _ada.CodeAt(20)));
    }

    private void WaitsTenMinutesThenTakes(IUserCommand wrong, IUserCommand right)
    {
        Assert.Equal(600, Assert.IsType<Refused>(_ada.Carry(wrong)).RetryAfterSeconds);
        _ada.RefusesWithoutAnEvent(RefusalKind.RateLimited, right);
        _ada.Now = _ada.Now.AddMinutes(10);
        Assert.IsNotType<Refused>(_ada.Carry(right));
    }

    private void GiveWrong(int times, IUserCommand command)
    {
        for (var i = 0; i < times; i++) Assert.IsType<WrongCodeGiven>(Assert.Single(_ada.Decide(command).Events));
    }

    private void Issue(ResetId link) => Assert.Equal(Done.Instance, _ada.Carry(
        new IssueReset(Address, link, Named.Hash("link"), _ada.Now.AddHours(1), null, Named.Ada)));

    private static ResetPassword Set(ResetId link, string code) => new(Address, link, Named.Hash("link"), Another, code, Named.Ada);
}
