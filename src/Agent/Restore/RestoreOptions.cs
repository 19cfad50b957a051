namespace HostAtlas.Agent.Restore;

/// <summary>What happens to a file that is there already.</summary>
public enum OverwriteMode
{
    /// <summary>It stays.</summary>
    Never,

    /// <summary>It is replaced when its type, size or time of modification differ.</summary>
    Changed,

    /// <summary>It is replaced.</summary>
    Always,
}

/// <summary>How to restore.</summary>
/// <param name="Target">The directory that "/" becomes.</param>
/// <param name="Selection">Which paths.</param>
/// <param name="Overwrite">What happens to files that are there.</param>
/// <param name="HeldBack">Whether held-back files come back in their last clean version.</param>
/// <param name="TemporaryName">What unfinished files are called until they are put in their places; random, for this run only.</param>
internal sealed record RestoreOptions(
    string Target, PathSelection Selection, OverwriteMode Overwrite, bool HeldBack, string TemporaryName)
{
    /// <summary>How unfinished files' names begin, whatever the run.</summary>
    public const string TemporaryPrefix = ".hostatlas-restore-";
}
