using Akka.Actor;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Servers;

/// <summary>
/// The agent's polls that wait at a door, and what was handed out. Nothing of it is kept beyond a restart: then a command is handed out
/// again, which is what an agent must expect anyway.
/// </summary>
internal sealed class PollDesk
{
    /// <summary>Polls that wait at a time. An agent has one; those of connections that died are answered when newer ones come.</summary>
    public const int WaitingMost = 4;

    /// <summary>
    /// How long a command that was just handed out does not end the next poll's wait: an agent that is at work on it would otherwise poll
    /// as fast as it can.
    /// </summary>
    public static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);

    private readonly List<(IActorRef Sender, DateTimeOffset Until)> _waiting = [];
    private readonly Dictionary<CommandId, DateTimeOffset> _handedOut = [];

    /// <summary>Lets a poll wait until a time; the oldest goes when there are too many.</summary>
    public void Add(IActorRef sender, DateTimeOffset until)
    {
        if (_waiting.Count == WaitingMost)
        {
            _waiting[0].Sender.Tell(CommandsOffered.None);
            _waiting.RemoveAt(0);
        }
        _waiting.Add((sender, until));
    }

    /// <summary>
    /// Looks, and has the door look again when there may be something to say.
    /// </summary>
    public void Look(IReadOnlyList<CommandItem> open, DateTimeOffset now, ITimerScheduler timers)
    {
        if (Look(open, now) is { } pause) timers.StartSingleTimer(nameof(LookAtPolls), LookAtPolls.Instance, pause);
    }

    /// <summary>
    /// Answers whom there is something to say to: everybody when a command is due, else those whose wait is over, with what is open. Gives
    /// how long to wait until the next look; null when nobody waits.
    /// </summary>
    public TimeSpan? Look(IReadOnlyList<CommandItem> open, DateTimeOffset now)
    {
        if (_waiting.Count == 0) return null;
        var due = open.Any(item => DueAt(item) <= now);
        var answered = _waiting.RemoveAll(poll =>
        {
            if (!due && now < poll.Until) return false;
            poll.Sender.Tell(new CommandsOffered(open));
            return true;
        });
        if (answered > 0) HandOut(open, now);
        if (_waiting.Count == 0) return null;
        var next = open.Select(DueAt).Concat(_waiting.Select(poll => poll.Until)).Min();
        return next - now;
    }

    /// <summary>The door leaves: nobody waits for nothing.</summary>
    public void Close()
    {
        foreach (var (sender, _) in _waiting) sender.Tell(CommandsOffered.None);
        _waiting.Clear();
    }

    private void HandOut(IReadOnlyList<CommandItem> open, DateTimeOffset now)
    {
        _handedOut.Clear();
        foreach (var item in open) _handedOut[item.Id] = now;
    }

    private DateTimeOffset DueAt(CommandItem item) =>
        _handedOut.TryGetValue(item.Id, out var at) ? at + AgainAfter : DateTimeOffset.MinValue;
}

/// <summary>To a door from itself: a poll's time may be over, or a command has come.</summary>
internal sealed class LookAtPolls
{
    /// <summary>The one instance; it never leaves the node.</summary>
    public static readonly LookAtPolls Instance = new();

    private LookAtPolls() { }
}
