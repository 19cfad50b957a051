namespace HostAtlas.Agent.Backup.Repack;

/// <summary>How much of the earlier packs that the newest snapshot uses again is dead, and what a repacking would make of it. In
/// STATE/backup/last.json.</summary>
public sealed record RepackNote
{
    /// <summary>Bytes of the packs that it needs, as objects.</summary>
    public required long NeededBytes { get; init; }

    /// <summary>Of them, what nothing in it needs.</summary>
    public required long WastedBytes { get; init; }

    /// <summary>Packs that are worth emptying.</summary>
    public required int Packs { get; init; }

    /// <summary>What would have to be sent.</summary>
    public required long MoveBytes { get; init; }

    /// <summary>What the next snapshot would need less.</summary>
    public required long FreeBytes { get; init; }

    internal static RepackNote Of(RepackPlan plan) => new()
    {
        NeededBytes = plan.NeededBytes,
        WastedBytes = plan.WastedBytes,
        Packs = plan.Victims.Count,
        MoveBytes = plan.MovedBytes,
        FreeBytes = plan.FreedBytes,
    };
}
