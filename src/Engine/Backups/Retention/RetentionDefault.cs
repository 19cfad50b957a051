namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// What a team chose for those of its servers that chose nothing. Each takes it over with its next sweep, as if it had been chosen there:
/// its own entity journals it, tells of it where something stays shorter, and lets a lower number of days wait its week.
/// </summary>
public sealed record RetentionDefault(RetentionPolicy Policy, int FloorDays)
{
    /// <summary>What a team has that nobody chose for.</summary>
    public static readonly RetentionDefault OfThePlatform = new(RetentionPolicy.Default, RetentionFloor.Default.Days);

    /// <summary>What is wrong with it, for people; null when nothing is.</summary>
    public string? Fault => Policy.Fault ?? (FloorDays is < RetentionFloor.LeastDays or > RetentionFloor.MostDays
        ? $"The floor must be {RetentionFloor.LeastDays} to {RetentionFloor.MostDays} days." : null);

    /// <summary>Whether a chain that inherits acts by it already, or will when its week is over.</summary>
    public bool IsTakenOver(RetentionMemory memory) =>
        memory.Counts == Policy && (memory.Days.NextDays ?? memory.Days.Days) == FloorDays;
}
