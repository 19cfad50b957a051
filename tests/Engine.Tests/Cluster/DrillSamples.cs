using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Tests.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>The wire samples of drills, and of runs that do not come to an end.</summary>
internal static class DrillSamples
{
    private static readonly DateTimeOffset At = Named.Noon.AddTicks(1_234_567), Later = Named.Noon.AddHours(24);
    private static readonly SnapshotId Head = Named.Id<SnapshotId>("head");
    private static readonly DrillDone Done = new(Head, Named.Noon, 118, 262_144_000, 1, Later);

    public static Dictionary<string, object> All { get; } = new()
    {
        ["overdue.1"] = new BackupsOverdue(Named.Noon, At),
        ["drilled.1"] = Done,
        ["c-request.1~drill"] = BackupSamples.Request(new DrillPayload(Head, Named.Noon, 118, 262_144_000, 1)),
        ["state.1~drilled"] = (BackupSamples.StateWithAll() with { TryingSince = At, OverdueToldAt = Later }).Apply([Done]),
        ["r-shown.1~drilled"] = new BackupsShown(ChainStatus.Open, null, null, null, [], [])
        {
            LastDrill = new DrillFigures(Head, Named.Noon, 118, 262_144_000, 1, Later),
        },
    };
}
