using System.Threading.Channels;
using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// A restore: one walk through the trees, several files at a time, links between them last. What it holds does not grow with the snapshot,
/// but for one entry a file that has several names.
/// </summary>
internal sealed class RestoreRun : ITreeVisitor<RestoreDirectory>, IDisposable
{
    private const int JobsAhead = 64, LinksWaitingMax = 1000;

    private readonly RestoreContext _context;
    private readonly BlobReader _blobs;
    private readonly RenameBatch _batch;
    private readonly FileRestorer _files;
    private readonly Channel<FileJob> _jobs = Channel.CreateBounded<FileJob>(JobsAhead);
    private readonly Dictionary<string, FirstName> _firstNames = [];
    private readonly List<Task> _links = [];
    private readonly CancellationTokenSource _stop;

    /// <summary>Prepares a restore; nothing is touched yet.</summary>
    public RestoreRun(RestoreContext context, BlobReader blobs, CancellationToken cancellation)
    {
        _context = context;
        _blobs = blobs;
        _batch = new RenameBatch(context);
        _files = new FileRestorer(context, blobs, _batch);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Restores a snapshot's tree.</summary>
    /// <param name="tree">The tree of "/".</param>
    /// <param name="target">What "/" becomes.</param>
    /// <param name="workers">Files at a time.</param>
    /// <exception cref="RestoreStoppedException">The target is full.</exception>
    public async Task RunAsync(Reference tree, TargetDirectory target, int workers)
    {
        var root = RestoreDirectory.Root(_context, target);
        var working = Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)).ToList();
        var walking = TreeWalk.RunAsync(tree, root, _blobs, this, _stop.Token);
        await Ended([walking]);
        if (!walking.IsCompletedSuccessfully) await _stop.CancelAsync();
        _jobs.Writer.TryComplete();
        await Ended(working);
        LetQueuedGo();
        // What is complete is put in its place also when the rest is given up.
        _batch.Flush();
        await Ended(_links);
        _batch.Flush();
        // A full disk stops the workers, and they the walk: theirs is the reason to tell.
        await Task.WhenAll(working);
        await walking;
        await Task.WhenAll(_links);
        target.SyncFileSystem();
    }

    /// <inheritdoc />
    public ValueTask<RestoreDirectory?> EnterAsync(RestoreDirectory parent, TreeEntry entry, CancellationToken cancellation)
    {
        var state = _context.Options.Selection.Follow(parent.State, entry.Name.Span, isDirectory: true);
        if (!state.IsSelected && !state.MayContain) return ValueTask.FromResult<RestoreDirectory?>(null);
        var directory = parent.Below(entry, state);
        try
        {
            // An empty directory that is wanted comes back too.
            if (state.IsSelected) directory.Open();
            return ValueTask.FromResult<RestoreDirectory?>(directory);
        }
        catch (RestoreFaultException)
        {
            // It was told; what lies below is lost with it.
            directory.Release();
            return ValueTask.FromResult<RestoreDirectory?>(null);
        }
    }

    /// <inheritdoc />
    public async ValueTask VisitAsync(RestoreDirectory parent, TreeEntry entry, CancellationToken cancellation)
    {
        if (!_context.Options.Selection.Follow(parent.State, entry.Name.Span, isDirectory: false).IsSelected) return;
        if (entry.HeldBackSince is { } since)
        {
            _context.Events.HeldBack(parent.PathOf(entry), since, _context.Options.HeldBack);
            if (!_context.Options.HeldBack) return;
        }
        if (entry.Type != TreeEntryType.File) _files.RestoreSpecial(parent, entry);
        else if (entry.HardLink is { } link) await VisitLinkedAsync(parent, entry, link, cancellation);
        else await QueueAsync(new FileJob(parent, entry), cancellation);
    }

    /// <inheritdoc />
    public void Leave(RestoreDirectory directory) => directory.Release();

    /// <inheritdoc />
    public void Lost(RestoreDirectory directory, ReadOnlyMemory<byte> after, Exception cause) => _context.Events.Failed(directory.Path,
        after.IsEmpty ? $"its first entries cannot be read, and what they name is lost: {cause.Message}"
            : $"entries behind {TreeNames.Display(after.Span)} cannot be read, and what they name is lost: {cause.Message}");

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();

    private async Task VisitLinkedAsync(RestoreDirectory parent, TreeEntry entry, string link, CancellationToken cancellation)
    {
        if (!_firstNames.TryGetValue(link, out var first))
        {
            var placed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _firstNames[link] = new FirstName(parent, entry, placed.Task);
            await QueueAsync(new FileJob(parent, entry, placed), cancellation);
            return;
        }
        parent.Hold();
        _links.Add(LinkAsync(first, parent, entry));
        if (_links.Count < LinksWaitingMax) return;
        // They keep their directories open; the files they wait for may themselves wait for their batch to fill.
        _batch.IsEager = true;
        _batch.Flush();
        await Task.WhenAll(_links);
        _links.Clear();
        _batch.IsEager = false;
    }

    private async Task LinkAsync(FirstName first, RestoreDirectory directory, TreeEntry entry)
    {
        var isPlaced = await first.Placed;
        if (isPlaced && _files.TryLink(first.Directory, first.Entry, directory, entry)) directory.Release();
        else await _files.RestoreAsync(new FileJob(directory, entry), _stop.Token);
    }

    private async Task QueueAsync(FileJob job, CancellationToken cancellation)
    {
        job.Directory.Hold();
        try
        {
            await _jobs.Writer.WriteAsync(job, cancellation);
        }
        catch
        {
            job.Directory.Release();
            job.Placed?.TrySetResult(false);
            throw;
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var job in _jobs.Reader.ReadAllAsync(_stop.Token)) await _files.RestoreAsync(job, _stop.Token);
        }
        catch
        {
            // One worker that cannot go on stops all.
            await _stop.CancelAsync();
            throw;
        }
    }

    // Nobody may wait for what is not restored any more.
    private void LetQueuedGo()
    {
        while (_jobs.Reader.TryRead(out var job))
        {
            job.Directory.Release();
            job.Placed?.TrySetResult(false);
        }
    }

    private static async Task Ended(IEnumerable<Task> tasks)
    {
        foreach (var task in tasks) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed record FirstName(RestoreDirectory Directory, TreeEntry Entry, Task<bool> Placed);
}
