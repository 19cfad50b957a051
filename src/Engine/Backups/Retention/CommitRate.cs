namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// Whether a server commits more than twice as often as its schedule says: then somebody may be filling the chain to push older snapshots
/// out of what is counted.
/// </summary>
public static class CommitRate
{
    // Whoever sets backups up tries them a few times.
    private const int Unsuspicious = 4;

    // A day tells soon of an hourly schedule, a week of a daily one. A rarer one has a slot or none in a week: four runs are no flood.
    private static readonly TimeSpan[] Windows = [TimeSpan.FromDays(1), TimeSpan.FromDays(7)];

    /// <summary>The commits that are asked for: none before.</summary>
    public static DateTimeOffset WindowFrom(DateTimeOffset now) => now - Windows[^1];

    /// <summary>
    /// Judges the commits up to <paramref name="now"/>, which has one. Without a schedule there is nothing to compare with.
    /// </summary>
    public static bool IsTooHigh(IReadOnlyCollection<DateTimeOffset> commits, RunSchedule? schedule, DateTimeOffset now) =>
        schedule is not null && Windows.Any(window =>
        {
            var count = commits.Count(at => at > now - window && at <= now);
            return count > Unsuspicious && count > 2 * schedule.SlotsWithin(now - window, now);
        });
}
