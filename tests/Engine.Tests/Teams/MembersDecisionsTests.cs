using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Teams;

/// <summary>Who may do what to whose membership, cell by cell, and what no two of them can do together.</summary>
public sealed class MembersDecisionsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly DateTimeOffset Now = Named.Noon;
    private static readonly TeamRole[] Roles = [TeamRole.Viewer, TeamRole.Member, TeamRole.Admin, TeamRole.Owner];

    /// <summary>Rows: who does it; columns: whose role it is, in the order above.</summary>
    private static readonly Dictionary<TeamRole, string> Governs = new()
    {
        [TeamRole.Viewer] = "no  no  no  no",
        [TeamRole.Member] = "no  no  no  no",
        [TeamRole.Admin] = "yes yes yes no",
        [TeamRole.Owner] = "yes yes yes yes",
    };

    [Fact]
    public void To_invite_needs_the_cell_of_the_invited_role() => ForEach((by, role) =>
    {
        var invite = new IssueInvitation(
            Team, Named.Id<InvitationId>("new"), Named.Hash("new"), role, Now.AddHours(24), TeamWith.Author(by));
        return TeamDecisions.Decide(TeamWith.Everyone, invite, Now);
    });

    [Fact]
    public void To_remove_needs_the_cell_of_the_others_role() => ForEach((by, role) =>
        TeamDecisions.Decide(TeamWith.Everyone, new RemoveMember(Team, TeamWith.Other(role), TeamWith.Author(by)), Now));

    [Fact]
    public void To_withdraw_an_invitation_needs_the_cell_of_its_role() => ForEach((by, role) =>
    {
        var invitation = Named.Id<InvitationId>("open");
        var issued = new InvitationIssued(
            invitation, Named.Hash("open"), role, Now.AddHours(24), Now, TeamWith.Author(TeamRole.Owner));
        var state = TeamState.Apply(TeamWith.Everyone, issued);
        return TeamDecisions.Decide(state, new WithdrawInvitation(Team, invitation, TeamWith.Author(by)), Now);
    });

    [Fact]
    public void To_change_a_role_needs_the_cells_of_both_the_old_and_the_new_one()
    {
        foreach (var by in Roles)
            foreach (var from in Roles)
                foreach (var to in Roles)
                {
                    var decision = TeamDecisions.Decide(
                        TeamWith.Everyone, new ChangeRole(Team, TeamWith.Other(from), to, TeamWith.Author(by)), Now);
                    var allowed = Cell(by, from) && Cell(by, to);
                    Assert.True(allowed == decision.Reply is MemberShown, $"{by} makes a {from} a {to}");
                    if (allowed && from != to)
                    {
                        var changed = Assert.IsType<RoleChanged>(Assert.Single(decision.Events));
                        Assert.Equal((from, to, TeamWith.Author(by)), (changed.From, changed.To, changed.By));
                    }
                    else
                    {
                        Assert.Empty(decision.Events);
                    }
                }
    }

    [Fact]
    public void Everybody_may_leave()
    {
        foreach (var role in Roles)
        {
            var leave = new RemoveMember(Team, TeamWith.Doer(role), TeamWith.Author(role));
            var left = Assert.IsType<MemberLeft>(Assert.Single(TeamDecisions.Decide(TeamWith.Everyone, leave, Now).Events));
            Assert.Equal((role, TeamWith.Author(role)), (left.Role, left.By));
        }
    }

    [Fact]
    public void An_operator_and_a_key_end_no_membership_as_their_own()
    {
        var owner = TeamWith.Doer(TeamRole.Owner);
        Refuses(RefusalKind.NotPermitted, TeamWith.Everyone, new RemoveMember(
            Team, owner, new Author(AuthorKind.Key, owner.Value, "ci", null, null)));
    }

    [Fact]
    public void Who_is_no_member_deals_with_no_membership()
    {
        var stranger = Named.Ada;
        Refuses(RefusalKind.NotPermitted, TeamWith.Everyone, new ChangeRole(
            Team, TeamWith.Other(TeamRole.Viewer), TeamRole.Member, stranger));
        Refuses(RefusalKind.NotPermitted, TeamWith.Everyone, new RemoveMember(Team, TeamWith.Other(TeamRole.Viewer), stranger));
        Refuses(RefusalKind.NotFound, TeamWith.Everyone, new RemoveMember(
            Team, Named.Id<UserId>("nobody"), TeamWith.Author(TeamRole.Owner)));
        Refuses(RefusalKind.NotFound, TeamWith.Everyone, new ChangeRole(
            Team, Named.Id<UserId>("nobody"), TeamRole.Viewer, TeamWith.Author(TeamRole.Owner)));
    }

    [Fact]
    public void The_last_owner_neither_leaves_nor_steps_down_nor_is_unmade()
    {
        var two = TeamWith.Everyone;
        var (one, other) = (TeamWith.Doer(TeamRole.Owner), TeamWith.Other(TeamRole.Owner));
        // Two owners unmake each other at the same time: the entity carries one after the other.
        var first = TeamDecisions.Decide(two, new ChangeRole(Team, other, TeamRole.Admin, TeamWith.Author(TeamRole.Owner)), Now);
        var alone = first.Events.Aggregate(two, TeamState.Apply);
        Refuses(RefusalKind.NotPermitted, alone, new ChangeRole(
            Team, one, TeamRole.Admin, TeamWith.AuthorOf(other)));
        Refuses(RefusalKind.Conflict, alone, new ChangeRole(Team, one, TeamRole.Admin, TeamWith.AuthorOf(one)));
        Refuses(RefusalKind.Conflict, alone, new RemoveMember(Team, one, TeamWith.AuthorOf(one)));
        Refuses(RefusalKind.Conflict, alone, new RemoveMember(Team, one, Author.OfOperator("root")));
    }

    [Fact]
    public void A_removed_member_is_as_good_as_never_known()
    {
        var gone = TeamWith.Other(TeamRole.Member);
        var removed = TeamDecisions.Decide(TeamWith.Everyone, new RemoveMember(Team, gone, TeamWith.Author(TeamRole.Admin)), Now);
        var state = removed.Events.Aggregate(TeamWith.Everyone, TeamState.Apply);
        Refuses(RefusalKind.NotFound, state, new AuthorizeUser(Team, gone));
        var members = Assert.IsType<TeamMembers>(TeamDecisions.Decide(state, new ListMembers(Team), Now).Reply);
        Assert.Equal(7, members.Items.Count);
        Assert.DoesNotContain(members.Items, member => member.Id == gone);
    }

    [Fact]
    public void A_team_has_at_most_five_hundred_members()
    {
        var state = TeamWith.Everyone;
        for (var i = state.Members.Count; i < TeamDecisions.MaxMembers; i++) state = TeamWith.Joined(state, $"member {i}", TeamRole.Viewer);
        var invitation = new InvitationIssued(
            Named.Id<InvitationId>("more"), Named.Hash("more"), TeamRole.Viewer, Now.AddHours(1), Now, TeamWith.Author(TeamRole.Owner));
        Refuses(RefusalKind.Conflict, TeamState.Apply(state, invitation), new AcceptInvitation(
            Team, invitation.Invitation, invitation.Hash, Named.Id<UserId>("one more"), "more@example.org", null, Named.Ada));
    }

    [Fact]
    public void No_text_of_a_record_shows_an_address() => Assert.DoesNotContain("example.org",
        $"{new RoleChanged(TeamWith.Doer(TeamRole.Admin), "a@example.org", TeamRole.Admin, TeamRole.Member, Now, Named.Ada)} "
        + $"{new MemberLeft(TeamWith.Doer(TeamRole.Admin), "a@example.org", TeamRole.Admin, Now, Named.Ada)} "
        + $"{new TeamMember(TeamWith.Doer(TeamRole.Admin), "a@example.org", TeamRole.Admin, Now)}", StringComparison.Ordinal);

    private static void ForEach(Func<TeamRole, TeamRole, Decision> attempt)
    {
        foreach (var by in Roles)
            foreach (var role in Roles)
            {
                var decision = attempt(by, role);
                Assert.True(Cell(by, role) == (decision.Events.Count == 1), $"{by} on a {role}");
                if (!Cell(by, role)) Assert.Equal(RefusalKind.NotPermitted, Assert.IsType<Refused>(decision.Reply).Kind);
            }
    }

    private static bool Cell(TeamRole by, TeamRole role) =>
        Governs[by].Split(' ', StringSplitOptions.RemoveEmptyEntries)[Array.IndexOf(Roles, role)] == "yes";

    private static void Refuses(RefusalKind kind, TeamState state, ITeamCommand command)
    {
        var decision = TeamDecisions.Decide(state, command, Now);
        Assert.Empty(decision.Events);
        Assert.Equal(kind, Assert.IsType<Refused>(decision.Reply).Kind);
    }
}
