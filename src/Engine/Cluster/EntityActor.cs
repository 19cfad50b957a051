using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Persistence;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// The one base of all entities: decide, persist, apply, then reply, once. Rules live in the room's pure <c>Decide</c> and <c>Apply</c>;
/// the actor adds nothing to them. An entity without state answers and leaves at once, so made-up addresses cost no memory.
/// </summary>
public abstract class EntityActor<TState> : UntypedPersistentActor where TState : class
{
    private const int SnapshotEveryEvents = 100;
    private readonly TimeSpan _passivateAfter;
    private bool _somebodyWaits;

    /// <param name="persistenceId">The room and the entity's address.</param>
    /// <param name="initial">The state before any event.</param>
    /// <param name="passivateAfter">How long an entity may idle before it leaves memory.</param>
    protected EntityActor(string persistenceId, TState initial, TimeSpan passivateAfter)
    {
        PersistenceId = persistenceId;
        State = initial;
        _passivateAfter = passivateAfter;
    }

    /// <inheritdoc />
    public override string PersistenceId { get; }

    /// <summary>The state after the last applied event.</summary>
    protected TState State { get; private set; }

    /// <summary>The actor's log.</summary>
    protected new ILoggingAdapter Log { get; } = Context.GetLogger();

    /// <summary>Whether any event made this entity exist.</summary>
    protected abstract bool Exists { get; }

    /// <summary>The room's pure function.</summary>
    protected abstract TState Apply(TState state, IEntityEvent happened);

    /// <summary>Handles what is not common to all entities; false when it is unknown.</summary>
    protected abstract bool Handle(object message);

    /// <inheritdoc />
    protected override void PreStart()
    {
        Context.SetReceiveTimeout(_passivateAfter);
        base.PreStart();
    }

    /// <inheritdoc />
    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: TState snapshot }:
                State = snapshot;
                break;
            case IEntityEvent happened:
                State = Apply(State, happened);
                break;
            case RecoveryCompleted:
                break;
            default:
                // An unknown event must stop the entity: going on without it would be another entity's state.
                throw new InvalidOperationException(
                    $"{PersistenceId}: the journal holds a {message.GetType()} that this version does not know.");
        }
    }

    /// <inheritdoc />
    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case ReceiveTimeout:
                Leave();
                break;
            case StopEntity:
                Context.Stop(Self);
                break;
            case SaveSnapshotSuccess saved:
                // The newest two stay: should the last one turn out unreadable, the one before shortens the recovery.
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - SnapshotEveryEvents - 1));
                break;
            case SaveSnapshotFailure failed:
                Log.Warning(failed.Cause, "{0}: the snapshot at {1} was not saved; recovery takes longer until the next one.",
                    PersistenceId, failed.Metadata.SequenceNr);
                break;
            case DeleteSnapshotsSuccess or DeleteSnapshotsFailure:
                break;
            default:
                if (!Handle(message)) Sender.Tell(new Refused(RefusalKind.Internal, "This version does not know the command."));
                break;
        }
    }

    /// <summary>
    /// Persists the events, applies each, then replies: nobody hears of a change that is not in the journal. The completion overload keeps
    /// commands stashed until the reply is out; with <c>DeferAsync</c> a stop could slip in between the last event and its reply.
    /// </summary>
    protected void Carry(Decision decision)
    {
        if (decision.Events.Count == 0)
        {
            // In order without a detour: commands wait while an event is under way, so nothing is under way now. PersistAll of nothing
            // would
            // reach the SQL journal as an empty write, which fails there, and ten of those open its circuit breaker (tried).
            Answer(decision.Reply);
            return;
        }
        _somebodyWaits = decision.Reply is not null;
        PersistAll(
            decision.Events,
            happened =>
            {
                State = Apply(State, happened);
                if (LastSequenceNr % SnapshotEveryEvents == 0) SaveSnapshot(State);
            },
            () =>
            {
                _somebodyWaits = false;
                Answer(decision.Reply);
            });
    }

    private void Answer(IEngineReply? reply)
    {
        if (reply is not null) Sender.Tell(reply);
        if (!Exists) Leave();
    }

    /// <summary>
    /// Thrown, so that the entity stops and starts anew from its journal. The base class would only log it and run the completion: a
    /// rejected event would be answered as a success.
    /// </summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        if (_somebodyWaits) Sender.Tell(new Refused(RefusalKind.Internal, "The change cannot be journalled; the platform's log says why."));
        throw new InvalidOperationException($"{PersistenceId}: the journal rejected event {sequenceNr}.", cause);
    }

    /// <summary>
    /// Whether the write took place is not known; the base class stops the entity, and the next message reads the journal again. All
    /// commands may be sent twice, so the sender is told at once to do that instead of being left to time out.
    /// </summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        if (!_somebodyWaits) return;
        Sender.Tell(new Refused(RefusalKind.EngineBusy, "The journal did not answer. Send the request again.", RetryAfterSeconds: 5));
    }

    /// <summary>Leaves memory; the shard wakes the entity again with its next message.</summary>
    protected void Leave() => Context.Parent.Tell(new Passivate(StopEntity.Instance));
}
