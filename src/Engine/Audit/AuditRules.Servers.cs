using System.Text.Json.Nodes;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Engine.Audit;

/// <content>A server's events and those of its backups.</content>
public static partial class AuditRules
{
    private const string Observed = "It was observed, nobody asked for it.", Regular = "The regular work of a backup; the chain's own "
        + "history and list of snapshots tell of it.";

    private const int AcceptedNamed = 100;

    private static AuditRule[] OfServers =>
    [
        OnServer<TokenIssued>("server.token-issued", "server", e =>
            (null, new JsonObject { ["earlierTokensEndAt"] = AuditNames.Of(e.EarlierEndAt) }), e => e.Name),
        OnServer<DoorClosed>("server.tokens-ended", "server", _ => (null, null)),
        OnServer<InventoryChanged>("server.inventory-changed", "server", e => (null, Inventory(e))),
        OnServer<CommandQueued>("server.command-queued", "server", e => (null, Command(e.Id, e.Kind, e.ReadDataPercent))),
        OnServer<CommandEnded>("server.command-ended", "server", e => (null, Ended(e))),
    ];

    private static (Type Event, string Why)[] UntoldOfServers =>
    [
        (typeof(ServerReported), Observed), (typeof(ServerSilent), Observed), (typeof(ServerReturned), Observed),
    ];

    private static AuditRule[] OfBackups =>
    [
        OnServer<ScheduleChanged>("backups.schedule-changed", "backups", e =>
            (new JsonObject { ["schedule"] = e.From }, new JsonObject { ["schedule"] = e.To })),
        OnServer<ChainFrozen>("backups.frozen", "backups", e => (Chain(e.From), Frozen(e))),
        OnServer<ChainReopened>("backups.reopened", "backups", e => (Chain(e.From), Reopened(e))),
        OnServer<NewChainApproved>("backups.new-chain-approved", "backups", _ => (null, null)),
        OnServer<BackupsClosed>("backups.closed", "backups", _ => (null, null)),
        .. OfRetention,
    ];

    private static (Type Event, string Why)[] UntoldOfBackups =>
    [
        (typeof(RequestAdmitted), "Keeps a signature from being used twice."),
        (typeof(RunBegan), Regular), (typeof(ObjectsAnnounced), Regular), (typeof(SnapshotCommitted), Regular),
        (typeof(RunSilent), Observed), (typeof(RunEnded), Regular), (typeof(RunMissed), Observed), (typeof(ChainSuspected), Observed),
        (typeof(BackupsOverdue), Observed), (typeof(DrillDone), Regular),
        (typeof(RunRefused), Regular), (typeof(HitsFound), Regular), (typeof(StillFrozen), Observed), (typeof(FilesHeldBack), Observed),
    ];

    // A member that an event of before it does not have is left out: told again, an entry has the bytes that were hashed.
    private static JsonObject Frozen(ChainFrozen e)
    {
        var frozen = new JsonObject { ["cause"] = AuditNames.Of(e.Cause), ["chain"] = AuditNames.Of(ChainStatus.Frozen) };
        if (e.Reason is not null) frozen["reason"] = e.Reason;
        if (e.Run is { } run) frozen["run"] = run.ToString();
        return frozen;
    }

    private static JsonObject Reopened(ChainReopened e)
    {
        var reopened = new JsonObject { ["cause"] = AuditNames.Of(e.Cause), ["chain"] = AuditNames.Of(ChainStatus.Open) };
        if (e.Reason is not null) reopened["reason"] = e.Reason;
        if (e.Accepted is not { } accepted) return reopened;
        // The journal has them all; the log names as many as a person may read, and how many there are.
        reopened["accepted"] = new JsonObject
        {
            ["count"] = accepted.Count,
            ["pairs"] = List(accepted.Pairs.Take(AcceptedNamed).Select(pair => $"{pair.Path}:{pair.Content}")),
        };
        return reopened;
    }

    private static JsonObject? Chain(ChainStatus? was) => was is null ? null : new JsonObject { ["chain"] = AuditNames.Of(was) };

    private static JsonObject Inventory(InventoryChanged e) => new()
    {
        ["changes"] = new JsonArray([.. e.Sections.Select(section => new JsonObject
        {
            ["added"] = Names(section.Added),
            ["changed"] = Names(section.Changed),
            ["removed"] = Names(section.Removed),
            ["section"] = section.Section,
        })]),
        ["first"] = e.IsFirst,
    };

    private static JsonObject Names(NameList list) => new() { ["count"] = list.Count, ["names"] = List(list.Names) };

    private static JsonObject Command(CommandId id, string kind, int? readDataPercent)
    {
        var command = new JsonObject { ["command"] = id.ToString(), ["kind"] = kind };
        if (readDataPercent is { } percent) command[CommandKind.ReadDataPercent] = percent;
        return command;
    }

    private static JsonObject Ended(CommandEnded e)
    {
        var ended = Command(e.Id, e.Kind, null);
        ended["detail"] = e.Detail;
        ended["status"] = AuditNames.OfCommand(e.Standing);
        return ended;
    }
}
