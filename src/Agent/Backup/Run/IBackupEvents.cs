using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>Hears how a backup goes. Called from any thread.</summary>
internal interface IBackupEvents
{
    /// <summary>Something went wrong that does not end the run.</summary>
    void Trouble(string text);

    /// <summary>A file could not be read as it was.</summary>
    void Fault(string path, string why);

    /// <summary>A pass over the files begins.</summary>
    /// <param name="findings">Counts as it goes.</param>
    /// <param name="before">What the snapshot before held: the best estimate of how much there is.</param>
    void Pass(RunFindings findings, SnapshotCounts? before);
}
