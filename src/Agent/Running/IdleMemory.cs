namespace HostAtlas.Agent.Running;

/// <summary>What rare and heavy work needed at its height goes back to the system: an idle agent stays small.</summary>
internal static class IdleMemory
{
    /// <summary>Gives it back. Takes some milliseconds in which everything stands, so not within work.</summary>
    public static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
