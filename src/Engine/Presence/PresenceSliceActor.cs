using Akka.Actor;
using Akka.Event;
using HostAtlas.Engine.Storage;

namespace HostAtlas.Engine.Presence;

/// <summary>
/// One slice of presence in the cluster. It meets its servers at the start and again every few minutes, which heals whatever message was
/// lost, and sweeps every few seconds.
/// </summary>
public sealed class PresenceSliceActor : UntypedActor, IWithTimers
{
    /// <summary>
    /// Doors asked to look in one sweep: with 16 slices and a sweep in 5 s some 300 a second, of which each may need a recovery.
    /// </summary>
    internal const int MostPerSweep = 100;

    private static readonly TimeSpan MeetEvery = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan MeetAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(5);

    private readonly int _slice;
    private readonly PresenceSlice _servers;
    private readonly IPresenceDirectory _directory;
    private readonly IActorRef _doors;
    private readonly TimeProvider _time;
    private readonly TimeSpan _sweepEvery;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <param name="slice">0 to 15.</param>
    /// <param name="silentAfter">How long a server may say nothing.</param>
    /// <param name="directory">Whom to watch.</param>
    /// <param name="doors">The servers' shard region.</param>
    /// <param name="time">The clock.</param>
    public PresenceSliceActor(int slice, TimeSpan silentAfter, IPresenceDirectory directory, IActorRef doors, TimeProvider time)
    {
        _slice = slice;
        _servers = new PresenceSlice(silentAfter);
        _directory = directory;
        _doors = doors;
        _time = time;
        _sweepEvery = silentAfter / 3 < LongestSweep ? silentAfter / 3 : LongestSweep;
    }

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(SweepNow), SweepNow.Instance, _sweepEvery);
        Load();
    }

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Seen seen:
                _servers.Hear(seen);
                break;
            case SweepNow:
                foreach (var check in _servers.Sweep(_time.GetUtcNow(), MostPerSweep)) _doors.Tell(check);
                break;
            case LoadNow:
                Load();
                break;
            case Loaded loaded:
                _servers.Meet(loaded.Servers, _time.GetUtcNow());
                Timers.StartSingleTimer(nameof(LoadNow), LoadNow.Instance, MeetEvery);
                break;
            case Status.Failure failed:
                _log.Warning(failed.Cause, "Presence slice {0} could not read the directory; it tries again.", _slice);
                Timers.StartSingleTimer(nameof(LoadNow), LoadNow.Instance, MeetAgain);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Load() => _directory.LoadSliceAsync(_slice, CancellationToken.None)
        .PipeTo(Self, success: servers => new Loaded(servers), failure: fault => new Status.Failure(fault));

    private sealed record Loaded(IReadOnlyList<KnownServer> Servers);

    /// <summary>The timer's tick; a test may send it.</summary>
    internal sealed class SweepNow
    {
        public static readonly SweepNow Instance = new();
    }

    /// <summary>The other timer's tick; a test may send it.</summary>
    internal sealed class LoadNow
    {
        public static readonly LoadNow Instance = new();
    }
}
