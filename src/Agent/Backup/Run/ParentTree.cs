using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// The parent snapshot's tree, read beside the walk: both are in the order of the names, so each directory is read once, a chunk at a time.
/// What cannot be read counts as never seen; then files are read again, and nothing is lost.
/// </summary>
internal sealed class ParentTree(IChunkSource chunks, KnownIds known)
{
    /// <summary>A directory of it.</summary>
    /// <param name="subtree">Its entries.</param>
    /// <param name="onPassed">Hears of each entry once no later name can be its own, and whether it was asked for.</param>
    /// <param name="cancellation">Stops.</param>
    public ParentDirectory Open(Reference? subtree, Func<TreeEntry, bool, ValueTask>? onPassed, CancellationToken cancellation) =>
        new(subtree ?? Reference.Empty, chunks, cancellation) { OnPassed = onPassed };

    /// <summary>How many files lie below a directory, at any depth.</summary>
    public async ValueTask<long> CountFilesAsync(Reference subtree, CancellationToken cancellation)
    {
        var (files, left) = (0L, new Stack<Reference>([subtree]));
        while (left.TryPop(out var next))
        {
            await using var directory = Open(next, (entry, _) =>
            {
                if (entry.Type == TreeEntryType.File) files++;
                else if (entry.Subtree is { IsEmpty: false } below) left.Push(below);
                return ValueTask.CompletedTask;
            }, cancellation);
            await directory.DrainAsync().ConfigureAwait(false);
        }
        return files;
    }

    /// <summary>
    /// Whether every chunk of the content is still stored. If so their packs are needed from now on, those of the lists that name them
    /// included.
    /// </summary>
    public async ValueTask<bool> TryKeepAsync(Reference content, CancellationToken cancellation)
    {
        try
        {
            return await EachAsync(content, id => known.IsOfEarlierRun(id) || known.IsOfThisRun(id), cancellation).ConfigureAwait(false)
                && await EachAsync(content, id => known.TryKeep(id) || known.IsOfThisRun(id), cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ChunkUnavailableException or IOException)
        {
            return false;
        }
    }

    private async ValueTask<bool> EachAsync(Reference content, Func<ChunkId, bool> each, CancellationToken cancellation)
    {
        if (content.Depth == 0)
        {
            foreach (var id in content.Ids)
            {
                if (!each(id)) return false;
            }
            return true;
        }
        for (var depth = 0; depth <= content.Depth; depth++)
        {
            await foreach (var id in ReferenceReader.ReadAsync(new Reference(depth, content.Ids), chunks, cancellation)
                .ConfigureAwait(false))
            {
                if (!each(id)) return false;
            }
        }
        return true;
    }
}

/// <summary>One directory of the parent's tree, asked for names in ascending order.</summary>
internal sealed class ParentDirectory(Reference subtree, IChunkSource chunks, CancellationToken cancellation) : IAsyncDisposable
{
    // How far ahead a former name is looked for.
    private const int AheadMost = 64;

    private readonly Queue<TreeEntry> _ahead = new();
    private IAsyncEnumerator<TreeEntry>? _entries;
    private bool _over = subtree.IsEmpty, _isFound;

    /// <summary>Hears of each entry once no later name can be its own: the entry, and whether its name was asked for.</summary>
    public Func<TreeEntry, bool, ValueTask>? OnPassed { get; init; }

    /// <summary>The entry of the name, or null.</summary>
    public async ValueTask<TreeEntry?> FindAsync(ReadOnlyMemory<byte> name)
    {
        while (await PeekAsync().ConfigureAwait(false) is { } entry)
        {
            var order = entry.Name.Span.SequenceCompareTo(name.Span);
            if (order > 0) return null;
            if (order == 0)
            {
                _isFound = true;
                return entry;
            }
            await PassAsync().ConfigureAwait(false);
        }
        return null;
    }

    /// <summary>Passes all that is left.</summary>
    public async ValueTask DrainAsync()
    {
        while (await PeekAsync().ConfigureAwait(false) is not null) await PassAsync().ConfigureAwait(false);
    }

    /// <summary>The next entries whose names begin so; none of them is passed.</summary>
    public async ValueTask<IReadOnlyList<TreeEntry>> AheadAsync(ReadOnlyMemory<byte> prefix)
    {
        while (_ahead.Count < AheadMost && (_ahead.Count == 0 || IsUpTo(_ahead.Last(), prefix)) && await ReadAsync().ConfigureAwait(false))
        {
            // Until one beyond them is read.
        }
        return [.. _ahead.Where(entry => entry.Name.Span.StartsWith(prefix.Span))];
    }

    private static bool IsUpTo(TreeEntry entry, ReadOnlyMemory<byte> prefix) =>
        entry.Name.Span.StartsWith(prefix.Span) || entry.Name.Span.SequenceCompareTo(prefix.Span) < 0;

    private async ValueTask<TreeEntry?> PeekAsync() =>
        _ahead.Count > 0 || await ReadAsync().ConfigureAwait(false) ? _ahead.Peek() : null;

    private async ValueTask PassAsync()
    {
        var (entry, isFound) = (_ahead.Dequeue(), _isFound);
        _isFound = false;
        if (OnPassed is { } passed) await passed(entry, isFound).ConfigureAwait(false);
    }

    private async ValueTask<bool> ReadAsync()
    {
        if (_over) return false;
        try
        {
            _entries ??= TreeReader.ReadAsync(subtree, chunks, static _ => { }, cancellation).GetAsyncEnumerator(cancellation);
            _over = !await _entries.MoveNextAsync().ConfigureAwait(false);
            if (!_over) _ahead.Enqueue(_entries.Current);
        }
        catch (Exception fault) when (fault is TreeBrokenException or IOException)
        {
            _over = true;
        }
        return !_over;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _entries?.DisposeAsync() ?? ValueTask.CompletedTask;
}
