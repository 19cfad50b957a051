namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// The days in which every snapshot stays, whatever the counts say. An owner may change them; a lower number holds only a week after it was
/// asked for, so that whoever has stolen an owner's session cannot use it before the others have read of it.
/// </summary>
/// <param name="Days">What holds until <paramref name="NextFrom"/>.</param>
/// <param name="NextDays">What holds from then on; null when nothing lower is asked for.</param>
public sealed record RetentionFloor(int Days, int? NextDays = null, DateTimeOffset? NextFrom = null)
{
    /// <summary>The lowest and the highest number of days.</summary>
    public const int LeastDays = 7, MostDays = 3_660;

    /// <summary>How long a lower number waits.</summary>
    public static readonly TimeSpan LoweredAfter = TimeSpan.FromDays(7);

    /// <summary>What a server has that nobody chose for.</summary>
    public static readonly RetentionFloor Default = new(30);

    /// <summary>The days that hold at a time.</summary>
    public int At(DateTimeOffset now) => NextDays is { } next && NextFrom <= now ? next : Days;

    /// <summary>
    /// The floor after somebody asked for a number within <see cref="LeastDays"/> and <see cref="MostDays"/>. A higher number, or the one
    /// that holds, is so at once and takes back a lower one that waits. The same lower number asked for twice does not start its week anew.
    /// </summary>
    public RetentionFloor AskedFor(int days, DateTimeOffset now)
    {
        if (days is < LeastDays or > MostDays) throw new ArgumentOutOfRangeException(nameof(days));
        var holds = At(now);
        if (days >= holds) return new RetentionFloor(days);
        return NextDays == days && NextFrom > now ? this : new RetentionFloor(holds, days, now + LoweredAfter);
    }
}
