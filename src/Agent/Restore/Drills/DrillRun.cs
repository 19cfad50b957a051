using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore.Drills;

/// <summary>What a drill came to.</summary>
/// <param name="Snapshots">Those that were sampled, the newest first.</param>
/// <param name="Files">Files that were restored, and directories that should have been read.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Faults">Of them, those that are not as they should be: path and why.</param>
internal sealed record DrillOutcome(
    IReadOnlyList<FoundSnapshot> Snapshots, long Files, long Bytes, IReadOnlyList<(ReadOnlyMemory<byte> Path, string Why)> Faults);

/// <summary>
/// Restores a sample of the newest snapshot, and of one of those before it, by the way that a restore goes: from the vault, sealed chunk by
/// sealed chunk, decompressed, hashed, and compared with what the snapshot says. Nothing is written to the disk. It reads the trees of both
/// snapshots whole, which the budget does not count.
/// </summary>
/// <param name="repository">The vault.</param>
/// <param name="random">Numbers in [0, 1).</param>
/// <param name="damaged">Told of each object that is missing or damaged.</param>
internal sealed class DrillRun(RepositoryReader repository, Func<double> random, Action<ObjectName> damaged) : ITreeVisitor<DrillRun.Folder>
{
    // An older one is drawn from so many: what people want back is seldom older than the last week of nights.
    private const int OlderMost = 7, PiecesOfPacks = 8;

    private readonly List<(ReadOnlyMemory<byte> Path, string Why)> _faults = [];
    private DrillSample _sample = null!;
    private long _files, _bytes;

    /// <summary>Runs it.</summary>
    /// <param name="check">Hears of the newest snapshots before anything is read; refuses those that are not this host's.</param>
    /// <param name="mostBytes">What may be restored.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="IOException">The vault does not answer: that says nothing of the snapshots.</exception>
    public async Task<DrillOutcome> RunAsync(Action<SnapshotCatalog> check, long mostBytes, CancellationToken cancellation)
    {
        var catalog = await SnapshotCatalog.FindAsync(repository, SnapshotChoice.Latest, cancellation);
        check(catalog);
        var newest = SnapshotChoice.Find(catalog, SnapshotChoice.Latest, out var fault) ?? throw new DrillImpossibleException(fault);
        var snapshots = await OlderAsync(newest, cancellation) is { } older ? new[] { newest, older } : [newest];
        foreach (var snapshot in snapshots) await DrillAsync(snapshot, mostBytes / snapshots.Length, cancellation);
        return new DrillOutcome(snapshots, _files, _bytes, _faults);
    }

    /// <inheritdoc />
    public ValueTask<Folder?> EnterAsync(Folder parent, TreeEntry entry, CancellationToken cancellation) =>
        ValueTask.FromResult<Folder?>(new Folder(parent.PathOf(entry)));

    /// <inheritdoc />
    public ValueTask VisitAsync(Folder parent, TreeEntry entry, CancellationToken cancellation)
    {
        if (entry.Type == TreeEntryType.File) _sample.Offer(new SampledFile(parent.PathOf(entry), entry));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public void Leave(Folder directory)
    {
        // Nothing of it is kept.
    }

    /// <inheritdoc />
    public void Lost(Folder directory, ReadOnlyMemory<byte> after, Exception cause)
    {
        ThrowIfAway(cause);
        _files++;
        _faults.Add((directory.Path, cause.Message));
    }

    private async Task<FoundSnapshot?> OlderAsync(FoundSnapshot newest, CancellationToken cancellation)
    {
        var listed = new HashSet<SnapshotId>();
        await foreach (var name in repository.Source.ListAsync(ObjectKind.Snapshot, cancellation))
            listed.Add(new SnapshotId(name.Id.Value));
        // One of another key may have none here any more.
        var before = newest.Document.Predecessors.Where(link => listed.Contains(link.Uuid)).Take(OlderMost).ToList();
        if (before.Count == 0) return null;
        var wanted = before[(int)(random() * before.Count)].Uuid;
        var catalog = await SnapshotCatalog.FindAsync(repository, wanted.ToString(), cancellation);
        return SnapshotChoice.Find(catalog, wanted.ToString(), out _);
    }

    private async Task DrillAsync(FoundSnapshot snapshot, long mostBytes, CancellationToken cancellation)
    {
        var loader = new BlobTableLoader(repository, broken => damaged(broken.Name));
        if (!await loader.AddIndexesAsync(snapshot.Document.Indexes, cancellation) || snapshot.Document.Indexes.Count == 0)
            await loader.WidenAsync(cancellation);
        using var blobs = new BlobReader(repository, loader, (place, fault) =>
        {
            if (fault is ObjectBrokenException { Fault: not ObjectFault.UnknownKey }) damaged(place.From.Pack);
        }, PiecesOfPacks);
        _sample = new DrillSample(mostBytes, random);
        await TreeWalk.RunAsync(snapshot.Document.Tree, new Folder(ReadOnlyMemory<byte>.Empty), blobs, this, cancellation);
        foreach (var file in _sample.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            _files++;
            if (await RestoreAsync(file.Entry, blobs, cancellation) is { } why) _faults.Add((file.Path, why));
        }
    }

    /// <summary>Reads a file, or a part of a large one; what is wrong with it, or null.</summary>
    private async Task<string?> RestoreAsync(TreeEntry entry, BlobReader blobs, CancellationToken cancellation)
    {
        try
        {
            var isWhole = entry.Size <= _sample.PartBytes;
            var (start, number, length) = (isWhole ? 0 : await StartAsync(entry, blobs, cancellation), 0L, 0L);
            await foreach (var id in ReferenceReader.ReadAsync(entry.Chunks!, blobs, cancellation))
            {
                if (number++ < start) continue;
                using var blob = await blobs.ReadContentAsync(id, isAhead: false, cancellation);
                length += blob.Length;
                _bytes += blob.Length;
                if (!isWhole && length >= _sample.PartBytes) return null;
            }
            return !isWhole || length == entry.Size ? null : $"it has {entry.Size} bytes, and its chunks have {length}.";
        }
        catch (ChunkUnavailableException fault)
        {
            ThrowIfAway(fault);
            return fault.Message;
        }
    }

    // Where in a large file the part begins that stands for it: any of its chunks but those too near to its end.
    private async Task<long> StartAsync(TreeEntry entry, BlobReader blobs, CancellationToken cancellation)
    {
        var chunks = 0L;
        await foreach (var _ in ReferenceReader.ReadAsync(entry.Chunks!, blobs, cancellation)) chunks++;
        return (long)(random() * chunks * (1 - ((double)_sample.PartBytes / entry.Size)));
    }

    // A vault that does not answer is no damage, and nobody should be told that it is.
    private static void ThrowIfAway(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException) throw new IOException(cause.Message, cause);
        }
    }

    /// <summary>A directory that is walked.</summary>
    internal sealed record Folder(ReadOnlyMemory<byte> Path)
    {
        public ReadOnlyMemory<byte> PathOf(TreeEntry entry) => (byte[])[.. Path.Span, (byte)'/', .. entry.Name.Span];
    }
}

/// <summary>There is nothing that could be restored from; the text says why.</summary>
internal sealed class DrillImpossibleException(string why) : Exception(why);
