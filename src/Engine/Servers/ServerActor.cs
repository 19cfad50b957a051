using Akka.Actor;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// The door of one server: token, window, replay, then the payload goes to its stream, to the entity of the server's backups, or to the
/// polls that wait here. A report costs no journal write; what is journalled is tokens, silence, commands and what an inventory changed.
/// </summary>
public sealed class ServerActor(
    string id, TimeProvider time, EngineOptions options, IIngest ingest, InventoryDesk inventories, JournalSeal seal,
    Func<IActorRef> backups)
    : EntityActor<ServerState>($"server-{id}", ServerState.Nobody, PassivateAfter(options), seal), IWithTimers
{
    private readonly ServerKey _key = ServerKey.Parse(id);
    private readonly ReplaySet _replay = new();
    private readonly PollDesk _polls = new();
    private readonly InventoryIntake _inventory = new(inventories, ServerKey.Parse(id));
    private DateTimeOffset _heardAt;

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override bool Exists => State.Exists;

    /// <inheritdoc />
    protected override ServerState Apply(ServerState state, IEntityEvent happened) => ServerState.Apply(state, happened);

    /// <inheritdoc />
    protected override bool IsForThis(object message) =>
        message is not IServerCommand command || new ServerKey(command.Team, command.Server) == _key;

    /// <inheritdoc />
    protected override bool Handle(object message)
    {
        var now = time.GetUtcNow();
        switch (message)
        {
            case AgentRequest request:
                Admit(request, now);
                return true;
            case BatchCommitted committed:
                _replay.Settle(committed.Signature, isSpent: true, committed.Reply);
                // A captured request that the table knew for a replay is no sign of life.
                if (committed.Reply is MetricsStored) Heard(now);
                return true;
            case BatchFailed failed:
                _replay.Settle(failed.Signature, isSpent: false, failed.Reply);
                return true;
            case RequestSettled settled:
                // Whoever joined was handed on as well and has an answer of its own.
                _replay.Settle(settled.Signature, settled.IsSpent, null);
                return true;
            case CheckSilence check:
                // A batch that was committed after the slice took its look counts.
                if (_heardAt > check.LastSeenAt) check = check with { LastSeenAt = _heardAt };
                Carry(ServerDecisions.Decide(State, check, now, options.SilentAfter));
                return true;
            case IServerCommand command:
                Carry(ServerDecisions.Decide(State, command, now, options.SilentAfter));
                // It comes when the command is journalled: until then the mailbox waits.
                if (command is QueueCommand) Self.Tell(LookAtPolls.Instance);
                return true;
            case LookAtPolls:
                Look(now);
                return true;
            case InventoryStep step:
                if (_inventory.Go(step, State, now, Self, Sender, Log, Carry) is { } end)
                    Settle(step.Inventory.Signature, end.Reply, end.IsSpent);
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc />
    protected override void PostStop()
    {
        _polls.Close();
        base.PostStop();
    }

    private void Admit(AgentRequest request, DateTimeOffset now)
    {
        if (ServerDecisions.Admit(State, request, now, options.Window) is { } refused)
        {
            Sender.Tell(refused);
            if (!Exists) Leave();
            return;
        }
        switch (_replay.Enter(ReplaySet.KeyOf(request.Signature), request.Call, request.TimestampSeconds, now.ToUnixTimeSeconds(), Sender))
        {
            case Admission.Admitted: Take(request, now); break;
            case Admission.Replayed: Sender.Tell(ServerDecisions.Replayed); break;
            case Admission.Full: Sender.Tell(ServerDecisions.TooMany); break;
            case Admission.Joined when request.Payload is IBackupPayload backup: HandOn(request, backup); break;
            case Admission.Joined: break;
        }
    }

    private void Take(AgentRequest request, DateTimeOffset now)
    {
        switch (request.Payload)
        {
            case IBackupPayload backup:
                HandOn(request, backup);
                break;
            case InventoryPayload inventory:
                if (_inventory.Begin(request, inventory, Self, Sender) is { } busy) Settle(request.Signature, busy, isSpent: false);
                break;
            // Both may be done twice, so their signatures are spent at once.
            case PollPayload poll:
                _replay.Settle(request.Signature, isSpent: true, null);
                _polls.Add(Sender, now.AddSeconds(poll.WaitSeconds));
                Look(now);
                break;
            case ResultPayload result:
                _replay.Settle(request.Signature, isSpent: true, null);
                Carry(CommandDecisions.End(State, result, Author.OfServer(request.Server, request.From), now));
                break;
            case var _ when BatchAdmission.Admit(request, options, now, Self, Sender) is { } batch:
                Offer(batch.Item, batch.Rows, batch.Refused);
                break;
            default:
                Settle(request.Signature, ServerDecisions.UnknownPayload, isSpent: false);
                break;
        }
    }

    private void Offer(IngestItem item, int rows, Refused? refused)
    {
        if (refused is null && rows > 0 && ingest.TryOffer(item)) return;
        // A refused request is not remembered: mended, or after a pause, it may come again.
        var isNothing = refused is null && rows == 0;
        Settle(item.Signature, isNothing ? item.WhenStored : refused ?? ServerDecisions.Busy, isNothing);
        if (isNothing && item.WhenStored is MetricsStored) Heard(item.AdmittedAt);
    }

    private void Look(DateTimeOffset now) => _polls.Look(CommandDecisions.Open(State, now), now, Timers);

    private void Settle(byte[] signature, IEngineReply reply, bool isSpent)
    {
        Sender.Tell(reply);
        _replay.Settle(signature, isSpent, reply);
    }

    // In flight until the other entity has answered the sender and settled the signature here.
    private void HandOn(AgentRequest request, IBackupPayload payload) => backups().Forward(new BackupRequest(
        request.Team, request.Server, request.Call, request.Signature, request.TimestampSeconds, payload, request.From));

    private void Heard(DateTimeOffset now)
    {
        _heardAt = now;
        if (ServerDecisions.Heard(State, now) is { } happened) Carry(new Decision([happened], null));
    }

    // Long enough that a server which reports stays in memory: longer than three of its intervals.
    private static TimeSpan PassivateAfter(EngineOptions options) => TimeSpan.FromSeconds(Math.Max(120, options.SilentAfter.TotalSeconds));
}
