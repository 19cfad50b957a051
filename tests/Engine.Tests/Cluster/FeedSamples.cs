using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Tests.Logs;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>What a door says and journals of logs, inventories and commands.</summary>
internal static class FeedSamples
{
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567);
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly CommandId Command = Named.Id<CommandId>("command");
    private static readonly CommandItem Open = new(Command, CommandKind.BackupVerify, 10, Named.Ada, At);
    private static readonly CommandItem Ended = Open with { Standing = CommandStanding.Failed, EndedAt = At, Detail = "No snapshot." };

    public static Dictionary<string, object> All { get; } = new()
    {
        ["c-request.1~logs"] = Request(new LogsPayload(LogBatches.Of(-1, 7, (1_795_521_600_000, "journald", "☃"), (1, "a", "")))),
        ["c-request.1~inventory"] = Request(new InventoryPayload([1, 2, 3])),
        ["c-request.1~poll"] = Request(new PollPayload(50)),
        ["c-request.1~result"] = Request(new ResultPayload(Command, CommandStanding.Refused, "Not here.")),
        ["inventory-changed.1"] = new InventoryChanged(
            "00ff", IsFirst: false,
            [new SectionChange("cron", new NameList(1, ["/etc/crontab: run"]), new NameList(0, []), new NameList(30, ["a", "b"]))], At,
            Author.OfServer(Server, "192.0.2.9")),
        ["command-queued.1"] = new CommandQueued(Command, CommandKind.BackupRun, null, At, Named.Ada),
        ["command-queued.1~verify"] = new CommandQueued(Command, CommandKind.BackupVerify, 100, At, Named.Ada),
        ["command-ended.1"] = new CommandEnded(
            Command, CommandKind.AgentPing, CommandStanding.Done, "", At, Author.OfServer(Server, "192.0.2.9")),
        ["command-ended.1~expired"] = new CommandEnded(
            Command, CommandKind.AgentPing, CommandStanding.Expired, "No result came within an hour.", At, Author.Platform),
        ["state.1~commands"] = new ServerState { InventoryDigest = "00ff", Commands = [Ended, Open] },
        ["c-queue-command.1"] = new QueueCommand(Team, Server, Command, CommandKind.BackupVerify, 10, Named.Ada),
        ["c-list-commands.1"] = new ListCommands(Team, Server),
        ["r-logs-stored.1"] = new LogsStored(3, 1),
        ["r-commands-offered.1"] = new CommandsOffered([Open]),
        ["r-command.1"] = new CommandShown(Ended),
        ["r-commands.1"] = new CommandsShown([Open, Ended]),
    };

    private static AgentRequest Request(IAgentPayload payload) => new(
        Team, Server, new Guid(Named.Bytes("call").AsSpan(16)), Named.Hash("t"), Named.Bytes("signature"), 1_795_521_600, payload,
        "192.0.2.9");
}
