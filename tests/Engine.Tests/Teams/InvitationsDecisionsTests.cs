using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Teams;

public sealed class InvitationsDecisionsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly DateTimeOffset Now = Named.Noon, InADay = Named.Noon.AddHours(24);
    private static readonly UserId Bob = Named.Id<UserId>("bob");

    private static readonly IssueInvitation Issue = new(
        Team, Named.Id<InvitationId>("i"), Named.Hash("i"), TeamRole.Member, InADay, TeamWith.Author(TeamRole.Admin));
    private static readonly InspectInvitation Inspect = new(Team, Issue.Invitation, Issue.Hash);
    private static readonly AcceptInvitation Accept = new(
        Team, Issue.Invitation, Issue.Hash, Bob, "Bob@Example.org", null, TeamWith.AuthorOf(Bob));

    private TeamState _state = TeamWith.Everyone;

    [Fact]
    public void A_bound_invitation_lets_in_its_address_however_it_is_spelt_and_no_other()
    {
        Carry(Issue with { Email = "bob@example.org" });
        Refuses(RefusalKind.NotPermitted, Inspect with { Email = "eve@example.org" });
        Refuses(RefusalKind.NotPermitted, Accept with { Email = "eve@example.org" });
        Assert.IsType<InvitationOpen>(Carry(Inspect));
        Assert.IsType<InvitationOpen>(Carry(Inspect with { Email = " BOB@example.org " }));
        Assert.Equal(new TeamJoined(Team, "Engines", TeamRole.Member), Carry(Accept));
    }

    [Fact]
    public void Who_is_a_member_already_is_not_invited_by_address()
    {
        Refuses(RefusalKind.Conflict, Issue with { Email = " Other.Viewer@example.org" });
    }

    [Fact]
    public void An_open_invitation_is_listed_with_its_maker_until_it_is_used_withdrawn_or_too_old()
    {
        Carry(Issue with { Email = "bob@example.org" });
        var second = Issue with { Invitation = Named.Id<InvitationId>("2"), Hash = Named.Hash("2") };
        Carry(second, Now.AddMinutes(1));
        Assert.Equal(
            [
                new TeamInvitation(second.Invitation, TeamRole.Member, null, Now.AddMinutes(1), InADay, second.By),
                new TeamInvitation(Issue.Invitation, TeamRole.Member, "bob@example.org", Now, InADay, Issue.By),
            ], Listed());
        Carry(Accept);
        Assert.Equal([second.Invitation], Listed().Select(one => one.Id));
        Assert.Equal(Done.Instance, Carry(new WithdrawInvitation(Team, second.Invitation, second.By)));
        Assert.Empty(Listed());
        Refuses(RefusalKind.InvitationSpent, new InspectInvitation(Team, second.Invitation, second.Hash));
        Refuses(RefusalKind.NotFound, new WithdrawInvitation(Team, second.Invitation, second.By));
        Refuses(RefusalKind.NotFound, new WithdrawInvitation(Team, Issue.Invitation, second.By));
        Carry(Issue with { Invitation = Named.Id<InvitationId>("3") });
        Assert.Empty(Listed(InADay));
    }

    [Fact]
    public void An_invitation_is_worth_what_its_maker_may_still_grant()
    {
        Carry(Issue with { Role = TeamRole.Admin });
        var admin = TeamWith.Doer(TeamRole.Admin);
        var owner = TeamWith.Author(TeamRole.Owner);
        Carry(new ChangeRole(Team, admin, TeamRole.Member, owner));
        Refuses(RefusalKind.InvitationSpent, Inspect);
        Assert.Empty(Listed());
        // For good: with the old role back it does not live again.
        Carry(new ChangeRole(Team, admin, TeamRole.Admin, owner));
        Refuses(RefusalKind.InvitationSpent, Inspect);
        // Or who was shown the door would come back by an invitation kept for that day.
        Carry(new RemoveMember(Team, admin, owner));
        Refuses(RefusalKind.InvitationSpent, Accept with { User = admin, Email = "doer.Admin@example.org" });
    }

    [Fact]
    public void Who_left_cannot_use_the_same_invitation_again()
    {
        Carry(Issue);
        Carry(Accept);
        Carry(new RemoveMember(Team, Bob, TeamWith.AuthorOf(Bob)));
        Refuses(RefusalKind.InvitationSpent, Accept);
    }

    [Fact]
    public void A_hundred_invitations_may_be_open()
    {
        for (var i = 0; i < TeamDecisions.MaxOpenInvitations; i++)
        {
            Assert.Equal(Done.Instance, Carry(Issue with { Invitation = Named.Id<InvitationId>($"{i}"), Hash = Named.Hash($"{i}") }));
        }
        Refuses(RefusalKind.Conflict, Issue);
        Carry(new WithdrawInvitation(Team, Named.Id<InvitationId>("7"), Issue.By));
        Assert.Equal(Done.Instance, Carry(Issue));
    }

    [Fact]
    public void What_ended_is_forgotten_after_thirty_days()
    {
        Carry(Issue);
        Carry(Accept);
        Carry(Issue with { Invitation = Named.Id<InvitationId>("2"), ExpiresAt = InADay.AddDays(31) }, InADay.AddDays(30));
        Refuses(RefusalKind.InvitationSpent, Inspect);
        Carry(Issue with { Invitation = Named.Id<InvitationId>("3"), ExpiresAt = InADay.AddDays(32) }, InADay.AddDays(30).AddTicks(1));
        Refuses(RefusalKind.CredentialsRejected, Inspect);
        Assert.Equal(TeamRole.Member, _state.Members[Bob].Role);
    }

    [Fact]
    public void No_text_of_a_record_shows_an_address()
    {
        var bound = Issue with { Email = "bob@example.org" };
        var events = TeamDecisions.Decide(_state, bound, Now).Events;
        var withdrawn = new InvitationWithdrawn(Issue.Invitation, TeamRole.Member, "bob@example.org", Now, Named.Ada);
        Carry(bound);
        Assert.DoesNotContain("example.org", $"{bound} {Inspect with { Email = "bob@example.org" }} {events[0]} {withdrawn} {Listed()[0]}",
            StringComparison.Ordinal);
    }

    private IReadOnlyList<TeamInvitation> Listed(DateTimeOffset? at = null) =>
        Assert.IsType<TeamInvitations>(TeamDecisions.Decide(_state, new ListInvitations(Team), at ?? Now).Reply).Items;

    private IEngineReply? Carry(ITeamCommand command, DateTimeOffset? at = null)
    {
        var decision = TeamDecisions.Decide(_state, command, at ?? Now);
        _state = decision.Events.Aggregate(_state, TeamState.Apply);
        return decision.Reply;
    }

    private void Refuses(RefusalKind kind, ITeamCommand command)
    {
        var decision = TeamDecisions.Decide(_state, command, Now);
        Assert.Empty(decision.Events);
        Assert.Equal(kind, Assert.IsType<Refused>(decision.Reply).Kind);
    }
}
