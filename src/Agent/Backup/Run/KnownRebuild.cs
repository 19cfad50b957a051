using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>An index object that is in the vault, and the packs it names.</summary>
internal sealed record StoredIndex(ObjectId Id, long SizeBytes, IReadOnlyList<KnownPack> Packs)
{
    /// <summary>Its name.</summary>
    public ObjectName Name => new(ObjectKind.Index, Id);
}

/// <summary>What earlier runs left to build on.</summary>
/// <param name="Known">Their chunks.</param>
/// <param name="Indexes">Index objects of the parent, and of runs that never committed.</param>
/// <param name="Loose">Packs of such runs, which no stored index names yet, and what reads their tables.</param>
internal sealed record EarlierRuns(
    KnownIds Known, IReadOnlyList<StoredIndex> Indexes, IReadOnlyList<(KnownPack Pack, Func<IReadOnlyList<BlobEntry>> Entries)> Loose)
    : IDisposable
{
    /// <inheritdoc />
    public void Dispose() => Known.Dispose();
}

/// <summary>Rebuilds what is known from index objects and the journal. There is nothing else to keep, so nothing else can be
/// wrong.</summary>
internal static class KnownRebuild
{
    /// <summary>Reads the parent's indexes and what the journal holds. An index that cannot be read costs what it names: that is read and
    /// stored again.</summary>
    /// <param name="parentIndexes">Those that the parent names.</param>
    /// <param name="isNewEpoch">What they name does not count as known.</param>
    /// <param name="journalled">What runs that never committed are known to have stored.</param>
    /// <param name="journal">Where their tables are read from, one at a time.</param>
    /// <param name="copies">Where objects come from.</param>
    /// <param name="opener">Opens them.</param>
    /// <param name="scratch">A folder for what does not fit into memory.</param>
    /// <param name="onTrouble">Hears of indexes that cannot be read.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<EarlierRuns> RunAsync(IReadOnlyList<ObjectId> parentIndexes, bool isNewEpoch,
        IReadOnlyList<JournalledObject> journalled, RunJournal journal, SealedCopies copies, ObjectOpener opener, string scratch,
        Action<string> onTrouble, CancellationToken cancellation)
    {
        using var builder = new KnownIds.Builder(scratch);
        var indexes = new List<StoredIndex>();
        foreach (var id in parentIndexes)
        {
            if (await ReadAsync(id, copies, opener, onTrouble, cancellation).ConfigureAwait(false) is not { } read) continue;
            var named = read.Tables.Select(table => builder.Add(table.Pack, table.Entries, isNewEpoch));
            indexes.Add(new StoredIndex(id, read.SizeBytes, [.. named]));
        }
        var packs = new Dictionary<ObjectId, KnownPack>();
        foreach (var pack in journalled.Where(found => found.Name.Kind == ObjectKind.Pack))
            packs[pack.Name.Id] = builder.Add(pack.Name.Id, journal.EntriesOf(pack));
        var covered = new HashSet<ObjectId>();
        foreach (var index in journalled.Where(found => found.Name.Kind == ObjectKind.Index && found.Covers.All(packs.ContainsKey)))
        {
            indexes.Add(new StoredIndex(index.Name.Id, index.SizeBytes, [.. index.Covers.Select(pack => packs[pack])]));
            covered.UnionWith(index.Covers);
        }
        var loose = journalled.Where(found => found.Name.Kind == ObjectKind.Pack && !covered.Contains(found.Name.Id))
            .Select(found => (packs[found.Name.Id], (Func<IReadOnlyList<BlobEntry>>)(() => journal.EntriesOf(found)))).ToList();
        return new EarlierRuns(builder.Finish(), indexes, loose);
    }

    private static async Task<(long SizeBytes, IReadOnlyList<(ObjectId Pack, IReadOnlyList<BlobEntry> Entries)> Tables)?> ReadAsync(
        ObjectId id, SealedCopies copies, ObjectOpener opener, Action<string> onTrouble, CancellationToken cancellation)
    {
        var name = new ObjectName(ObjectKind.Index, id);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var bytes = await copies.ReadAllAsync(name, cancellation).ConfigureAwait(false);
                return (bytes.Length, IndexTable.Read(name, opener.Open(name, bytes).Plain));
            }
            catch (ObjectBrokenException) when (attempt == 0)
            {
                copies.Drop(name);
            }
            catch (ObjectBrokenException broken)
            {
                onTrouble($"{broken.Message} What it names is stored again.");
                return null;
            }
        }
    }
}
