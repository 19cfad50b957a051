using System.Collections.Concurrent;
using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Progress;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Restore;

/// <summary>What a verification tells as it goes. Called from several threads at once.</summary>
internal interface IVerifyEvents
{
    /// <summary>Something is missing, damaged, or not what it should be.</summary>
    void Fault(string what);

    /// <summary>An object is missing or damaged; the sentence on it is told as a fault.</summary>
    void Damaged(ObjectName name);

    /// <summary>A path of a snapshot cannot be restored as it was.</summary>
    void LostPath(FoundSnapshot snapshot, ReadOnlyMemory<byte> path, string why);
}

/// <summary>How much of the packs is read.</summary>
/// <param name="Share">0: none, presence alone is checked; 1: all.</param>
/// <param name="Random">Chooses the packs of a sample.</param>
internal sealed record ReadShare(double Share, Random Random);

/// <summary>
/// Checks snapshots against a repository: that they make one chain, that all they need is there, and, when data is read, that every blob of
/// the packs hashes to its id, those among them that a later snapshot only referred to. What is lost is named by its path.
/// </summary>
internal sealed class VerifyRun(RepositoryReader repository, IVerifyEvents events, ReadShare read) : ITreeVisitor<VerifyRun.Folder>
{
    private static readonly PackFindings Sound = new([], [], IsTableLost: false);

    private readonly ConcurrentDictionary<ObjectName, string?> _packs = new();
    private readonly ConcurrentDictionary<ObjectName, PackFindings> _findings = new();
    private readonly Dictionary<ObjectName, ObjectBrokenException> _missing = [];
    private readonly HashSet<UInt128> _seen = [];
    private BlobTable _table = null!;
    private IChunkSource _blobs = null!;
    private FoundSnapshot _snapshot = null!;

    /// <summary>Packs that were read whole.</summary>
    public int PacksRead => _findings.Count(pack => !pack.Value.IsMissing);

    /// <summary>Files that were checked, in all snapshots, what they share counted once.</summary>
    public long Files { get; private set; }

