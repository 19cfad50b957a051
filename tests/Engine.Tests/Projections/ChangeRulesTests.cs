using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Cluster;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Projections;

public sealed class ChangeRulesTests
{
    private static readonly ServerKey Server = JournalScript.Servers[0];

    private static readonly IReadOnlyList<(string Room, IEntityEvent Event)> Events =
    [
        .. from room in Serializers.Rooms.Keys
           from sample in WireSamples.Of(room)
           where sample.Value is IEntityEvent
           select (room, (IEntityEvent)sample.Value),
    ];

    [Fact]
    public void Every_event_of_a_team_that_its_audit_log_tells_is_a_change_of_the_same_name()
    {
        foreach (var (room, happened) in Events.Where(one => one.Event is not IAccountEvent))
        {
            if (AuditRules.Find(happened) is { } rule) Assert.Equal(rule.Action, Of(room, happened)?.Kind);
        }
    }

    [Fact]
    public void Kinds_are_those_of_some_event_each_once_and_what_people_do_to_their_accounts_is_none()
    {
        var kinds = Events.Select(one => Of(one.Room, one.Event)?.Kind).OfType<string>().Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(kinds, ChangeRules.Kinds);
        Assert.DoesNotContain(ChangeRules.Kinds, kind => kind.StartsWith("account.", StringComparison.Ordinal));
        Assert.All(Events.Where(one => one.Event is IAccountEvent), one => Assert.Null(Of("users", one.Event)));
    }

    [Fact]
    public void A_change_names_what_has_changed_and_holds_no_value_of_it()
    {
        Assert.Equal(new Change("server.silent", "server", Server.Server.Value), Of("servers", new ServerSilent(Named.Noon, Named.Noon)));
        Assert.Equal(
            new Change("team.renamed", "team", Server.Team.Value), Of("teams", new TeamRenamed("old", "new", Named.Noon, Named.Ada)));
        var key = Named.Id<KeyId>("key");
        Assert.Equal(new Change("key.revoked", "key", key.Value), Of("teams", new KeyRevoked(key, "ci", Named.Noon, Named.Ada)));
    }

    [Fact]
    public void Of_an_event_that_does_not_open_nothing_is_known() => Assert.Null(
        ChangeRules.Of(new JournalEntry(1, JournalScript.ServerPid(Server), 1, new DoesNotOpen(Named.Noon))));

    private static Change? Of(string room, IEntityEvent happened) => ChangeRules.Of(new JournalEntry(1, room switch
    {
        "teams" => JournalScript.TeamPid(Server.Team),
        "servers" => JournalScript.ServerPid(Server),
        "backups" => JournalScript.BackupsPid(Server),
        _ => $"user-{Named.Address("ada")}",
    }, 1, happened));
}
