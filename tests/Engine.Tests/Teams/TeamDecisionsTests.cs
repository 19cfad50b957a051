using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Teams;

public sealed class TeamDecisionsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly UserId Ada = Named.Id<UserId>("ada"), Bob = Named.Id<UserId>("bob");
    private static readonly DateTimeOffset Now = Named.Noon, InADay = Named.Noon.AddHours(24);

    private static readonly IssueInvitation Issue = new(
        Team, Named.Id<InvitationId>("i"), Named.Hash("i"), TeamRole.Owner, InADay, Named.Ada);
    private static readonly InspectInvitation Inspect = new(Team, Issue.Invitation, Issue.Hash);
    private static readonly AcceptInvitation Accept = new(Team, Issue.Invitation, Issue.Hash, Ada, "ada@example.org", "Engines", Named.Ada);

    private TeamState _state = TeamState.Nobody;

    [Fact]
    public void A_founding_invitation_founds_the_team_and_makes_its_first_owner()
    {
        Assert.Equal(Done.Instance, Carry(Issue));
        Assert.Equal(new InvitationOpen(TeamRole.Owner, Founding: true), Carry(Inspect));
        Assert.Equal(new TeamJoined(Team, "Engines", TeamRole.Owner), Carry(Accept));
        Assert.Equal(new Authorized(Team, "Engines", TeamRole.Owner, KeyScopes.None, null), Carry(new AuthorizeUser(Team, Ada)));
    }

    [Fact]
    public void Whoever_founds_is_owner_even_if_the_invitation_names_a_smaller_role()
    {
        Carry(Issue with { Role = TeamRole.Viewer });
        Assert.Equal(new TeamJoined(Team, "Engines", TeamRole.Owner), Carry(Accept));
    }

    [Fact]
    public void A_second_invitation_joins_the_team_with_its_own_role_and_leaves_the_name()
    {
        Found();
        var second = Issue with { Invitation = Named.Id<InvitationId>("2"), Hash = Named.Hash("2"), Role = TeamRole.Viewer };
        Carry(second);
        Assert.Equal(new InvitationOpen(TeamRole.Viewer, Founding: false),
            Carry(new InspectInvitation(Team, second.Invitation, second.Hash)));
        Assert.Equal(new TeamJoined(Team, "Engines", TeamRole.Viewer),
            Carry(new AcceptInvitation(Team, second.Invitation, second.Hash, Bob, "bob@example.org", "Another name", Named.Ada)));
    }

    [Fact]
    public void Accepting_again_gives_the_same_person_the_same_answer_without_an_event()
    {
        Found();
        var again = TeamDecisions.Decide(_state, Accept, InADay.AddDays(1));
        Assert.Empty(again.Events);
        Assert.Equal(new TeamJoined(Team, "Engines", TeamRole.Owner), again.Reply);
    }

    [Fact]
    public void A_spent_invitation_is_spent_for_everybody_else()
    {
        Found();
        Refuses(RefusalKind.InvitationSpent, Accept with { User = Bob });
        Refuses(RefusalKind.InvitationSpent, Inspect);
    }

    [Fact]
    public void An_invitation_ends_at_its_last_moment()
    {
        Carry(Issue);
        Assert.IsType<InvitationOpen>(TeamDecisions.Decide(_state, Inspect, InADay.AddTicks(-1)).Reply);
        Refuses(RefusalKind.InvitationSpent, Inspect, InADay);
        Refuses(RefusalKind.InvitationSpent, Accept, InADay);
    }

    [Fact]
    public void An_unknown_invitation_and_a_wrong_hash_are_one_answer()
    {
        Carry(Issue);
        Refuses(RefusalKind.CredentialsRejected, Inspect with { Hash = Named.Hash("guess") });
        Refuses(RefusalKind.CredentialsRejected, Inspect with { Invitation = Named.Id<InvitationId>("guess") });
        Refuses(RefusalKind.CredentialsRejected, Accept with { Hash = Named.Hash("guess") });
    }

    [Fact]
    public void A_member_does_not_join_twice()
    {
        Found();
        var second = Issue with { Invitation = Named.Id<InvitationId>("2"), Hash = Named.Hash("2") };
        Carry(second);
        Refuses(RefusalKind.Conflict, new AcceptInvitation(Team, second.Invitation, second.Hash, Ada, "ada@example.org", null, Named.Ada));
    }

    [Fact]
    public void A_team_nobody_founded_answers_like_one_that_does_not_exist()
    {
        Carry(Issue);
        Refuses(RefusalKind.NotFound, new AuthorizeUser(Team, Ada));
        Refuses(RefusalKind.NotFound, Server("one"));
        Refuses(RefusalKind.NotFound, new FindServer(Team, Named.Id<ServerId>("one")));
        Refuses(RefusalKind.NotFound, new SetPlan(Team, 5, Named.Ada));
        Refuses(RefusalKind.NotFound, Key("k"));
        Refuses(RefusalKind.NotFound, new RevokeKey(Team, Named.Id<KeyId>("k"), Named.Ada));
        Refuses(RefusalKind.NotFound, new ListKeys(Team));
        Refuses(RefusalKind.NotFound, new RotateKey(Team, Named.Id<KeyId>("k"), Named.Hash("k"), 0, Named.Ada));
        Refuses(RefusalKind.NotFound, new RenameServer(Team, Named.Id<ServerId>("one"), "two", ByKey: false, Named.Ada));
        Refuses(RefusalKind.NotFound, new RemoveServer(Team, Named.Id<ServerId>("one"), Named.Ada));
        Refuses(RefusalKind.NotFound, new ShowTeam(Team));
        Refuses(RefusalKind.NotFound, new RenameTeam(Team, "Engines", Named.Ada));
        Refuses(RefusalKind.NotFound, new ListMembers(Team));
        Refuses(RefusalKind.NotFound, new ChangeRole(Team, Ada, TeamRole.Owner, Named.Ada));
        Refuses(RefusalKind.NotFound, new RemoveMember(Team, Ada, Named.Ada));
        Refuses(RefusalKind.NotFound, new ListInvitations(Team));
        Refuses(RefusalKind.NotFound, new WithdrawInvitation(Team, Issue.Invitation, Named.Ada));
        Refuses(RefusalKind.CredentialsRejected, new AuthorizeKey(Team, Named.Id<KeyId>("k"), Named.Hash("k")));
    }

    [Fact]
    public void Who_is_no_member_sees_no_team()
    {
        Found();
        Refuses(RefusalKind.NotFound, new AuthorizeUser(Team, Bob));
    }

    [Fact]
    public void The_free_plan_holds_three_servers_and_the_fourth_is_refused_until_the_plan_is_raised()
    {
        Found();
        foreach (var name in new[] { "one", "two", "three" })
            Assert.Equal(new ServerAdded(Named.Id<ServerId>(name), name, Now), Carry(Server(name)));
        Refuses(RefusalKind.PlanLimitReached, Server("four"));
        Carry(new SetPlan(Team, 4, Named.Ada));
        Assert.IsType<ServerAdded>(Carry(Server("four")));
        Refuses(RefusalKind.PlanLimitReached, Server("five"));
        Carry(new SetPlan(Team, null, Named.Ada));
        Assert.IsType<ServerAdded>(Carry(Server("five")));
    }

    [Fact]
    public void A_smaller_plan_takes_no_server_away()
    {
        Found();
        Carry(Server("one"));
        Carry(Server("two"));
        Carry(new SetPlan(Team, 1, Named.Ada));
        Assert.Equal(Done.Instance, Carry(new FindServer(Team, Named.Id<ServerId>("two"))));
        Refuses(RefusalKind.PlanLimitReached, Server("three"));
        Refuses(RefusalKind.InvalidContent, new SetPlan(Team, -1, Named.Ada));
    }

    [Fact]
    public void Adding_the_same_server_again_answers_the_same_without_an_event_also_when_the_plan_is_full()
    {
        Found();
        Carry(new SetPlan(Team, 1, Named.Ada));
        var first = Carry(Server("one"));
        var again = TeamDecisions.Decide(_state, Server("one"), Now.AddHours(1));
        Assert.Empty(again.Events);
        Assert.Equal(first, again.Reply);
        Refuses(RefusalKind.Conflict, Server("one") with { Name = "another" });
    }

    [Fact]
    public void People_may_repeat_a_name_and_a_script_may_not()
    {
        Found();
        Carry(Server("web"));
        Refuses(RefusalKind.Conflict, new AddServer(Team, Named.Id<ServerId>("by key"), "WEB", EnrolledByKey: true, Named.Ada));
        Assert.IsType<ServerAdded>(Carry(new AddServer(Team, Named.Id<ServerId>("by hand"), "web", EnrolledByKey: false, Named.Ada)));
    }

    [Fact]
    public void A_full_plan_is_told_before_a_taken_name()
    {
        Found();
        Carry(new SetPlan(Team, 1, Named.Ada));
        Carry(Server("web"));
        Refuses(RefusalKind.PlanLimitReached, new AddServer(Team, Named.Id<ServerId>("by key"), "web", EnrolledByKey: true, Named.Ada));
    }

    [Fact]
    public void Only_the_teams_own_servers_are_found()
    {
        Found();
        Carry(Server("one"));
        Assert.Equal(Done.Instance, Carry(new FindServer(Team, Named.Id<ServerId>("one"))));
        Refuses(RefusalKind.NotFound, new FindServer(Team, Named.Id<ServerId>("made up")));
    }

    [Fact]
    public void A_key_is_worth_its_scopes_until_it_is_revoked()
    {
        Found();
        Carry(Key("k"));
        var authorize = new AuthorizeKey(Team, Named.Id<KeyId>("k"), Named.Hash("k"));
        Assert.Equal(new Authorized(Team, "Engines", null, KeyScopes.Read | KeyScopes.ServersEnroll, "k"), Carry(authorize));
        Refuses(RefusalKind.CredentialsRejected, authorize with { Hash = Named.Hash("guess") });
        Refuses(RefusalKind.CredentialsRejected, authorize with { Key = Named.Id<KeyId>("guess") });
        Assert.Equal(Done.Instance, Carry(new RevokeKey(Team, authorize.Key, Named.Ada)));
        Refuses(RefusalKind.CredentialsRejected, authorize);
        Refuses(RefusalKind.NotFound, new RevokeKey(Team, authorize.Key, Named.Ada));
    }

    [Fact]
    public void A_rotated_key_keeps_its_id_and_the_earlier_text_lives_as_long_as_the_overlap()
    {
        Found();
        Carry(Key("k"));
        var (id, first) = (Named.Id<KeyId>("k"), new AuthorizeKey(Team, Named.Id<KeyId>("k"), Named.Hash("k")));
        var rotate = new RotateKey(Team, id, Named.Hash("second"), 60, Named.Ada);
        var rotated = TeamDecisions.Decide(_state, rotate, Now);
        Assert.Equal([new KeyRotated(id, "k", Named.Hash("second"), Now.AddSeconds(60), Now, Named.Ada)], rotated.Events);
        Assert.Equal(Done.Instance, Carry(rotate));
        Assert.Empty(TeamDecisions.Decide(_state, rotate, Now).Events);
        Assert.IsType<Authorized>(TeamDecisions.Decide(_state, first, Now.AddSeconds(59)).Reply);
        Refuses(RefusalKind.CredentialsRejected, first, Now.AddSeconds(60));
        Assert.IsType<Authorized>(TeamDecisions.Decide(_state, first with { Hash = Named.Hash("second") }, Now.AddDays(9)).Reply);
        // At most two: the oldest gives way, whatever it was promised.
        Carry(rotate with { Hash = Named.Hash("third"), OverlapSeconds = 30 });
        Refuses(RefusalKind.CredentialsRejected, first);
        Assert.IsType<Authorized>(Carry(first with { Hash = Named.Hash("second") }));
        Refuses(RefusalKind.NotFound, rotate with { Key = Named.Id<KeyId>("guess") });
        Refuses(RefusalKind.InvalidContent, rotate with { OverlapSeconds = -1 });
        Refuses(RefusalKind.InvalidContent, rotate with { OverlapSeconds = 604_801 });
        Carry(new RevokeKey(Team, id, Named.Ada));
        foreach (var text in new[] { "k", "second", "third" })
            Refuses(RefusalKind.CredentialsRejected, first with { Hash = Named.Hash(text) });
    }

    [Fact]
    public void An_expired_key_is_as_good_as_none_from_its_last_moment_on_and_is_not_rotated_back_to_life()
    {
        Found();
        Carry(Key("k") with { ExpiresAt = InADay });
        var authorize = new AuthorizeKey(Team, Named.Id<KeyId>("k"), Named.Hash("k"));
        Assert.IsType<Authorized>(TeamDecisions.Decide(_state, authorize, InADay.AddTicks(-1)).Reply);
        Refuses(RefusalKind.CredentialsRejected, authorize, InADay);
        var rotate = new RotateKey(Team, authorize.Key, Named.Hash("second"), 0, Named.Ada);
        Refuses(RefusalKind.Conflict, rotate, InADay);
        Carry(rotate);
        Refuses(RefusalKind.CredentialsRejected, authorize with { Hash = Named.Hash("second") }, InADay);
        Assert.Equal(InADay, Assert.IsType<TeamKeys>(Carry(new ListKeys(Team))).Items.Single().ExpiresAt);
    }

    [Fact]
    public void A_server_is_renamed_with_both_names_in_the_event_and_a_script_takes_no_name_that_is_taken()
    {
        Found();
        Carry(Server("web"));
        Carry(Server("mail"));
        var rename = new RenameServer(Team, Named.Id<ServerId>("web"), "MAIL", ByKey: true, Named.Ada);
        Refuses(RefusalKind.Conflict, rename);
        Refuses(RefusalKind.NotFound, rename with { Server = Named.Id<ServerId>("made up") });
        var renamed = TeamDecisions.Decide(_state, rename with { ByKey = false }, Now);
        Assert.Equal([new ServerRenamed(rename.Server, "web", "MAIL", Now, Named.Ada)], renamed.Events);
        Assert.Equal(Done.Instance, Carry(rename with { Name = "Web" }));
        Assert.Empty(TeamDecisions.Decide(_state, rename with { Name = "Web" }, Now).Events);
    }

    [Fact]
    public void A_deleted_server_is_as_good_as_never_known_and_leaves_its_place_in_the_plan()
    {
        Found();
        Carry(new SetPlan(Team, 1, Named.Ada));
        Carry(Server("web"));
        var remove = new RemoveServer(Team, Named.Id<ServerId>("web"), Named.Ada);
        Assert.Equal([new ServerRemoved(remove.Server, "web", Now, Named.Ada)], TeamDecisions.Decide(_state, remove, Now).Events);
        Assert.Equal(Done.Instance, Carry(remove));
        Refuses(RefusalKind.NotFound, remove);
        Refuses(RefusalKind.NotFound, new FindServer(Team, remove.Server));
        Refuses(RefusalKind.NotFound, new RenameServer(Team, remove.Server, "x", ByKey: false, Named.Ada));
        Assert.IsType<ServerAdded>(Carry(Server("mail")));
    }

    [Fact]
    public void Keys_are_listed_newest_first_and_without_their_hash()
    {
        Found();
        Carry(Key("old"));
        Carry(Key("new"), Now.AddMinutes(1));
        var keys = Assert.IsType<TeamKeys>(Carry(new ListKeys(Team)));
        Assert.Equal(["new", "old"], keys.Items.Select(key => key.Name));
    }

    [Fact]
    public void A_team_holds_a_hundred_keys()
    {
        Found();
        for (var i = 0; i < TeamDecisions.MaxKeys; i++) Assert.Equal(Done.Instance, Carry(Key($"k{i}")));
        Refuses(RefusalKind.Conflict, Key("one more"));
        Assert.Equal(Done.Instance, Carry(Key("k7")));
    }

    [Fact]
    public void Issuing_the_same_invitation_again_changes_nothing_and_another_under_its_id_is_refused()
    {
        Carry(Issue);
        Assert.Empty(TeamDecisions.Decide(_state, Issue, Now).Events);
        Refuses(RefusalKind.Conflict, Issue with { Hash = Named.Hash("another") });
    }

    [Fact]
    public void An_unknown_command_is_refused_and_an_unknown_event_crashes()
    {
        Found();
        Refuses(RefusalKind.Internal, new CommandOfTomorrow(Team));
        Assert.Throws<InvalidOperationException>(() => TeamState.Apply(_state, new EventOfTomorrow(Now)));
    }

    [Fact]
    public void No_text_of_a_record_shows_an_address() =>
        Assert.DoesNotContain(
            "example.org",
            $"{Accept} {new MemberJoined(Ada, "ada@example.org", TeamRole.Owner, Issue.Invitation, Now, Named.Ada)}",
            StringComparison.Ordinal);

    [Fact]
    public void A_team_shows_its_name_and_plan_and_is_renamed_with_both_names_in_the_event()
    {
        Found();
        Carry(Server("one"));
        Assert.Equal(new TeamShown(Team, "Engines", 3, 1), Carry(new ShowTeam(Team)));
        var renamed = TeamDecisions.Decide(_state, new RenameTeam(Team, "Motors", Named.Ada), Now);
        Assert.Equal([new TeamRenamed("Engines", "Motors", Now, Named.Ada)], renamed.Events);
        Assert.Equal(new TeamShown(Team, "Motors", 3, 1), renamed.Reply);
        Assert.Empty(TeamDecisions.Decide(_state, new RenameTeam(Team, "Engines", Named.Ada), Now).Events);
    }

    [Fact]
    public void A_plan_is_told_with_what_it_was()
    {
        Found();
        Assert.Equal(
            [new PlanSet(10, Now, Named.Ada, new PlanLimit(3)) { Name = "Engines" }],
            TeamDecisions.Decide(_state, new SetPlan(Team, 10, Named.Ada), Now).Events);
    }

    private static AddServer Server(string name) => new(Team, Named.Id<ServerId>(name), name, EnrolledByKey: false, Named.Ada);

    private static AddKey Key(string name) =>
        new(Team, Named.Id<KeyId>(name), name, KeyScopes.Read | KeyScopes.ServersEnroll, Named.Hash(name), Named.Ada);

    private void Found()
    {
        Carry(Issue);
        Carry(Accept);
    }

    private IEngineReply? Carry(ITeamCommand command, DateTimeOffset? at = null)
    {
        var decision = TeamDecisions.Decide(_state, command, at ?? Now);
        _state = decision.Events.Aggregate(_state, TeamState.Apply);
        return decision.Reply;
    }

    private void Refuses(RefusalKind kind, ITeamCommand command, DateTimeOffset? at = null)
    {
        var decision = TeamDecisions.Decide(_state, command, at ?? Now);
        Assert.Empty(decision.Events);
        Assert.Equal(kind, Assert.IsType<Refused>(decision.Reply).Kind);
    }

    private sealed record CommandOfTomorrow(TeamId Team) : ITeamCommand;

    private sealed record EventOfTomorrow(DateTimeOffset At) : IEntityEvent;
}
