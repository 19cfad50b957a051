namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// Which snapshots stay by count. <paramref name="Last"/>: the newest. The others speak of those older than the floor, in which everything
/// stays: of so many days, ISO weeks, months and years that have one (UTC, by the platform's clock), the first of each. The first and not
/// the last: whoever takes over a host can add snapshots to a month, but none before those that it has.
/// </summary>
public sealed record RetentionPolicy(int Last, int Daily, int Weekly, int Monthly, int Yearly)
{
    /// <summary>The highest count.</summary>
    public const int CountAtMost = 1_000;

    /// <summary>What a server has that nobody chose for.</summary>
    public static readonly RetentionPolicy Default = new(Last: 10, Daily: 30, Weekly: 12, Monthly: 12, Yearly: 5);

    /// <summary>Whether any of its counts is below the other's.</summary>
    public bool KeepsLessThan(RetentionPolicy other) => Last < other.Last || Daily < other.Daily || Weekly < other.Weekly
        || Monthly < other.Monthly || Yearly < other.Yearly;

    /// <summary>What is wrong with it, for people; null when nothing is.</summary>
    public string? Fault =>
        new[] { Last, Daily, Weekly, Monthly, Yearly }.Any(count => count is < 0 or > CountAtMost)
            ? $"Each count must be 0 to {CountAtMost}."
            : null;
}
