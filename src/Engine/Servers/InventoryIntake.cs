using Akka.Actor;
using Akka.Event;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// A door's way with an inventory: compared, told, written, one after the other. The work is done outside; each step comes back to the door
/// as a message of its own, whose sender is who asked. One at a time, so that each is compared with the one before it.
/// </summary>
internal sealed class InventoryIntake(InventoryDesk desk, ServerKey server)
{
    private static readonly Refused
        Busy = new(RefusalKind.EngineBusy, "The inventory was not kept. Send it again.", RetryAfterSeconds: 5),
        Unkeepable = new(RefusalKind.Internal, "The inventory cannot be kept; the platform's log says why."),
        Replayed = new(RefusalKind.RequestReplayed, "This request was taken before, or one that was signed later. Sign anew.");

    private bool _isUnderWay;

    /// <summary>Begins; gives the refusal when another inventory is under way.</summary>
    public Refused? Begin(AgentRequest request, InventoryPayload payload, IActorRef door, IActorRef sender)
    {
        if (_isUnderWay) return Busy;
        _isUnderWay = true;
        var inventory = new InventoryRequest(payload.Packed, request.Signature, request.TimestampSeconds);
        var agent = Author.OfServer(request.Server, request.From);
        desk.CompareAsync(server, inventory).PipeTo(door, sender,
            changes => new InventoryCompared(inventory, agent, changes), fault => new InventoryNotKept(inventory, agent, fault));
        return null;
    }

    /// <summary>Goes on. Gives the answer, and whether the request's signature is spent, when this was the last step.</summary>
    public (IEngineReply Reply, bool IsSpent)? Go(
        InventoryStep step, ServerState state, DateTimeOffset now, IActorRef door, IActorRef sender, ILoggingAdapter log,
        Action<Decision> carry)
    {
        switch (step)
        {
            case InventoryCompared { Changes: { } changes }:
                // Told before it takes the place of the one before: a change is never lost, at most found again. The next step comes when
                // the event is journalled; until then the mailbox waits.
                var happened = ServerDecisions.Compared(state, changes, step.Agent, now);
                carry(new Decision(happened is null ? [] : [happened], null));
                door.Tell(new InventoryTold(step.Inventory, step.Agent), sender);
                return null;
            case InventoryTold:
                desk.WriteAsync(server, step.Inventory, now).PipeTo(door, sender,
                    () => new InventoryWritten(step.Inventory, step.Agent),
                    fault => new InventoryNotKept(step.Inventory, step.Agent, fault));
                return null;
        }
        _isUnderWay = false;
        if (step is not InventoryNotKept failed) return (step is InventoryWritten ? Done.Instance : Replayed, true);
        log.Warning(failed.Cause, "server-{0}: an inventory was not kept.", server);
        return (InventoryDesk.IsAway(failed.Cause) ? Busy : Unkeepable, false);
    }
}

/// <summary>How far a door is with an inventory.</summary>
internal abstract record InventoryStep(InventoryRequest Inventory, Author Agent);

/// <summary>It was compared. Null changes: the one that is kept was signed later, or is this one.</summary>
internal sealed record InventoryCompared(InventoryRequest Inventory, Author Agent, InventoryChanges? Changes)
    : InventoryStep(Inventory, Agent);

/// <summary>What it changed is journalled.</summary>
internal sealed record InventoryTold(InventoryRequest Inventory, Author Agent) : InventoryStep(Inventory, Agent);

/// <summary>It is kept.</summary>
internal sealed record InventoryWritten(InventoryRequest Inventory, Author Agent) : InventoryStep(Inventory, Agent);

/// <summary>It is not.</summary>
internal sealed record InventoryNotKept(InventoryRequest Inventory, Author Agent, Exception Cause) : InventoryStep(Inventory, Agent);
