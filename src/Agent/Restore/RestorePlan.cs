using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore;

/// <summary>Counts what a selection takes of a snapshot, so that a bar has an end. Without a selection the snapshot's own counts
/// hold.</summary>
internal sealed class RestorePlan(PathSelection selection) : ITreeVisitor<PathState>
{
    private bool _hasAny, _hasGaps;

    /// <summary>Files that are wanted.</summary>
    public long Files { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>For certain the snapshot has nothing that is wanted. While a part of it cannot be read, nothing is certain.</summary>
    public bool IsEmpty => !selection.IsAll && !_hasAny && !_hasGaps;

    /// <summary>Counts. What cannot be read is left out; the restore names it.</summary>
    public static async Task<RestorePlan> CountAsync(
        SnapshotDocument snapshot, PathSelection selection, IChunkSource trees, CancellationToken cancellation)
    {
        var plan = new RestorePlan(selection);
        if (selection.IsAll) (plan.Files, plan.Bytes) = (snapshot.Counts.Files, snapshot.Counts.Bytes);
        else await TreeWalk.RunAsync(snapshot.Tree, selection.Root, trees, plan, cancellation);
        return plan;
    }

    /// <inheritdoc />
    public ValueTask<PathState?> EnterAsync(PathState parent, TreeEntry entry, CancellationToken cancellation)
    {
        var state = selection.Follow(parent, entry.Name.Span, isDirectory: true);
        _hasAny |= state.IsSelected;
        return ValueTask.FromResult(state.IsSelected || state.MayContain ? state : null);
    }

    /// <inheritdoc />
    public ValueTask VisitAsync(PathState parent, TreeEntry entry, CancellationToken cancellation)
    {
        if (!selection.Follow(parent, entry.Name.Span, isDirectory: false).IsSelected) return ValueTask.CompletedTask;
        _hasAny = true;
        if (entry.Type == TreeEntryType.File)
        {
            Files++;
            Bytes += entry.Size;
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public void Leave(PathState directory)
    {
    }

    /// <inheritdoc />
    public void Lost(PathState directory, ReadOnlyMemory<byte> after, Exception cause) => _hasGaps = true;
}
