namespace HostAtlas.Agent.Uplink;

/// <summary>
/// How long to wait after failures in a row: a random time between 1 s and a cap that doubles up to 5 minutes ("full jitter",
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that a fleet does not come back in step. Never under a
/// second: equal bodies signed in one second have one signature, and the second would be taken for a replay.
/// </summary>
public static class Backoff
{
    /// <summary>Shortest and longest wait.</summary>
    public static readonly TimeSpan Min = TimeSpan.FromSeconds(1), Max = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait that the platform can ask for.</summary>
    public static readonly TimeSpan RetryAfterMax = TimeSpan.FromHours(1);

    private static readonly TimeSpan RetryAfterSpread = TimeSpan.FromSeconds(10);

    /// <summary>The wait after <paramref name="failures"/> in a row (1 or more); <paramref name="jitter"/> in [0, 1).</summary>
    public static TimeSpan Delay(int failures, double jitter)
    {
        var cap = failures >= 9 ? Max : TimeSpan.FromSeconds(Math.Min(Max.TotalSeconds, 1 << failures));
        return Min + ((cap - Min) * jitter);
    }

    /// <summary>The wait that the platform asked for, and a little more by chance, because it asked many at once.</summary>
    public static TimeSpan Delay(TimeSpan retryAfter, double jitter)
    {
        var asked = retryAfter < Min ? Min : retryAfter > RetryAfterMax ? RetryAfterMax : retryAfter;
        return asked + ((asked < RetryAfterSpread ? asked : RetryAfterSpread) * jitter);
    }
}
