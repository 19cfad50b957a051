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

    private static readonly Refused NotHere = new(RefusalKind.NotFound, "There is no such thing at this address.");

    private readonly EntityRecord _record;
    private readonly TState _initial;
    private readonly TimeSpan _passivateAfter;
    private bool _somebodyWaits;

    /// <param name="persistenceId">The room and the entity's address.</param>
    /// <param name="initial">The state before any event.</param>
    /// <param name="passivateAfter">How long an entity may idle before it leaves memory.</param>
    /// <param name="seal">Seals what it journals.</param>
    protected EntityActor(string persistenceId, TState initial, TimeSpan passivateAfter, JournalSeal seal)
    {
        PersistenceId = persistenceId;
        State = _initial = initial;
        _passivateAfter = passivateAfter;
        _record = new EntityRecord(persistenceId, seal.Of(persistenceId), Log);
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

    /// <summary>
    /// Whether a message names this very entity. The way here renders the address from the message itself; one that came to another address
    /// all the same is answered as by an entity that does not exist.
    /// </summary>
    protected abstract bool IsForThis(object message);

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
        if (message is RecoveryCompleted) return;
        // While events are told again, the last sequence number is that of the one at hand.
        State = _record.Recover(message, LastSequenceNr) switch
        {
            IEntityEvent happened => Apply(State, happened),
            TState snapshot => snapshot,
            _ => _initial,
        };
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
            case var _ when _record.Fault is { } fault:
                // Answered at once instead of left to time out, and tried again with the next message.
                Sender.Tell(fault);
                Leave();
                break;
            case var _ when !IsForThis(message):
                Log.Error("{0}: a {1} for another entity came here and was refused.", PersistenceId, message.GetType().Name);
                Sender.Tell(NotHere);
                if (!Exists) Leave();
                break;
            default:
                if (_record.IsDestroyed) State = _initial;
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
            // would reach the SQL journal as an empty write, which fails there, and ten of those open its circuit breaker (tried).
            Answer(decision.Reply);
            return;
        }
        // Nothing is under way, so the events get the numbers that follow the last one.
        var (sealedEvents, refused) = _record.Seal(decision.Events, LastSequenceNr + 1);
        if (refused is not null)
        {
            Answer(decision.Reply is null ? null : refused);
            return;
        }
        _somebodyWaits = decision.Reply is not null;
        var next = 0;
        PersistAll(
            sealedEvents,
            _ =>
            {
                State = Apply(State, decision.Events[next++]);
                if (LastSequenceNr % SnapshotEveryEvents == 0 && _record.TrySeal(State, LastSequenceNr) is { } snapshot)
                    SaveSnapshot(snapshot);
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
