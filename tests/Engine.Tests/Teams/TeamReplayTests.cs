using System.Text.Json;
using CsCheck;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Teams;

/// <summary>Laws over any sequence of commands, made of few ids so that they meet.</summary>
public sealed class TeamReplayTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly Gen<string> Name = Gen.OneOf("a", "b", "c", "d", "e");

    private static readonly Gen<Author> By = Name.Select(name => TeamWith.AuthorOf(Named.Id<UserId>(name)));

    private static readonly Gen<ITeamCommand> Command = Gen.OneOf(
        Gen.Select(Name, Gen.Enum<TeamRole>(), Gen.Int[0, 40], Gen.Bool, By).Select(ITeamCommand (name, role, hours, bound, by) =>
            new IssueInvitation(Team, Named.Id<InvitationId>(name), Named.Hash(name), role, Named.Noon.AddHours(hours), by)
            {
                Email = bound ? $"{name}@example.org" : null,
            }),
        Gen.Select(Name, By).Select(ITeamCommand (name, by) => new WithdrawInvitation(Team, Named.Id<InvitationId>(name), by)),
        Gen.Select(Name, Gen.Enum<TeamRole>(), By).Select(ITeamCommand (name, role, by) =>
            new ChangeRole(Team, Named.Id<UserId>(name), role, by)),
        Gen.Select(Name, By).Select(ITeamCommand (name, by) => new RemoveMember(Team, Named.Id<UserId>(name), by)),
        Gen.Select(Name, By).Select(ITeamCommand (name, by) => new RenameTeam(Team, name, by)),
        Name.Select(ITeamCommand (name) => new InspectInvitation(Team, Named.Id<InvitationId>(name), Named.Hash(name))),
        Gen.Select(Name, Name, Name).Select(ITeamCommand (name, hash, user) => new AcceptInvitation(
            Team, Named.Id<InvitationId>(name), Named.Hash(hash), Named.Id<UserId>(user), $"{user}@example.org", user, Named.Ada)),
        Gen.Select(Name, Name, Gen.Bool).Select(ITeamCommand (id, name, byKey) =>
            new AddServer(Team, Named.Id<ServerId>(id), name, byKey, Named.Ada)),
        Gen.Int[-1, 5].Select(ITeamCommand (servers) => new SetPlan(Team, servers == 5 ? null : servers, Named.Ada)),
        Gen.Select(Name, Name).Select(ITeamCommand (id, hash) =>
            new AddKey(Team, Named.Id<KeyId>(id), id, KeyScopes.Read, Named.Hash(hash), Named.Ada)),
        Gen.Select(Name, Name, Gen.Bool).Select(ITeamCommand (id, name, byKey) =>
            new RenameServer(Team, Named.Id<ServerId>(id), name, byKey, Named.Ada)),
        Name.Select(ITeamCommand (id) => new RemoveServer(Team, Named.Id<ServerId>(id), Named.Ada)),
        Gen.Select(Name, Name, Gen.Int[-1, 7200]).Select(ITeamCommand (id, hash, overlap) =>
            new RotateKey(Team, Named.Id<KeyId>(id), Named.Hash(hash), overlap, Named.Ada)),
        Name.Select(ITeamCommand (id) => new RevokeKey(Team, Named.Id<KeyId>(id), Named.Ada)));

    private static readonly Gen<ITeamCommand[]> Commands = Command.Array[0, 60];

    [Fact]
    public void Reading_the_journals_bytes_gives_the_state_that_lived() => Commands.Sample(commands =>
    {
        var (live, journal) = Live(commands);
        var bytes = journal
            .Select(happened => (happened.GetType(), JsonSerializer.SerializeToUtf8Bytes(happened, Row(happened.GetType()).Json)));
        var replayed = bytes.Select(row => (IEntityEvent)JsonSerializer.Deserialize(row.Item2, Row(row.Item1).Json)!)
            .Aggregate(TeamState.Nobody, TeamState.Apply);
        Assert.Equal(Text(live), Text(replayed));
    }, iter: 300);

    [Fact]
    public void A_snapshot_at_any_place_changes_nothing() => Gen.Select(Commands, Gen.Double[0, 1]).Sample((commands, share) =>
    {
        var (live, journal) = Live(commands);
        var cut = (int)(journal.Count * share);
        var snapshot = Text(journal.Take(cut).Aggregate(TeamState.Nobody, TeamState.Apply));
        var restored = (TeamState)JsonSerializer.Deserialize(snapshot, Row(typeof(TeamState)).Json)!;
        Assert.Equal(Text(live), Text(journal.Skip(cut).Aggregate(restored, TeamState.Apply)));
    }, iter: 300);

    [Fact]
    public void Sending_a_command_twice_has_one_effect() => Commands.Sample(commands =>
    {
        var twice = commands.SelectMany(command => new[] { command, command }).ToArray();
        Assert.Equal(Text(Live(commands, _ => Named.Noon).State), Text(Live(twice, _ => Named.Noon).State));
    }, iter: 300);

    [Fact]
    public void A_founded_team_has_an_owner_and_no_plan_is_ever_exceeded() => Commands.Sample(commands =>
    {
        var state = TeamState.Nobody;
        foreach (var command in commands)
        {
            var decision = TeamDecisions.Decide(state, command, Named.Noon);
            if (decision.Events.Any(happened => happened is ServerJoined))
                Assert.True(state.Servers.Count < (state.PlanServers ?? int.MaxValue));
            if (decision.Reply is Refused) Assert.Empty(decision.Events);
            state = decision.Events.Aggregate(state, TeamState.Apply);
            if (state.Name is not null) Assert.Contains(state.Members.Values, member => member.Role == TeamRole.Owner);
        }
    }, iter: 300);

    private static (TeamState State, List<IEntityEvent> Journal) Live(ITeamCommand[] commands, Func<int, DateTimeOffset>? clock = null)
    {
        var (state, journal) = (TeamState.Nobody, new List<IEntityEvent>());
        for (var i = 0; i < commands.Length; i++)
        {
            foreach (var happened in TeamDecisions.Decide(state, commands[i], clock?.Invoke(i) ?? Named.Noon.AddHours(i)).Events)
            {
                journal.Add(happened);
                state = TeamState.Apply(state, happened);
            }
        }
        return (state, journal);
    }

    // Two dictionaries of equal content can differ in the order in which they were filled; sorted text compares what they hold.
    private static string Text(TeamState state)
    {
        var text = JsonSerializer.SerializeToNode(state, Row(typeof(TeamState)).Json)!.AsObject();
        foreach (var (name, value) in text.ToList())
        {
            if (value is System.Text.Json.Nodes.JsonObject map)
                text[name] = new System.Text.Json.Nodes.JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())));
        }
        return text.ToJsonString();
    }

    private static WireType Row(Type type) => TeamSerializer.Table.Single(row => row.Json.Type == type);
}
