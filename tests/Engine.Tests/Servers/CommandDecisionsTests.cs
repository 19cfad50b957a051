using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Tests.Servers;

/// <summary>What is decided about commands, case by case.</summary>
public sealed class CommandDecisionsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly Author Agent = Author.OfServer(Server, "192.0.2.9");

    private ServerState _state = new() { Tokens = [new StoredToken(Named.Hash("token"), null)] };
    private DateTimeOffset _now = Named.Noon;

    [Fact]
    public void A_command_is_queued_handed_out_until_its_result_and_then_shown_with_it()
    {
        Assert.Equal(CommandStanding.Open, Queue("a", CommandKind.AgentPing).Standing);
        Assert.Equal(CommandStanding.Open, Queue("b", CommandKind.BackupVerify, 10).Standing);
        Assert.Equal([Id("a"), Id("b")], CommandDecisions.Open(_state, _now).Select(item => item.Id));
        Assert.IsType<Done>(End("a", CommandStanding.Done, "pong"));
        Assert.Equal([Id("b")], CommandDecisions.Open(_state, _now).Select(item => item.Id));
        Assert.Equal(
            [(Id("b"), CommandStanding.Open, null), (Id("a"), CommandStanding.Done, "pong")],
            List().Select(item => (item.Id, item.Standing, item.Detail)));
    }

    [Fact]
    public void Sent_again_with_its_id_a_command_is_the_same_one_and_another_one_is_a_conflict()
    {
        Queue("a", CommandKind.BackupVerify, 10);
        Assert.Equal(Id("a"), Queue("a", CommandKind.BackupVerify, 10).Id);
        Assert.Single(_state.Commands);
        Assert.Equal(RefusalKind.Conflict, Refused("a", CommandKind.BackupVerify, 11));
        Assert.Equal(RefusalKind.Conflict, Refused("a", CommandKind.AgentPing));
        End("a", CommandStanding.Failed, "No.");
        Assert.Equal(CommandStanding.Failed, Queue("a", CommandKind.BackupVerify, 10).Standing);
    }

    [Fact]
    public void Sixteen_wait_and_the_next_is_refused_until_one_ends_or_expires()
    {
        for (var i = 0; i < Limits.OpenCommands; i++) Queue($"{i}", CommandKind.AgentPing);
        Assert.Equal(RefusalKind.Conflict, Refused("one more", CommandKind.AgentPing));
        End("3", CommandStanding.Done, "");
        Queue("one more", CommandKind.AgentPing);
        Assert.Equal(RefusalKind.Conflict, Refused("again", CommandKind.AgentPing));
        _now = _now.AddSeconds(Limits.CommandSeconds);
        Assert.Equal(CommandStanding.Open, Queue("again", CommandKind.AgentPing).Standing);
        Assert.Single(CommandDecisions.Open(_state, _now));
    }

    [Theory]
    [InlineData(299, CommandStanding.Refused)]
    [InlineData(300, CommandStanding.Open)]
    public void A_second_backup_within_five_minutes_is_kept_as_refused(int seconds, CommandStanding standing)
    {
        Queue("a", CommandKind.BackupRun);
        // Also when the first is over.
        End("a", CommandStanding.Done, "");
        _now = _now.AddSeconds(seconds);
        var second = Queue("b", CommandKind.BackupRun);
        Assert.Equal((standing, standing == CommandStanding.Open), (second.Standing, second.Detail is null));
        // A refused one is no backup to wait for.
        _now = _now.AddSeconds(1);
        Assert.Equal(CommandStanding.Open, standing == CommandStanding.Refused ? Queue("c", CommandKind.BackupRun).Standing : standing);
    }

    [Fact]
    public void After_an_hour_a_command_expires_and_a_later_result_still_counts()
    {
        Queue("a", CommandKind.BackupRun);
        _now = _now.AddSeconds(Limits.CommandSeconds - 1);
        Assert.Single(CommandDecisions.Open(_state, _now));
        _now = _now.AddSeconds(1);
        Assert.Empty(CommandDecisions.Open(_state, _now));
        Assert.Equal(CommandStanding.Expired, Assert.Single(List()).Standing);
        // Told once.
        Assert.Empty(CommandDecisions.List(_state, _now).Events);
        Assert.IsType<Done>(End("a", CommandStanding.Done, "It took two hours."));
        Assert.Equal((CommandStanding.Done, "It took two hours."), List().Select(item => (item.Standing, item.Detail)).Single());
    }

    [Fact]
    public void The_first_result_counts_and_each_later_one_is_taken()
    {
        Queue("a", CommandKind.AgentPing);
        End("a", CommandStanding.Failed, "first");
        Assert.IsType<Done>(End("a", CommandStanding.Done, "second"));
        Assert.Equal("first", Assert.Single(List()).Detail);
        Assert.Equal(RefusalKind.NotFound, Assert.IsType<Refused>(End("never asked", CommandStanding.Done, "")).Kind);
    }

    [Theory]
    [InlineData("backup.run", 1)]
    [InlineData("backup.verify", 0)]
    [InlineData("backup.verify", 101)]
    [InlineData("agent.ping", 5)]
    [InlineData("shell.run", null)]
    [InlineData("", null)]
    public void What_is_no_command_is_refused_by_the_entity_too(string kind, int? percent) =>
        Assert.Equal(RefusalKind.InvalidContent, Refused("a", kind, percent));

    [Fact]
    public void A_server_that_was_deleted_or_never_was_knows_no_commands()
    {
        Queue("a", CommandKind.AgentPing);
        _state = ServerState.Apply(_state, new DoorClosed(_now, Named.Ada));
        Assert.Empty(CommandDecisions.Open(_state, _now));
        Assert.Equal(RefusalKind.NotFound, Refused("b", CommandKind.AgentPing));
        Assert.IsType<Refused>(CommandDecisions.List(_state, _now).Reply);
        _state = ServerState.Nobody;
        Assert.Equal(RefusalKind.NotFound, Refused("b", CommandKind.AgentPing));
    }

    [Fact]
    public void Of_those_that_ended_the_newest_fifty_stay()
    {
        for (var i = 0; i < 70; i++)
        {
            Queue($"{i}", CommandKind.AgentPing);
            if (i > 0) End($"{i}", CommandStanding.Done, "");
        }
        Assert.Equal(
            [Id("0"), .. Enumerable.Range(20, CommandDecisions.EndedKept).Select(i => Id($"{i}"))],
            _state.Commands.Select(item => item.Id));
    }

    [Fact]
    public void An_event_says_who_asked_and_who_answered()
    {
        var queued = CommandDecisions.Queue(_state, Command("a", CommandKind.AgentPing, null), _now).Events;
        Assert.Equal(Named.Ada, Assert.IsType<CommandQueued>(Assert.Single(queued)).By);
        Queue("a", CommandKind.AgentPing);
        var ended = CommandDecisions.End(_state, new ResultPayload(Id("a"), CommandStanding.Done, ""), Agent, _now).Events;
        Assert.Equal(Agent, Assert.IsType<CommandEnded>(Assert.Single(ended)).By);
    }

    private static CommandId Id(string name) => Named.Id<CommandId>(name);

    private static QueueCommand Command(string name, string kind, int? percent) => new(Team, Server, Id(name), kind, percent, Named.Ada);

    private CommandItem Queue(string name, string kind, int? percent = null)
    {
        var shown = Assert.IsType<CommandShown>(Carry(CommandDecisions.Queue(_state, Command(name, kind, percent), _now))).Command;
        // What is answered is what the events make.
        Assert.Equal(_state.Commands.Single(item => item.Id == shown.Id), shown);
        return shown;
    }

    private RefusalKind Refused(string name, string kind, int? percent = null) =>
        Assert.IsType<Refused>(Carry(CommandDecisions.Queue(_state, Command(name, kind, percent), _now))).Kind;

    private IEngineReply? End(string name, CommandStanding standing, string detail) =>
        Carry(CommandDecisions.End(_state, new ResultPayload(Id(name), standing, detail), Agent, _now));

    private IReadOnlyList<CommandItem> List()
    {
        var shown = Assert.IsType<CommandsShown>(Carry(CommandDecisions.List(_state, _now))).Commands;
        Assert.Equal(_state.Commands.Reverse(), shown);
        return shown;
    }

    private IEngineReply? Carry(Decision decision)
    {
        _state = decision.Events.Aggregate(_state, ServerState.Apply);
        return decision.Reply;
    }
}
