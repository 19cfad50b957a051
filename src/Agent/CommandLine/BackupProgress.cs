using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Progress;

namespace HostAtlas.Agent.CommandLine;

/// <summary>How far a backup is. A pass over the files begins it anew.</summary>
internal sealed class BackupProgress : IProgressCounts
{
    // A look at a file that has not changed, in bytes that are read in the same time.
    private const long LookCost = 2 << 10;

    private volatile RunFindings? _findings;
    private volatile RunEstimate? _estimate;

    /// <inheritdoc />
    public long Files => _findings?.Done.Files ?? 0;

    /// <inheritdoc />
    public long Bytes => (_findings?.Done.Bytes ?? 0) + (_findings?.InFile ?? 0);

    /// <inheritdoc />
    public (long Files, long Bytes)? Total => _estimate?.Total is { } total ? (total.Files, total.Bytes) : null;

    /// <inheritdoc />
    public double Work => Cost(Files, Files - (_findings?.Unchanged ?? 0), Moved);

    /// <inheritdoc />
    public double? WorkTotal => _estimate?.Total is { } total ? Cost(total.Files, total.ReadFiles, total.ReadBytes) : null;

    /// <inheritdoc />
    public long Moved => Bytes - (_findings?.UnchangedBytes ?? 0);

    /// <inheritdoc />
    public string Note => $"{HeldBack} held back";

    /// <summary>Files that the gate held back.</summary>
    public long HeldBack => _findings?.Counts.HeldBack ?? 0;

    /// <summary>A pass begins.</summary>
    public void Begin(RunFindings findings, RunEstimate? estimate) => (_estimate, _findings) = (estimate, findings);

    private static double Cost(long files, long read, long bytes) =>
        bytes + ((double)read * WorkProgress.FileCost) + ((double)(files - read) * LookCost);
}
