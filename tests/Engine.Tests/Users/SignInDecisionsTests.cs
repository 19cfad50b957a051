using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Users.PersonUnderTest;

namespace HostAtlas.Engine.Tests.Users;

public sealed class SignInDecisionsTests
{
    private static readonly ResetId First = Named.Id<ResetId>("first"), Second = Named.Id<ResetId>("second");
    private readonly PersonUnderTest _ada = new();

    [Fact]
    public void A_sign_in_is_noted_with_the_teams_concerned_and_makes_its_network_known()
    {
        var happened = Assert.IsType<SignedIn>(Assert.Single(_ada.Decide(SignIn()).Events));
        Assert.Equal([Team], happened.Account.Teams);
        Assert.Equal(("home", null, Named.Ada), (happened.Network, happened.Spent, happened.By));
        Assert.True(Known("home"));
        Assert.False(Known("elsewhere"));
        Assert.False(Known(null));
        _ada.Now += UserDecisions.NetworkKnownFor - TimeSpan.FromTicks(1);
        Assert.True(Known("home"));
        _ada.Now += TimeSpan.FromTicks(1);
        Assert.False(Known("home"));
    }

    [Fact]
    public void Of_many_networks_the_one_longest_unused_is_forgotten()
    {
        for (var i = 0; i < UserState.MostNetworks; i++) _ada.Carry(SignIn(network: $"{i}"));
        _ada.Carry(SignIn(network: "0"));
        _ada.Carry(SignIn(network: "one more"));

        Assert.Equal((true, false, true), (Known("0"), Known("1"), Known("one more")));
        Assert.Equal(UserState.MostNetworks, _ada.State.Networks.Count);
    }

    [Fact]
    public void A_password_that_was_replaced_while_it_was_verified_signs_nobody_in()
    {
        _ada.Carry(new ChangePassword(Address, Hash, "another", Named.Ada));
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, SignIn());
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, new ChangePassword(Address, Hash, "a third", Named.Ada));
        _ada.RefusesWithoutAnEvent(RefusalKind.Conflict, new RehashPassword(Address, Hash, "a fourth"));
    }

    [Fact]
    public void Every_change_of_credentials_ends_the_sessions_of_before_and_a_rehash_does_not()
    {
        Assert.IsType<SessionStands>(_ada.Carry(new JudgeSession(Address, Ada, 0)));
        Assert.Equal(Done.Instance, _ada.Carry(new RehashPassword(Address, Hash, "rehashed")));
        Assert.IsType<SessionStands>(_ada.Carry(new JudgeSession(Address, Ada, 0)));

        Ends(0, new ChangePassword(Address, "rehashed", Hash, Named.Ada));
        Issue(First);
        Ends(1, new ResetPassword(Address, First, Named.Hash("link"), Hash, null, Named.Ada));
        _ada.Carry(new BeginSecondFactor(Address, Secret, Named.Ada));
        Ends(2, new ConfirmSecondFactor(Address, _ada.CodeAt(0), Codes, Named.Ada));
        Ends(3, new RenewRecoveryCodes(Address, _ada.CodeAt(1), Codes, Named.Ada));
        Ends(4, new EndSecondFactor(Address, Texts[0], Named.Ada));
    }

    [Fact]
    public void A_session_of_somebody_else_or_of_nobody_does_not_stand()
    {
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, new JudgeSession(Address, Named.Id<UserId>("bob"), 0));
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, new JudgeSession(Address, Ada, 1));
        Assert.Equal(RefusalKind.CredentialsRejected, Assert.IsType<Refused>(
            UserDecisions.Decide(UserState.Nobody, new JudgeSession(Address, Ada, 0), Named.Noon).Reply).Kind);
    }

    [Fact]
    public void A_link_sets_a_password_once_within_an_hour()
    {
        Issue(First);
        var open = Assert.IsType<ResetOpen>(_ada.Carry(new InspectReset(Address, First, Named.Hash("link"))));
        Assert.Equal((Ada, "Ada@example.org", false), (open.User, open.Email, open.HasSecondFactor));
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, new InspectReset(Address, First, Named.Hash("another")));
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, new InspectReset(Address, Second, Named.Hash("link")));
        Assert.IsType<CredentialsChanged>(_ada.Carry(Reset(First)));
        Assert.Equal("new", _ada.State.PasswordHash);
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, Reset(First));

        Issue(Second);
        _ada.Now = _ada.Now.AddHours(1);
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, Reset(Second));
    }

    [Fact]
    public void A_newer_link_replaces_an_older_and_a_changed_password_every_one()
    {
        Issue(First);
        Issue(Second);
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, Reset(First));
        Assert.IsType<ResetOpen>(_ada.Carry(new InspectReset(Address, Second, Named.Hash("link"))));
        _ada.Carry(new ChangePassword(Address, Hash, "changed", Named.Ada));
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, Reset(Second));
    }

    [Fact]
    public void An_owner_makes_a_link_only_for_who_belongs_to_that_team_alone()
    {
        var byOwner = new IssueReset(Address, First, Named.Hash("link"), _ada.Now.AddHours(1), Team, Named.Ada);
        Assert.Equal(Done.Instance, _ada.Carry(byOwner));
        _ada.RefusesWithoutAnEvent(RefusalKind.NotPermitted, byOwner with { Reset = Second, OnlyOf = OtherTeam });
        _ada.Carry(new NoteMembership(Address, OtherTeam));
        _ada.RefusesWithoutAnEvent(RefusalKind.NotPermitted, byOwner with { Reset = Second });
        // The link of before is worth nothing either: it would open the other team to the owner of this one.
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, Reset(First));
        Assert.Equal(Done.Instance, _ada.Carry(byOwner with { Reset = Second, OnlyOf = null }));
    }

    [Fact]
    public void Who_is_not_registered_gets_the_answer_of_a_wrong_link()
    {
        var nobody = Assert.IsType<Refused>(UserDecisions.Decide(UserState.Nobody, Reset(First), Named.Noon).Reply);
        Assert.Equal(RefusalKind.CredentialsRejected, nobody.Kind);
    }

    [Fact]
    public void Ended_sessions_are_noted_and_none_are_not()
    {
        var session = Named.Id<SessionId>("one");
        var ended = Assert.IsType<SessionsEnded>(Assert.Single(_ada.Decide(new NoteSessionsEnded(Address, [session], Named.Ada)).Events));
        Assert.Equal([session], ended.Sessions);
        Assert.Empty(_ada.Decide(new NoteSessionsEnded(Address, [], Named.Ada)).Events);
    }

    private static ResetPassword Reset(ResetId reset) => new(Address, reset, Named.Hash("link"), "new", null, Named.Ada);

    private void Issue(ResetId reset) => Assert.Equal(Done.Instance,
        _ada.Carry(new IssueReset(Address, reset, Named.Hash("link"), _ada.Now.AddHours(1), null, Named.Ada)));

    private bool Known(string? network) =>
        Assert.IsType<UserKnown>(_ada.Carry(new FindUser(Address) { Network = network })).FromKnownNetwork;

    private void Ends(int epoch, IUserCommand change)
    {
        Assert.Equal(epoch + 1, Assert.IsType<CredentialsChanged>(_ada.Carry(change)).Epoch);
        _ada.RefusesWithoutAnEvent(RefusalKind.CredentialsRejected, new JudgeSession(Address, Ada, epoch));
        Assert.IsType<SessionStands>(_ada.Carry(new JudgeSession(Address, Ada, epoch + 1)));
    }
}
