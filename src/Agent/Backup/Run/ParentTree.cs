using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// The parent snapshot's tree, read beside the walk: both are in the order of the names, so each directory is read once, a chunk at a time.
/// What cannot be read counts as never seen; then files are read again, and nothing is lost.
/// </summary>
internal sealed class ParentTree(IChunkSource chunks, KnownIds known)
{
    /// <summary>A directory of it.</summary>
    public ParentDirectory Open(Reference? subtree, CancellationToken cancellation) =>
        new(subtree ?? Reference.Empty, chunks, cancellation);

    /// <summary>
    /// Whether every chunk of the content is still stored. If so their packs are needed from now on, those of the lists that name them
    /// included.
    /// </summary>
    public async ValueTask<bool> TryKeepAsync(Reference content, CancellationToken cancellation)
    {
        try
        {
            if (!await EachAsync(content, static pack => true, cancellation).ConfigureAwait(false)) return false;
            return await EachAsync(content, static pack =>
            {
                pack.Use();
                return true;
            }, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ChunkUnavailableException or IOException)
        {
            return false;
        }
    }

    private async ValueTask<bool> EachAsync(Reference content, Func<KnownPack, bool> each, CancellationToken cancellation)
    {
        if (content.Depth == 0)
        {
            foreach (var id in content.Ids)
            {
                if (known.PackOf(id) is not { } pack || !each(pack)) return false;
            }
            return true;
        }
        for (var depth = 0; depth <= content.Depth; depth++)
        {
            await foreach (var id in ReferenceReader.ReadAsync(new Reference(depth, content.Ids), chunks, cancellation)
                .ConfigureAwait(false))
            {
                if (known.PackOf(id) is not { } pack || !each(pack)) return false;
            }
        }
        return true;
    }
}

/// <summary>One directory of the parent's tree, asked for names in ascending order.</summary>
internal sealed class ParentDirectory(Reference subtree, IChunkSource chunks, CancellationToken cancellation) : IAsyncDisposable
{
    private IAsyncEnumerator<TreeEntry>? _entries;
    private bool _over = subtree.IsEmpty;

    /// <summary>The entry of the name, or null.</summary>
    public async ValueTask<TreeEntry?> FindAsync(ReadOnlyMemory<byte> name)
    {
        if (_over) return null;
        try
        {
            if (_entries is null)
            {
                _entries = TreeReader.ReadAsync(subtree, chunks, static _ => { }, cancellation).GetAsyncEnumerator(cancellation);
                _over = !await _entries.MoveNextAsync().ConfigureAwait(false);
            }
            while (!_over)
            {
                var order = _entries.Current.Name.Span.SequenceCompareTo(name.Span);
                if (order == 0) return _entries.Current;
                if (order > 0) return null;
                _over = !await _entries.MoveNextAsync().ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is TreeBrokenException or IOException)
        {
            _over = true;
        }
        return null;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _entries?.DisposeAsync() ?? ValueTask.CompletedTask;
}
