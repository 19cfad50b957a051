namespace HostAtlas.Engine.Notifications;

/// <summary>
/// When a notification that did not arrive is sent again: as the Standard Webhooks specification suggests, as far as a day goes. Pure.
/// </summary>
public static class RetrySchedule
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(4),
    ];

    // Many messages to a receiver that came back must not arrive at one moment.
    private const double Jitter = 0.1;

    /// <summary>Attempts there are at most, the first among them.</summary>
    public static int MostAttempts => Pauses.Length + 1;

    /// <summary>When to try again; null: never.</summary>
    /// <param name="attempts">So many have failed, at least one.</param>
    /// <param name="now">When the last of them failed.</param>
    /// <param name="happened">When it happened, which is told of for a day.</param>
    /// <param name="share">0-1: which part of the jitter this message has.</param>
    /// <param name="wished">How long the receiver asked to be left alone.</param>
    public static DateTimeOffset? Next(int attempts, DateTimeOffset now, DateTimeOffset happened, double share, TimeSpan? wished = null)
    {
        if (attempts > Pauses.Length) return null;
        var pause = Pauses[attempts - 1] * (1 + (Jitter * share));
        var next = now + (wished > pause ? wished.Value : pause);
        return next < happened + Happening.ToldFor ? next : null;
    }
}
