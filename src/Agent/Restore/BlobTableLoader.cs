using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// Gathers the table of a snapshot's blobs: from the indexes that it names, and when one of them cannot be read or a blob is not where they
/// say, from all other indexes and from the ends of the packs that no index names. So a damaged index costs time and no file.
/// </summary>
/// <param name="repository">Where they are.</param>
/// <param name="broken">Told of each object that could not be used.</param>
internal sealed class BlobTableLoader(RepositoryReader repository, Action<ObjectBrokenException> broken)
{
    private readonly BlobTable.Builder _tables = new();
    private readonly HashSet<ObjectName> _indexes = [];
    private bool _isWide;

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
            if (_indexes.Add(listed)) await TryAddIndexAsync(listed, isNamed: false, cancellation);
        }
        await foreach (var listed in repository.Source.ListAsync(ObjectKind.Pack, cancellation))
        {
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
        return true;
    }

    /// <summary>The table of all that was added.</summary>
    public BlobTable Build() => _tables.Build();

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
            return false;
        }
    }
}
