using HostAtlas.Agent.Backup.Schedule;
using HostAtlas.Agent.Backup.Selection;

namespace HostAtlas.Agent.Configuration;

/// <summary>The table <c>[backup]</c> of agent.toml, checked. <see cref="BackupToml"/> reads it.</summary>
public sealed record BackupOptions
{
    /// <summary>What is taken, and what of it is not.</summary>
    public required Selected Selected { get; init; }

    /// <summary>When runs begin; null: only by hand.</summary>
    public BackupSchedule? Schedule { get; init; }

    /// <summary>Most bytes a second that are sent; null: no limit.</summary>
    public long? LimitBytesPerSecond { get; init; }

    /// <summary>A shell command before each run, or null. When it fails nothing is backed up.</summary>
    public string? Pre { get; init; }

    /// <summary>A shell command after each run, or null, also after one that failed.</summary>
    public string? Post { get; init; }

    /// <summary>When a sample is restored to see that it can be; null: never by itself.</summary>
    public BackupSchedule? Drills { get; init; }

    /// <summary>How much of the newest snapshots a drill restores.</summary>
    public long DrillBytes { get; init; } = DrillDefaultBytes;

    /// <summary>Enough for a few hundred ordinary files, and little beside what a backup moves.</summary>
    public const long DrillDefaultBytes = 256 << 20;

    /// <summary>Bytes that a run moves out of packs that are mostly dead; 0: none.</summary>
    public long RepackBytes { get; init; } = RepackDefaultBytes;

    /// <summary>A gibibyte: minutes of a run.</summary>
    public const long RepackDefaultBytes = 1L << 30;

    /// <summary>Slowest limit that is taken: below it a pack of 16 MiB outlives its ticket's 15 minutes.</summary>
    public const long LimitMinBytes = 32 << 10;
}
