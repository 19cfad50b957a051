namespace HostAtlas.Agent.Commands;

/// <summary>
/// How often the platform is asked for commands and how many new ones are taken, whatever it answers. A flood is not refused but left
/// lying: what is not taken comes again, and the agent asks more seldom. Pure; times are monotonic.
/// </summary>
public sealed record CommandPace
{
    /// <summary>New commands that are taken in one go after a quiet time.</summary>
    public const int Burst = Shared.Limits.OpenCommands;

    /// <summary>From one new command to the next once the burst is spent.</summary>
    public static readonly TimeSpan Refill = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5), LongestPause = TimeSpan.FromSeconds(15);

    private readonly double _left = Burst;
    private readonly TimeSpan _at;

    /// <summary>Answers in a row that came early and brought nothing new.</summary>
    public int Fruitless { get; private init; }

    /// <summary>How many new commands may be taken at this moment.</summary>
    public int Room(TimeSpan now) => (int)Left(now);

    /// <summary>The pace after new commands were taken.</summary>
    public CommandPace Took(int count, TimeSpan now) => new(Math.Max(0, Left(now) - count), now) { Fruitless = Fruitless };

    /// <summary>The pace after an answer.</summary>
    /// <param name="broughtNew">It held a command that was taken.</param>
    /// <param name="waited">How long it took to come.</param>
    public CommandPace Answered(bool broughtNew, TimeSpan waited) =>
        this with { Fruitless = broughtNew || waited > LongestPause ? 0 : Fruitless + 1 };

    /// <summary>How long to wait before the next question; <paramref name="jitter"/> in [0, 1).</summary>
    public TimeSpan Pause(TimeSpan now, double jitter)
    {
        var pause = ShortestPause * Math.Pow(2, Math.Min(Fruitless, 5)) * (1 + jitter);
        if (pause > LongestPause) pause = LongestPause;
        var untilRoom = (1 - Left(now)) * Refill;
        return untilRoom > pause ? untilRoom : pause;
    }

    /// <summary>The pace at a start.</summary>
    public CommandPace() { }

    private CommandPace(double left, TimeSpan at) => (_left, _at) = (left, at);

    private double Left(TimeSpan now) => Math.Min(Burst, _left + ((now - _at) / Refill));
}
