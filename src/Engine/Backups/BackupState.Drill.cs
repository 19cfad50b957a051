using System.Text.Json.Serialization;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Backups;

/// <summary>What is kept of drills, and of runs that do not come to an end.</summary>
public sealed partial record BackupState
{
    /// <summary>The last drill.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DrillFigures? LastDrill { get; init; }

    /// <summary>When the first run began that came after the last commit; null while none has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? TryingSince { get; init; }

    /// <summary>When it was last told that none of them was committed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? OverdueToldAt { get; init; }

    private BackupState Drilled(DrillDone e) =>
        Told(e.Failed == 0 ? HappeningKind.DrillPassed : HappeningKind.DrillFailed, e.Snapshot, e.At) with
        {
            LastDrill = new DrillFigures(e.Snapshot, e.DrilledAt, e.Files, e.Bytes, e.Failed, e.At),
        };
}

/// <summary>What a drill came to. <paramref name="DrilledAt"/>: by the host's clock; <paramref name="At"/>: by this one's.</summary>
public sealed record DrillFigures(SnapshotId Snapshot, DateTimeOffset DrilledAt, long Files, long Bytes, long Failed, DateTimeOffset At);
