namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>How far the roll-up and the retention have come; whole hours. Before them there is nothing, or nothing complete.</summary>
/// <param name="ClosedThroughMs">Hours before it are rolled up unless they are marked.</param>
/// <param name="RawFromMs">Hours before it have lost their reports. Never above <paramref name="ClosedThroughMs"/>.</param>
/// <param name="MinutesFromMs">Hours before it have lost their points of a minute.</param>
/// <param name="HoursFromMs">Hours before it have lost their point of the hour.</param>
public readonly record struct RollupProgress(long ClosedThroughMs, long RawFromMs, long MinutesFromMs, long HoursFromMs)
{
    /// <summary>Before it nothing is left in any form.</summary>
    public long OldestMs => Math.Min(Math.Min(RawFromMs, MinutesFromMs), HoursFromMs);

    /// <summary>
    /// Moves each boundary on, never back. Nothing is given up that is not closed, and no report whose hour is still to be rolled up.
    /// </summary>
    public RollupProgress Advance(RollupProgress to, long? oldestMarkMs)
    {
        var closed = Math.Max(ClosedThroughMs, to.ClosedThroughMs);
        return new RollupProgress(
            closed, Math.Max(RawFromMs, Math.Min(Math.Min(to.RawFromMs, closed), oldestMarkMs ?? long.MaxValue)),
            Math.Max(MinutesFromMs, Math.Min(to.MinutesFromMs, closed)), Math.Max(HoursFromMs, Math.Min(to.HoursFromMs, closed)));
    }
}
