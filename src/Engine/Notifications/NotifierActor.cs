using System.Security.Cryptography;
using Akka.Actor;
using Akka.Event;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Notifications;

/// <summary>
/// The cluster's one sender of notifications. It looks into the tables once a second and after each message, and sends to many channels at
/// a time, to each one message after the other: a receiver that is slow or away holds up nobody but itself.
/// </summary>
public sealed class NotifierActor : UntypedActor, IWithTimers
{
    private const int ChannelsAtATime = 128, TrialsAtATime = 16;
    private static readonly TimeSpan
        LookEvery = TimeSpan.FromSeconds(1), ForgetEvery = TimeSpan.FromHours(1), RestAfterFault = TimeSpan.FromMinutes(1);
    private static readonly Refused TooMany = new(
        RefusalKind.RateLimited, "A trial is under way. Wait for its end, then try again.", RetryAfterSeconds: 5);

    private readonly Notifier _notifier;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ICancelable _stop = new Cancelable(Context.System.Scheduler);
    private readonly HashSet<(TeamId, ChannelId)> _busy = [];
    private readonly HashSet<TeamId> _trying = [];
    private bool _looking;

    /// <summary>Looks for the first time as soon as it is started.</summary>
    public NotifierActor(Notifier notifier) => _notifier = notifier;

    /// <inheritdoc />
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc />
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Look), Look.Instance, TimeSpan.Zero, LookEvery);
        Timers.StartPeriodicTimer(nameof(Forget), Forget.Instance, ForgetEvery);
    }

    /// <inheritdoc />
    protected override void PostStop() => _stop.Cancel();

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look when !_looking:
                _looking = true;
                LookAsync().PipeTo(Self, success: due => new Looked(due, null), failure: fault => new Looked([], fault));
                break;
            case Look:
                break;
            case Looked looked:
                _looking = false;
                Tell(looked.Fault, "What is to be told could not be read; it is looked at again in a second: {0}");
                foreach (var delivery in looked.Due) Send(delivery);
                break;
            case Sent { Fault: null } sent:
                _busy.Remove(sent.Channel);
                Self.Tell(Look.Instance);
                break;
            case Sent { Fault: var fault } sent:
                // It is still due, and may have been sent: a store that takes no writes must not become a flood at the receiver.
                Timers.StartSingleTimer(sent.Channel, sent with { Fault = null }, RestAfterFault);
                Tell(fault, "What came of a notification could not be noted; it is sent again in a minute: {0}");
                break;
            case Forget:
                _notifier.ForgetAsync(_stop.Token).PipeTo(Self, success: () => new Forgot(null), failure: fault => new Forgot(fault));
                break;
            case Forgot forgot:
                Tell(forgot.Fault, "Notifications of the days before yesterday were not cleared away: {0}");
                break;
            case TryChannel trial:
                Try(trial);
                break;
            case Tried tried:
                _trying.Remove(tried.Team);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private async Task<IReadOnlyList<Delivery>> LookAsync()
    {
        await _notifier.ShareOutAsync(_stop.Token).ConfigureAwait(false);
        return await _notifier.DueAsync(ChannelsAtATime, _stop.Token).ConfigureAwait(false);
    }

    private void Send(Delivery delivery)
    {
        var channel = (delivery.Key.Server.Team, delivery.Channel);
        if (_busy.Count >= ChannelsAtATime || !_busy.Add(channel)) return;
        _notifier.DeliverAsync(delivery, _stop.Token)
            .PipeTo(Self, success: () => new Sent(channel, null), failure: fault => new Sent(channel, fault));
    }

    private void Try(TryChannel trial)
    {
        if (_trying.Count >= TrialsAtATime || !_trying.Add(trial.Team))
        {
            Sender.Tell(TooMany);
            return;
        }
        var (asker, self) = (Sender, Self);
        var id = "msg_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _notifier.TryAsync(trial, id, _stop.Token).ContinueWith(ended =>
        {
            asker.Tell(ended.IsCompletedSuccessfully
                ? ended.Result
                : new Refused(RefusalKind.EngineBusy, "The trial came to no end. Try again.", RetryAfterSeconds: 5));
            self.Tell(new Tried(trial.Team));
        }, TaskScheduler.Default);
    }

    private void Tell(Exception? fault, string what)
    {
        if (fault is null or OperationCanceledException) return;
        _log.Warning(what, fault.Message);
        _log.Debug("{0}", fault);
    }

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }

    private sealed record Forget
    {
        public static readonly Forget Instance = new();
    }

    private sealed record Looked(IReadOnlyList<Delivery> Due, Exception? Fault);

    private sealed record Sent((TeamId, ChannelId) Channel, Exception? Fault);

    private sealed record Forgot(Exception? Fault);

    private sealed record Tried(TeamId Team);
}
