using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// Gathers the table of a snapshot's blobs: from the indexes that it names, and when one of them cannot be read or a blob is not where they
/// say, from all other indexes and from the ends of the packs that no index names. So a damaged index costs time and no file, where packs
/// can be listed. The platform lists none: there this host's sealed copy of the index serves, and what indexes of other snapshots name.
/// </summary>
/// <param name="repository">Where they are.</param>
/// <param name="broken">Told of each object that could not be used.</param>
internal sealed class BlobTableLoader(RepositoryReader repository, Action<ObjectBrokenException> broken)
{
    private readonly List<ObjectName> _lost = [];
    private readonly BlobTable.Builder _tables = new();
    private readonly HashSet<ObjectName> _indexes = [];
    private bool _isWide, _listsObjects;

    /// <summary>Sealed copies of this host; null: there are none, or they are not to be used.</summary>
    public RepositoryReader? Copies { get; init; }

    /// <summary>Told of each index of which the copy is used.</summary>
    public Action<ObjectName> CopyUsed { get; init; } = static _ => { };

    /// <summary>Why a chunk that no table names cannot be found.</summary>
    public string WhyUnknown => _lost.Count == 0 || _listsObjects ? "no index and no pack has it."
        : $"{_lost[0]} is damaged or missing, and the packs that it names cannot be found through the platform; restore from a plain copy "
            + "of the vault (--from DIR), which needs no index.";

    /// <summary>Adds indexes that a snapshot names. True when all of them could be read.</summary>
    public async Task<bool> AddIndexesAsync(IEnumerable<ObjectId> indexes, CancellationToken cancellation)
    {
        var all = true;
        foreach (var id in indexes)
        {
            var name = new ObjectName(ObjectKind.Index, id);
            if (_indexes.Add(name)) all &= await TryAddIndexAsync(name, isNamed: true, cancellation);
        }
        return all;
    }

    /// <summary>Adds whatever else the repository has. False when that was done before.</summary>
    public async Task<bool> WidenAsync(CancellationToken cancellation)
    {
        if (_isWide) return false;
        _isWide = true;
        await foreach (var listed in repository.Source.ListAsync(ObjectKind.Index, cancellation))
        {
            _listsObjects = true;
            if (_indexes.Add(listed)) await TryAddIndexAsync(listed, isNamed: false, cancellation);
        }
        await foreach (var listed in repository.Source.ListAsync(ObjectKind.Pack, cancellation))
        {
            _listsObjects = true;
            if (_tables.Packs.Contains(listed)) continue;
            try
            {
                _tables.Add(listed.Id, null, await repository.ReadPackTableAsync(listed, cancellation));
            }
            catch (ObjectBrokenException fault)
            {
                // A pack of another key is another snapshot's.
                if (fault.Fault != ObjectFault.UnknownKey) broken(fault);
            }
        }
        if (!_listsObjects) await AddOtherSnapshotsAsync(cancellation);
        return true;
    }

    /// <summary>The table of all that was added.</summary>
    public BlobTable Build() => _tables.Build();

    // An index names what its run stored and what later runs wrote anew: another snapshot's may name the same packs, or the same chunks.
    private async Task AddOtherSnapshotsAsync(CancellationToken cancellation)
    {
        await foreach (var listed in repository.Source.ListAsync(ObjectKind.Snapshot, cancellation))
        {
            try
            {
                var document = SnapshotObject.Open(
                    repository.Opener, new SnapshotId(listed.Id.Value), await repository.ReadWholeAsync(listed, cancellation));
                foreach (var name in document.Indexes.Select(id => new ObjectName(ObjectKind.Index, id)))
                {
                    if (_indexes.Add(name)) await TryAddIndexAsync(name, isNamed: false, cancellation);
                }
            }
            catch (ObjectBrokenException)
            {
                // Whether the snapshot that was asked for opens was told before; the others only help.
            }
        }
    }

    private async Task<bool> TryAddCopyAsync(ObjectName name, CancellationToken cancellation)
    {
        if (Copies is null) return false;
        try
        {
            foreach (var (pack, entries) in await Copies.ReadIndexAsync(name, cancellation)) _tables.Add(pack, name, entries);
        }
        catch (Exception fault) when (fault is ObjectBrokenException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
        CopyUsed(name);
        return true;
    }

    private async Task<bool> TryAddIndexAsync(ObjectName name, bool isNamed, CancellationToken cancellation)
    {
        try
        {
            foreach (var (pack, entries) in await repository.ReadIndexAsync(name, cancellation)) _tables.Add(pack, name, entries);
            return true;
        }
        catch (ObjectBrokenException fault)
        {
            if (isNamed || fault.Fault != ObjectFault.UnknownKey) broken(fault);
            if (await TryAddCopyAsync(name, cancellation)) return true;
            if (isNamed) _lost.Add(name);
            return false;
        }
    }
}
