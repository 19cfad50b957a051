namespace HostAtlas.Agent.Progress;

/// <summary>How much is done and how much there is. Read while others count.</summary>
public interface IProgressCounts
{
    /// <summary>Files done.</summary>
    long Files { get; }

    /// <summary>Bytes done.</summary>
    long Bytes { get; }

    /// <summary>All files and their bytes; null while nobody knows.</summary>
    (long Files, long Bytes)? Total { get; }

    /// <summary>What is done, in bytes that take as long: a thousand small files take longer than their bytes say.</summary>
    double Work { get; }

    /// <summary>All of it; null while nobody knows.</summary>
    double? WorkTotal { get; }

    /// <summary>Bytes that were moved for it; the rate is told of these.</summary>
    long Moved { get; }

    /// <summary>What else is told, or nothing.</summary>
    string Note { get; }
}
