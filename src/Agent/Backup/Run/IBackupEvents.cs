using HostAtlas.Agent.Backup.Repack;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>Hears how a backup goes. Called from any thread.</summary>
internal interface IBackupEvents
{
    /// <summary>Something went wrong that does not end the run.</summary>
    void Trouble(string text);

    /// <summary>A file could not be read as it was.</summary>
    void Fault(string path, string why);

    /// <summary>A rule of the gate hit a file.</summary>
    /// <param name="path">The path for people.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="isHeldBack">Its last clean version stays; else it is the first one that was ever seen, or a canary.</param>
    void Hit(string path, IReadOnlyList<string> rules, bool isHeldBack);

    /// <summary>Packs that are mostly dead are emptied into new ones.</summary>
    void Repacks(RepackPlan plan);

    /// <summary>A pass over the files begins.</summary>
    /// <param name="findings">Counts as it goes.</param>
    /// <param name="estimate">How much there is; null: nobody asked.</param>
    void Pass(RunFindings findings, RunEstimate? estimate);

    /// <summary>Whether somebody watches, so that a walk beside the run is worth its cost.</summary>
    bool WantsEstimate { get; }
}
