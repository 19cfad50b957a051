using System.Text.Json;
using CsCheck;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Users;

public sealed class UserDecisionsTests
{
    private static readonly UserAddress Address = Named.Address("ada");
    private static readonly RegisterUser Register = new(Address, Named.Id<UserId>("ada"), "Ada@Example.org", "a slow hash", Named.Ada);
    private UserState _state = UserState.Nobody;

    [Fact]
    public void A_person_is_registered_once_and_asking_again_with_the_same_id_answers_the_same()
    {
        var first = Assert.IsType<UserKnown>(Carry(Register));
        Assert.Equal((Register.User, "Ada@Example.org", "a slow hash"), (first.User, first.Email, first.PasswordHash));
        var again = UserDecisions.Decide(_state, Register with { PasswordHash = "another hash" }, Named.Noon);
        Assert.Empty(again.Events);
        Assert.Equal("a slow hash", Assert.IsType<UserKnown>(again.Reply).PasswordHash);
    }

    [Fact]
    public void An_address_belongs_to_one_person()
    {
        Carry(Register);
        Refuses(RefusalKind.Conflict, Register with { User = Named.Id<UserId>("bob") });
    }

    [Fact]
    public void A_registration_is_taken_back_by_its_own_id_and_only_without_a_team()
    {
        var (back, bob) = (new TakeRegistrationBack(Address, Register.User, Named.Ada), Named.Id<UserId>("bob"));
        Assert.Empty(UserDecisions.Decide(_state, back, Named.Noon).Events);
        Carry(Register);
        Assert.Empty(UserDecisions.Decide(_state, back with { User = bob }, Named.Noon).Events);
        Carry(new NoteMembership(Address, Named.Id<TeamId>("team")));
        Refuses(RefusalKind.Conflict, back);
        Carry(new ForgetMembership(Address, Named.Id<TeamId>("team")));
        Assert.Equal(Done.Instance, Carry(back));
        Assert.Equal(UserState.Nobody, _state);
        Assert.Equal(bob, Assert.IsType<UserKnown>(Carry(Register with { User = bob })).User);
    }

    [Fact]
    public void Who_is_not_registered_is_not_found()
    {
        Refuses(RefusalKind.NotFound, new FindUser(Address));
        Refuses(RefusalKind.NotFound, new NoteMembership(Address, Named.Id<TeamId>("team")));
    }

    [Fact]
    public void Teams_are_noted_once_in_the_order_of_joining_up_to_the_limit()
    {
        Carry(Register);
        for (var i = 0; i < UserDecisions.MaxTeams; i++)
            Assert.Equal(Done.Instance, Carry(new NoteMembership(Address, Named.Id<TeamId>($"{i}"))));
        Assert.Empty(UserDecisions.Decide(_state, new NoteMembership(Address, Named.Id<TeamId>("7")), Named.Noon).Events);
        Refuses(RefusalKind.Conflict, new NoteMembership(Address, Named.Id<TeamId>("one more")));
        Assert.Equal(Enumerable.Range(0, UserDecisions.MaxTeams).Select(i => Named.Id<TeamId>($"{i}")),
            Assert.IsType<UserKnown>(Carry(new FindUser(Address))).Teams);
    }

    [Fact]
    public void A_team_that_was_left_is_forgotten_once_and_can_be_noted_again()
    {
        Carry(Register);
        Carry(new NoteMembership(Address, Named.Id<TeamId>("1")));
        Carry(new NoteMembership(Address, Named.Id<TeamId>("2")));
        Assert.Equal(Done.Instance, Carry(new ForgetMembership(Address, Named.Id<TeamId>("1"))));
        Assert.Empty(UserDecisions.Decide(_state, new ForgetMembership(Address, Named.Id<TeamId>("1")), Named.Noon).Events);
        Carry(new NoteMembership(Address, Named.Id<TeamId>("1")));
        Assert.Equal([Named.Id<TeamId>("2"), Named.Id<TeamId>("1")], Assert.IsType<UserKnown>(Carry(new FindUser(Address))).Teams);
    }

    [Fact]
    public void An_unknown_command_is_refused_and_an_unknown_event_crashes()
    {
        Carry(Register);
        Refuses(RefusalKind.Internal, new CommandOfTomorrow(Address));
        Assert.Throws<InvalidOperationException>(() => UserState.Apply(_state, new EventOfTomorrow(Named.Noon)));
    }

    [Fact]
    public void No_text_of_a_record_shows_an_address_or_a_password_hash()
    {
        var known = Carry(Register);
        var text = $"{Register} {known} {_state} {new UserRegistered(
            Register.User, Register.Email, Register.PasswordHash, Named.Noon, Named.Ada)}";
        Assert.DoesNotContain("Example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("slow", text, StringComparison.Ordinal);
    }

    private IEngineReply? Carry(IUserCommand command)
    {
        var decision = UserDecisions.Decide(_state, command, Named.Noon);
        _state = decision.Events.Aggregate(_state, UserState.Apply);
        return decision.Reply;
    }

    private void Refuses(RefusalKind kind, IUserCommand command)
    {
        var decision = UserDecisions.Decide(_state, command, Named.Noon);
        Assert.Empty(decision.Events);
        Assert.Equal(kind, Assert.IsType<Refused>(decision.Reply).Kind);
    }

    private sealed record CommandOfTomorrow(UserAddress Address) : IUserCommand;

    private sealed record EventOfTomorrow(DateTimeOffset At) : IEntityEvent;
}
