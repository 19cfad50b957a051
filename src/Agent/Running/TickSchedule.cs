namespace HostAtlas.Agent.Running;

/// <summary>
/// When reports are taken: on a grid of the interval over the Unix epoch, moved by this process's own phase. The grid makes the steps of a
/// chart full; the phase keeps a fleet from sending all at once.
/// </summary>
public static class TickSchedule
{
    /// <summary>The first moment of the grid after <paramref name="now"/>: never the same, never more than an interval ahead.</summary>
    public static DateTimeOffset Next(DateTimeOffset now, TimeSpan interval, TimeSpan phase)
    {
        var since = now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks - (phase.Ticks % interval.Ticks);
        var behind = ((since % interval.Ticks) + interval.Ticks) % interval.Ticks;
        return now + TimeSpan.FromTicks(interval.Ticks - behind);
    }
}
