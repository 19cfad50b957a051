using Akka;
using Akka.Actor;
using Akka.Event;
using Akka.Streams;
using Akka.Streams.Dsl;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage;

namespace HostAtlas.Engine.Projections;

/// <summary>
/// The cluster's one projection. It reads what the journal holds, then follows it live; when either end is away it begins again from the
/// stored offset, ever more slowly. One step is under way at any time, and each carries its run, so that the end of an old one, which may
/// arrive after a restart of the actor, is never taken for the end of the present one.
/// </summary>
public sealed class ProjectionActor : UntypedActor, IWithTimers
{
    private const int BatchEvents = 500;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(10);

    private readonly IProjectionStore _store;
    private readonly IJournalHeads _heads;
    private readonly ProjectionTimes _times;
    private readonly JournalReader _journal;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<IActorRef> _waiting = [];
    private object _run = new();
    private long? _caughtUpAt;
    private TimeSpan _pause = FirstPause;
    private UniqueKillSwitch? _stop;
    private IActorRef? _rebuildFor;

    /// <summary>Begins at the store's offset as soon as it is started.</summary>
    public ProjectionActor(IProjectionStore store, IJournalHeads heads, ProjectionTimes times, JournalSeal seal)
    {
        (_store, _heads, _times) = (store, heads, times);
        _journal = new JournalReader(Context.System, seal);
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart() => Position();

    /// <inheritdoc />
    protected override void PostStop() => _stop?.Shutdown();

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AwaitCaughtUp when _caughtUpAt is { } offset: Sender.Tell(new ProjectionCaughtUp(offset)); break;
            case AwaitCaughtUp: _waiting.Add(Sender); break;
            case RebuildProjection: AskForRebuild(); break;
            case IStep step when step.Run != _run: break;
            case Positioned when _rebuildFor is not null: Rebuild(); break;
            case Positioned at: Follow(new ProjectionWriter(_store, at.Offset, _journal.EntityAsync), live: false); break;
            case Ended ended: Next(ended); break;
            case Rebuilt rebuilt: FinishRebuild(rebuilt.Reply); break;
            case Again: Position(); break;
            default: Unhandled(message); break;
        }
    }

    private void Position()
    {
        var run = _run = new object();
        _store.ReadOffsetAsync(CancellationToken.None)
            .PipeTo(Self, success: offset => new Positioned(run, offset), failure: fault => new Ended(run, null, fault));
    }

    private void Follow(ProjectionWriter writer, bool live)
    {
        var run = _run = new object();
        var steps = (live ? _journal.Live(writer.Offset) : _journal.Current(writer.Offset))
            // What arrives while a transaction is under way forms the next one.
            .Batch(BatchEvents, entry => new List<JournalEntry> { entry }, (batch, entry) =>
            {
                batch.Add(entry);
                return batch;
            })
            .Select(ProjectionStep.Tell);
        var (stop, end) = (live ? steps.Merge(ProjectionStep.Reconcile(_heads, _times), eagerComplete: true) : steps)
            .ViaMaterialized(KillSwitches.Single<ProjectionStep>(), Keep.Right)
            .SelectAsync(1, step => step.RunAsync(writer))
            .ToMaterialized(Sink.Ignore<NotUsed>(), Keep.Both)
            .Run(Context.System.Materializer());
        _stop = stop;
        end.PipeTo(Self, success: _ => new Ended(run, live ? null : writer, null), failure: fault => new Ended(run, null, fault));
    }

    private void Next(Ended ended)
    {
        _stop = null;
        if (_rebuildFor is not null)
        {
            Rebuild();
        }
        else if (ended.CaughtUp is { } writer)
        {
            _caughtUpAt = writer.Offset;
            foreach (var waiting in _waiting) waiting.Tell(new ProjectionCaughtUp(writer.Offset));
            _waiting.Clear();
            _pause = FirstPause;
            Follow(writer, live: true);
        }
        else
        {
            _log.Warning("The projection stopped and begins again in {0} ms: {1}",
                _pause.TotalMilliseconds, ended.Fault?.Message ?? "the journal ended");
            _log.Debug("{0}", ended.Fault);
            Timers.StartSingleTimer(nameof(Again), new Again(_run), _pause);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    // Two writers must not overlap: the end of the step that is under way, with its last transaction done, begins the rebuild.
    private void AskForRebuild()
    {
        if (_rebuildFor is not null)
        {
            Sender.Tell(new Refused(RefusalKind.EngineBusy, "A rebuild is under way. Wait for its end.", RetryAfterSeconds: 10));
            return;
        }
        _rebuildFor = Sender;
        _stop?.Shutdown();
        if (Timers.IsTimerActive(nameof(Again))) Rebuild();
    }

    private void Rebuild()
    {
        Timers.Cancel(nameof(Again));
        var run = _run = new object();
        ProjectionRebuild.RunAsync(_journal, _store, Context.System.Materializer()).PipeTo(Self,
            success: reply => new Rebuilt(run, reply),
            failure: fault => new Rebuilt(run, new Refused(
                RefusalKind.EngineBusy, $"The rebuild failed and the tables are as before: {fault.Message}", RetryAfterSeconds: 10)));
    }

    private void FinishRebuild(IEngineReply reply)
    {
        _rebuildFor.Tell(reply);
        _rebuildFor = null;
        Position();
    }

    private interface IStep
    {
        object Run { get; }
    }

    private sealed record Positioned(object Run, long Offset) : IStep;

    // Of a stream: CaughtUp is set when it read all that the journal held.
    private sealed record Ended(object Run, ProjectionWriter? CaughtUp, Exception? Fault) : IStep;

    private sealed record Rebuilt(object Run, IEngineReply Reply) : IStep;

    private sealed record Again(object Run) : IStep;
}
