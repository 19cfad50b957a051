namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// What a run will meet, counted by a walk beside it that opens no file: only so has the first backup's bar an end. What was changed since
/// the snapshot before began has to be read; the rest is only looked at, which is told apart because it is a hundred times faster.
/// </summary>
/// <param name="counted">What the walk found so far.</param>
internal sealed class RunEstimate(RunFindings counted)
{
    private volatile bool _isComplete;

    /// <summary>Everything and what of it has to be read; null until the walk is at its end.</summary>
    public (long Files, long Bytes, long ReadFiles, long ReadBytes)? Total => !_isComplete ? null
        : (counted.Done.Files, counted.Done.Bytes, counted.Done.Files - counted.Unchanged, counted.Done.Bytes - counted.UnchangedBytes);

    /// <summary>Begins to count.</summary>
    /// <param name="run">The walk of the run itself.</param>
    /// <param name="before">When the snapshot before began; null: there is none to build on, and all is read.</param>
    /// <param name="cancellation">The run is over.</param>
    public static (RunEstimate Estimate, Task Counting) Begin(TreeWalkParts run, DateTimeOffset? before, CancellationToken cancellation)
    {
        var findings = new RunFindings();
        var estimate = new RunEstimate(findings);
        var unchanged = before is { } time ? (time - DateTimeOffset.UnixEpoch).Ticks * 100 : (long?)null;
        var walk = run with { Reading = null, Parent = null, Findings = findings, UnchangedBeforeNs = unchanged };
        return (estimate, Task.Run(() => estimate.CountAsync(walk, cancellation), CancellationToken.None));
    }

    private async Task CountAsync(TreeWalkParts walk, CancellationToken cancellation)
    {
        try
        {
            await TreeWalk.RunAsync(walk, static _ => ValueTask.CompletedTask, cancellation).ConfigureAwait(false);
            _isComplete = true;
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or Walk.LinuxFaultException)
        {
            // Without an end the bar shows what was done. What hinders a walk the run itself tells.
        }
    }
}
