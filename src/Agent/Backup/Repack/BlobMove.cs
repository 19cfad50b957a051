using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Restore;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Repack;

/// <summary>What was moved.</summary>
/// <param name="Packs">Packs that the snapshot does not need any more.</param>
/// <param name="MovedBytes">Stored bytes of blobs that went into new packs.</param>
/// <param name="FreedBytes">Sizes of the packs less those of the new ones.</param>
/// <param name="Indexes">Index objects that were written on the way.</param>
internal sealed record MoveResult(int Packs, long MovedBytes, long FreedBytes, IReadOnlyList<ObjectId> Indexes)
{
    /// <summary>Nothing.</summary>
    public static MoveResult None { get; } = new(0, 0, 0, []);
}

/// <summary>
/// Copies the needed blobs of packs into new packs. A pack is given up only when every blob of it that the snapshot needs was opened,
/// hashed and is in the vault in a new pack, and until the commit nothing depends on it: a run that ends here leaves the chain as it was,
/// and the next one finds the new packs in the journal. Holds one pack, sealed and opened, and two open ones.
/// </summary>
internal sealed class BlobMove(BackupGraphParts graph, IRepositorySource source, Action<string> onTrouble) : IDisposable
{
    private readonly BlobCompressor _compressor = new();
    private readonly BlobPacker _data = new(graph.Sealer, trees: false), _trees = new(graph.Sealer, trees: true);
    private readonly PackVerifier _verifier = new(graph.Opener);
    private readonly List<ObjectId> _indexes = [];
    private readonly byte[] _raw = new byte[BlobEntry.RawMaxBytes];
    private long _movedBytes, _newBytes;

    /// <summary>Moves. A pack that cannot be read whole stays as it is.</summary>
    public async Task<MoveResult> RunAsync(IReadOnlyList<KnownPack> victims, CancellationToken cancellation)
    {
        var emptied = new List<KnownPack>();
        try
        {
            foreach (var victim in victims)
            {
                if (await EmptyAsync(victim, cancellation).ConfigureAwait(false)) emptied.Add(victim);
            }
            foreach (var packer in new[] { _data, _trees })
            {
                if (packer.Take() is { } last) await PutAsync(last, cancellation).ConfigureAwait(false);
            }
        }
        catch (BackupRefusedException refused) when (refused.Status == 403)
        {
            // The day's quota is for what is new on the host; what was moved so far is there twice, and harms nobody.
            onTrouble($"Nothing is repacked: {refused.Message}");
            return MoveResult.None with { Indexes = _indexes };
        }
        foreach (var pack in emptied) pack.Retire();
        return new MoveResult(emptied.Count, _movedBytes, emptied.Sum(pack => pack.SizeBytes) - _newBytes, _indexes);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _data.Dispose();
        _trees.Dispose();
        _verifier.Dispose();
        _compressor.Dispose();
    }

    private async Task<bool> EmptyAsync(KnownPack victim, CancellationToken cancellation)
    {
        byte[] plain;
        List<BlobEntry> entries;
        try
        {
            var bytes = new byte[await source.SizeAsync(victim.Name, cancellation).ConfigureAwait(false)];
            await source.ReadAsync(victim.Name, 0, bytes, cancellation).ConfigureAwait(false);
            plain = graph.Opener.Open(victim.Name, bytes).Plain;
            entries = PackTable.Read(victim.Name, plain, plain.Length).Where(entry => graph.Known.IsLive(victim, entry.Id)).ToList();
            // Whatever its table says: what the snapshot needs of it has to be there, and be what it is called.
            if (entries.DistinctBy(entry => entry.Id).Count() < graph.Known.LiveCount(victim) || !entries.TrueForAll(IsSound))
                throw new ObjectBrokenException(victim.Name, ObjectFault.Content, "a chunk in it is missing or another one.");
        }
        catch (Exception fault) when (fault is ObjectBrokenException or IOException)
        {
            onTrouble($"A pack is not repacked: {fault.Message}");
            return false;
        }
        foreach (var entry in entries)
        {
            // Once, also when several packs have it.
            if (!graph.Known.AddOfThisRun(entry.Id)) continue;
            var stored = plain.AsSpan((int)entry.Offset, entry.StoredLength);
            var full = entry.Codec == BlobCodec.Raw ? Packer(victim).Add(entry.Id, stored, [])
                : Packer(victim).Add(entry.Id, _raw.AsSpan(0, entry.RawLength), stored);
            _movedBytes += entry.StoredLength;
            if (full is not null) await PutAsync(full, cancellation).ConfigureAwait(false);
        }
        return true;

        bool IsSound(BlobEntry entry)
        {
            var raw = _raw.AsSpan(0, entry.RawLength);
            return _compressor.TryRestore(entry.Codec, plain.AsSpan((int)entry.Offset, entry.StoredLength), raw)
                && ChunkId.Of(graph.Sealer.Keys, raw) == entry.Id;
        }
    }

    private BlobPacker Packer(KnownPack victim) => victim.HoldsTrees ? _trees : _data;

    private async Task PutAsync(FullPack full, CancellationToken cancellation)
    {
        var (pack, sizeBytes, entries) = await BackupGraph.PutPackAsync(full, graph, _verifier, cancellation).ConfigureAwait(false);
        _newBytes += sizeBytes;
        if (graph.Gathering.Add(pack, entries) is { } index)
            _indexes.Add(await BackupGraph.PutIndexAsync(index, graph, cancellation).ConfigureAwait(false));
    }
}
