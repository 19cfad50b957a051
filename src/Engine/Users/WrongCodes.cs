namespace HostAtlas.Engine.Users;

/// <summary>
/// Wrong codes, of which one is forgotten every ten minutes. They are counted apart by what whoever gave them holds, so that who knows the
/// password spends nothing of who holds a reset's link, and nothing of the password that comes after it; and all together, since passwords
/// are changed and links made as often as somebody likes who is signed in or owns the team.
/// </summary>
/// <remarks>
/// Six digits with three steps in force are hit by 3 in 1,000,000; even odds take 231,000 codes. Who knows the password gives 5 at once and
/// 144 a day: four years and a half. Who also changes the password, or has links made, gives 50 at once and then 144 a day, from all
/// places together: the 50 are one in 6,700, the years are the same. Recovery codes have 80 bits: 10 of them are hit by 2^77 codes, which
/// no limit makes any rarer, so a right one is taken at once. A wrong one counts like any other, else the journal would grow by each.
/// </remarks>
/// <param name="Level">How many were in force at <paramref name="At"/>.</param>
public sealed record WrongCodes(double Level, DateTimeOffset At)
{
    /// <summary>None.</summary>
    public static readonly WrongCodes None = new(0, DateTimeOffset.UnixEpoch);

    /// <summary>At one password or one link; and in all since the last right one.</summary>
    internal const int Most = 5, MostInAll = 50;

    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);

    /// <summary>Seconds until one more may be tried where <paramref name="most"/> may be at once; 0: now.</summary>
    internal int SecondsToWait(DateTimeOffset now, int most)
    {
        var over = LevelAt(now) + 1 - most;
        return over <= 0 ? 0 : (int)Math.Ceiling(over * ForgottenAfter.TotalSeconds);
    }

    internal WrongCodes OneMore(DateTimeOffset at) => new(LevelAt(at) + 1, at);

    private double LevelAt(DateTimeOffset now) => Math.Max(0, Level - (now - At) / ForgottenAfter);
}