    /// <summary>Verifies snapshots.</summary>
    /// <param name="snapshots">The newest first.</param>
    /// <param name="show">Shows the reading of the packs.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task RunAsync(
        IReadOnlyList<FoundSnapshot> snapshots, Func<WorkProgress, Task, Task> show, CancellationToken cancellation)
    {
        var loader = new BlobTableLoader(repository, Tell);
        var all = true;
        foreach (var snapshot in snapshots)
            all &= await loader.AddIndexesAsync(snapshot.Document.Indexes, cancellation) && snapshot.Document.Indexes.Count > 0;
        if (!all) await loader.WidenAsync(cancellation);
        _table = loader.Build();
        if (read.Share > 0) await ReadPacksAsync(show, cancellation);
        using var blobs = new BlobReader(repository, loader, (_, fault) => Tell(fault), piecesMax: 8);
        _blobs = blobs;
        foreach (var snapshot in snapshots)
        {
            _snapshot = snapshot;
            await TreeWalk.RunAsync(snapshot.Document.Tree, new Folder(ReadOnlyMemory<byte>.Empty), blobs, this, cancellation);
        }
    }

    /// <inheritdoc />
    public ValueTask<Folder?> EnterAsync(Folder parent, TreeEntry entry, CancellationToken cancellation)
    {
        var folder = new Folder(parent.PathOf(entry));
        // An unchanged directory is the same chunks in every snapshot; one look at it is enough.
        return ValueTask.FromResult(_seen.Add(Hash(folder.Path.Span, entry.Subtree!)) ? folder : null);
    }

    /// <inheritdoc />
    public async ValueTask VisitAsync(Folder parent, TreeEntry entry, CancellationToken cancellation)
    {
        if (entry.Type != TreeEntryType.File) return;
        var path = parent.PathOf(entry);
        if (!_seen.Add(Hash(path.Span, entry.Chunks!))) return;
        Files++;
        var size = 0L;
        try
        {
            await foreach (var id in ReferenceReader.ReadAsync(entry.Chunks!, _blobs, cancellation))
            {
                var (length, why) = await LookAsync(id, cancellation);
                if (why is not null)
                {
                    events.LostPath(_snapshot, path, why);
                    return;
                }
                size += length;
            }
        }
        catch (ChunkUnavailableException fault)
        {
            events.LostPath(_snapshot, path, fault.Message);
            return;
        }
        if (size != entry.Size) events.LostPath(_snapshot, path, $"it has {entry.Size} bytes, and its chunks have {size}.");
    }

    /// <inheritdoc />
    public void Leave(Folder directory)
    {
    }

    /// <inheritdoc />
    public void Lost(Folder directory, ReadOnlyMemory<byte> after, Exception cause) => events.LostPath(_snapshot, directory.Path,
        after.IsEmpty ? $"its first entries cannot be read: {cause.Message}"
            : $"entries behind {TreeNames.Display(after.Span)} cannot be read: {cause.Message}");

    // What could not be reached, or opened for want of a key, may be sound.
    private void Tell(Exception fault)
    {
        events.Fault(fault.Message);
        if (fault is ObjectBrokenException { Fault: not ObjectFault.UnknownKey } broken) events.Damaged(broken.Name);
    }

    // One sound place is enough; what is wrong with the others was told with their packs.
    private async ValueTask<(int Length, string? Why)> LookAsync(ChunkId id, CancellationToken cancellation)
    {
        string? first = null;
        foreach (var place in _table.Find(id))
        {
            var why = await PackFaultAsync(place.From.Pack, cancellation) ?? PlaceFault(place, id);
            if (why is null) return (place.RawLength, null);
            first ??= why;
        }
        // Not before: an index goes on naming packs that expired, and what was in them lies elsewhere or is not needed.
        foreach (var place in _table.Find(id))
        {
            if (_missing.TryGetValue(place.From.Pack, out var missing)) Tell(missing);
        }
        // What no index names, or nothing sound, may still lie in a pack that none names.
        try
        {
            var chunk = await _blobs.ReadAsync(id, cancellation);
            return (chunk.Length, null);
        }
        catch (ChunkUnavailableException fault)
        {
            return (0, first ?? fault.Message);
        }
    }

    private string? PlaceFault(BlobPlace place, ChunkId id)
    {
        if (!_findings.TryGetValue(place.From.Pack, out var findings) || ReferenceEquals(findings, Sound)) return null;
        var isSound = findings.Sound.Contains(new BlobEntry(id, place.Offset, place.StoredLength, place.RawLength, place.Codec));
        if (isSound) return null;
        return findings.Faults.Count > 0 ? findings.Faults[0] : $"{place.From.Index} says that its chunk lies in {place.From.Pack}, and "
            + "that pack does not have it.";
    }

    private async ValueTask<string?> PackFaultAsync(ObjectName pack, CancellationToken cancellation)
    {
        if (_packs.TryGetValue(pack, out var known)) return known;
        string? why = null;
        try
        {
            var head = await repository.HeadAsync(pack, cancellation);
            if (head.SizeBytes % ObjectSize.StepBytes(pack.Kind) != 0) throw PackScan.WrongSize(pack, head.SizeBytes);
        }
        catch (Exception fault) when (fault is ObjectBrokenException or IOException or UnauthorizedAccessException)
        {
            why = fault.Message;
            if (fault is ObjectBrokenException { Fault: ObjectFault.Missing } missing) _missing[pack] = missing;
            else Tell(fault);
        }
        return _packs[pack] = why;
    }

    private async Task ReadPacksAsync(Func<WorkProgress, Task, Task> show, CancellationToken cancellation)
    {
        var packs = _table.Packs.ToArray();
        read.Random.Shuffle(packs);
        packs = packs[..(int)Math.Ceiling(packs.Length * read.Share)];
        var places = _table.ByPack();
        var bytes = 0L;
        foreach (var pack in packs) bytes += await SizeOrNoneAsync(pack, cancellation);
        var progress = new WorkProgress(packs.Length, bytes);
        var options = new ParallelOptions
        {
            // A pack is up to 16 MiB: more of them at a time would take more memory than a backup does.
            MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount),
            CancellationToken = cancellation,
        };
        var scans = new ConcurrentBag<PackScan>();
        await show(progress, Parallel.ForEachAsync(packs, options, async (pack, stop) =>
        {
            var scan = scans.TryTake(out var free) ? free : new PackScan(repository);
            var findings = await scan.ScanAsync(pack, stop);
            scans.Add(scan);
            if (!findings.IsMissing)
            {
                foreach (var fault in findings.Faults) events.Fault(fault);
                if (findings.IsDamaged) events.Damaged(pack);
            }
            var isSound = findings.Faults.Count == 0 && AreOwn(pack, findings, places[pack]);
            // Of a sound pack nothing more is kept: there are many, and they have many blobs.
            _findings[pack] = isSound ? Sound : findings;
            progress.Add(1, await SizeOrNoneAsync(pack, stop));
        }));
        foreach (var scan in scans) scan.Dispose();
    }

    // A place that the pack's own table does not name was made up; the ids' first eight bytes tell.
    private bool AreOwn(ObjectName pack, PackFindings findings, IEnumerable<int> places)
    {
        var own = findings.Sound
            .Select(entry => (entry.Id.Prefix, entry.Offset, entry.StoredLength, entry.RawLength, entry.Codec)).ToHashSet();
        var are = true;
        foreach (var (prefix, place) in places.Select(_table.At))
        {
            if (own.Contains((prefix, place.Offset, place.StoredLength, place.RawLength, place.Codec))) continue;
            are = false;
            events.Damaged(place.From.Index ?? pack);
            events.Fault($"{place.From.Index} names a chunk at byte {place.Offset} of {pack} that the pack's own table does not have.");
        }
        return are;
    }

    private async ValueTask<long> SizeOrNoneAsync(ObjectName pack, CancellationToken cancellation)
    {
        try
        {
            return await repository.Source.SizeAsync(pack, cancellation);
        }
        catch (Exception fault) when (fault is ObjectBrokenException or IOException)
        {
            return 0;
        }
    }

    // 128 bits of a hash: no two differing contents of one repository will share them.
    private static UInt128 Hash(ReadOnlySpan<byte> path, Reference reference)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(path);
        Span<byte> bytes = stackalloc byte[ChunkId.SizeBytes];
        bytes[0] = (byte)reference.Depth;
        hash.AppendData(bytes[..1]);
        foreach (var id in reference.Ids)
        {
            id.Write(bytes);
            hash.AppendData(bytes);
        }
        hash.GetHashAndReset(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>A directory that is looked at.</summary>
    internal sealed record Folder(ReadOnlyMemory<byte> Path)
    {
        public ReadOnlyMemory<byte> PathOf(TreeEntry entry) => (byte[])[.. Path.Span, (byte)'/', .. entry.Name.Span];
    }
}
