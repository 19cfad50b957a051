namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// Where a sealed value lies. The number is part of every value's associated data and of its key's derivation: it is never changed and
/// never used again.
/// </summary>
public enum SealedTable : byte
{
    /// <summary>The values of one report.</summary>
    MetricRows = 1,

    /// <summary>An ordered list of metric names.</summary>
    MetricSets = 2,

    /// <summary>An hour of one-minute points.</summary>
    MetricMinutes = 3,

    /// <summary>A point of one hour.</summary>
    MetricHours = 4,

    /// <summary>A server's name.</summary>
    Servers = 5,

    /// <summary>A team's name.</summary>
    Teams = 6,

    /// <summary>An event of an entity.</summary>
    Journal = 7,

    /// <summary>A snapshot of an entity.</summary>
    Snapshots = 8,

    /// <summary>What an agent's gate found in a run of a backup.</summary>
    BackupEvidence = 9,

    /// <summary>An entry of a team's audit log with its hash.</summary>
    AuditEntries = 10,

    /// <summary>The hash of a team's last entry.</summary>
    AuditHeads = 11,

    /// <summary>A change of a team, for those who watch it.</summary>
    TeamChanges = 12,

    /// <summary>A log line with its source.</summary>
    LogLines = 13,

    /// <summary>A server's inventory.</summary>
    Inventories = 14,

    /// <summary>Evidence that made a chain of backups suspect or frozen.</summary>
    GateEvidence = 15,

    /// <summary>What people are told of a happening.</summary>
    Notifications = 16,
}
