using System.Text.Json.Serialization;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>
/// One step of a sweep, small enough that a freeze does not have to wait behind it: whoever sweeps sends them one after the other
/// (<see cref="RetentionSweeper"/>). Whether retention may go on is asked at each. Reply: <see cref="SweepDone"/>.
/// </summary>
/// <param name="After">Where the page before ended; null for the first.</param>
/// <param name="DryRun">Tells what the step would do by what stands now, and does nothing.</param>
public sealed record SweepBackups(
    TeamId Team, ServerId Server, SweepStep Step, ObjectName? After, bool DryRun, Author By) : IBackupCommand
{
    /// <summary>What the team chose for servers that chose nothing; null: it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RetentionDefault? Default { get; init; }
}

/// <summary>The steps of a sweep, in their order.</summary>
public enum SweepStep
{
    /// <summary>Snapshots expire.</summary>
    Expire = 1,

    /// <summary>Objects are noticed, and a week later marked.</summary>
    Mark = 2,

    /// <summary>What is marked is deleted.</summary>
    Delete = 3,
}

/// <summary>
/// What stays from now on: counts, and the days in which everything does. A lower number of days holds a week later. Idempotent. Reply:
/// <see cref="Done"/>.
/// </summary>
public sealed record ChooseRetention(TeamId Team, ServerId Server, RetentionPolicy Policy, int FloorDays, Author By) : IBackupCommand;

/// <summary>
/// What stays is the team's business again. The next sweep takes the team's default over, by the rules of a choice. Idempotent. Reply:
/// <see cref="Done"/>.
/// </summary>
public sealed record InheritRetention(TeamId Team, ServerId Server, Author By) : IBackupCommand;

/// <summary>A person wants nothing to go for now. Reply: <see cref="Done"/>.</summary>
public sealed record CancelDeletion(TeamId Team, ServerId Server, Author By) : IBackupCommand
{
    /// <summary>In the person's words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
