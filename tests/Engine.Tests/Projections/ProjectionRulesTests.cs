using CsCheck;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Projections;

public sealed class ProjectionRulesTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("red");
    private static readonly ServerKey Server = new(Team, Named.Id<ServerId>("web"));
    private static readonly long NoonMs = Named.Noon.ToUnixTimeMilliseconds();

    [Fact]
    public void A_founded_team_has_a_row_with_the_free_plan()
    {
        var rows = new ProjectedRows();
        Assert.Equal(Telling.Told, OfTeam(rows, 1, Invited));
        Assert.Null(rows.Find(Team));
        Assert.Equal(Telling.Told, OfTeam(rows, 2, new TeamFounded("Red", Named.Noon, Named.Ada)));
        Assert.Equal(new ProjectedTeam(Team, "Red", NoonMs, Limits.FreePlanServers, 2), rows.Find(Team));
    }

    [Fact]
    public void A_plan_is_told_and_what_no_column_tells_of_moves_the_number_on()
    {
        var rows = Founded();
        OfTeam(rows, 3, new PlanSet(null, Named.Noon, Named.Ada));
        OfTeam(rows, 4, new KeyRevoked(Named.Id<KeyId>("k"), "k", Named.Noon, Named.Ada));
        Assert.Equal(new ProjectedTeam(Team, "Red", NoonMs, null, 4), rows.Find(Team));
        OfTeam(rows, 5, new TeamRenamed("Red", "Scarlet", Named.Noon, Named.Ada));
        Assert.Equal(new ProjectedTeam(Team, "Scarlet", NoonMs, null, 5), rows.Find(Team));
    }

    [Fact]
    public void A_server_joins_by_its_team_and_moves_by_itself()
    {
        var rows = Founded();
        OfTeam(rows, 3, new ServerJoined(Server.Server, "web", Named.Noon, Named.Ada));
        Assert.Equal(new ProjectedServer(Server, "web", NoonMs, null, null, 0), rows.Find(Server));
        OfServer(rows, 1, new TokenIssued(Named.Hash("t"), Named.Noon, Named.Noon, Named.Ada));
        OfServer(rows, 2, new ServerReported(Named.Noon.AddSeconds(1)));
        OfServer(rows, 3, new ServerSilent(Named.Noon, Named.Noon.AddSeconds(2)));
        Assert.Equal(new ProjectedServer(Server, "web", NoonMs, NoonMs + 1000, NoonMs + 2000, 3), rows.Find(Server));
        OfServer(rows, 4, new ServerReturned(Named.Noon.AddSeconds(3)));
        Assert.Equal(new ProjectedServer(Server, "web", NoonMs, NoonMs + 1000, null, 4), rows.Find(Server));
    }

    [Fact]
    public void A_server_is_renamed_and_deleted_by_its_team_and_what_its_door_writes_afterwards_makes_no_row()
    {
        var rows = Founded();
        OfTeam(rows, 3, new ServerJoined(Server.Server, "web", Named.Noon, Named.Ada));
        OfServer(rows, 1, new TokenIssued(Named.Hash("t"), Named.Noon, Named.Noon, Named.Ada));
        OfTeam(rows, 4, new ServerRenamed(Server.Server, "web", "mail", Named.Noon, Named.Ada));
        Assert.Equal(new ProjectedServer(Server, "mail", NoonMs, null, null, 1), rows.Find(Server));
        OfTeam(rows, 5, new ServerRemoved(Server.Server, "mail", Named.Noon, Named.Ada));
        Assert.Null(rows.Find(Server));
        Assert.Equal([Server], rows.DroppedServers);
        Assert.Empty(rows.ChangedServers);
        Assert.Equal(Telling.Told, OfServer(rows, 2, new DoorClosed(Named.Noon, Named.Ada)));
        Assert.Null(rows.Find(Server));
    }

    [Fact]
    public void An_event_that_skips_one_changes_nothing_and_says_so()
    {
        var rows = Founded();
        Assert.Equal(Telling.Hole, OfTeam(rows, 4, new PlanSet(9, Named.Noon, Named.Ada)));
        Assert.Equal(Limits.FreePlanServers, rows.Find(Team)!.Plan);
        OfTeam(rows, 3, new ServerJoined(Server.Server, "web", Named.Noon, Named.Ada));
        Assert.Equal(Telling.Hole, OfServer(rows, 2, new ServerReported(Named.Noon)));
        Assert.Equal((2L, 0L), (ProjectionRules.LastKnown(Founded(), $"team-{Team}"), ProjectionRules.LastKnown(rows, $"server-{Server}")));
        // A team's own founding was passed over.
        Assert.Equal(Telling.Hole, OfTeam(new ProjectedRows(), 3, new PlanSet(9, Named.Noon, Named.Ada)));
    }

    [Fact]
    public void People_and_persistence_ids_of_no_entity_are_none_of_its_business()
    {
        var rows = Founded();
        foreach (var id in new[] { "user-00ff", $"team-{Team}x", $"server-{Team}", $"server-{Team}.{Team}.{Team}", "team-", "" })
            Assert.Equal(Telling.Told, ProjectionRules.Tell(rows, new JournalEntry(9, id, 7, new PlanSet(1, Named.Noon, Named.Ada))));
        Assert.Equal(Limits.FreePlanServers, rows.Find(Team)!.Plan);
    }

    [Fact]
    public void Telling_any_part_again_changes_nothing() => Gen.Select(JournalScript.Journals, Gen.Double[0, 1]).Sample((journal, share) =>
    {
        var (once, twice) = (new ProjectedRows(), new ProjectedRows());
        foreach (var entry in journal) Assert.Equal(Telling.Told, ProjectionRules.Tell(once, entry));
        var cut = (int)(journal.Count * share);
        foreach (var entry in journal.Take(cut).Concat(journal)) ProjectionRules.Tell(twice, entry);
        Assert.Equal(once.ChangedTeams.OrderBy(row => row.Name), twice.ChangedTeams.OrderBy(row => row.Name));
        Assert.Equal(once.ChangedServers.OrderBy(row => row.Key.ToString()), twice.ChangedServers.OrderBy(row => row.Key.ToString()));
    }, iter: 200);

    private static readonly InvitationIssued Invited =
        new(Named.Id<InvitationId>("i"), Named.Hash("i"), TeamRole.Owner, Named.Noon, Named.Noon, Named.Ada);

    private static ProjectedRows Founded()
    {
        var rows = new ProjectedRows();
        OfTeam(rows, 1, Invited);
        OfTeam(rows, 2, new TeamFounded("Red", Named.Noon, Named.Ada));
        return rows;
    }

    private static Telling OfTeam(ProjectedRows rows, long number, object happened) =>
        ProjectionRules.Tell(rows, new JournalEntry(number, $"team-{Team}", number, happened));

    private static Telling OfServer(ProjectedRows rows, long number, object happened) =>
        ProjectionRules.Tell(rows, new JournalEntry(number, $"server-{Server}", number, happened));
}
