using System.Buffers;
using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Tests.Restore;

/// <summary>
/// Writes repositories of made-up trees into a folder, with the library and with randomness that is the same in every run. It backs nothing
/// up: what it takes are nodes, so that a test can say what no file system would.
/// </summary>
internal sealed class RepositoryBuilder(string folder, RepositoryKeys? keys = null, byte seed = 0) : IChunkSink, IDisposable
{
    private readonly RepositoryKeys _keys = keys ?? TestKeys.Keys;
    private readonly BlobCompressor _compressor = new();
    private readonly HashSet<ChunkId> _known = [];
    private readonly List<(ObjectId Pack, IReadOnlyList<BlobEntry> Entries)> _tables = [];
    private readonly List<SnapshotLink> _chain = [];
    private int _drawn;
    private PackBuilder? _data, _trees;

    /// <summary>Blobs after which a pack is closed; small ones make many packs.</summary>
    public int BlobsPerPack { get; init; } = 1000;

    /// <summary>Whether a snapshot stores again what an earlier one has: another place for the same ids.</summary>
    public bool Forgets { get; init; }

    /// <summary>Names of the packs in the order they were closed.</summary>
    public List<ObjectName> Packs { get; } = [];

    /// <summary>Names of the indexes.</summary>
    public List<ObjectName> Indexes { get; } = [];

    /// <summary>The chain's snapshots, the oldest first.</summary>
    public List<FoundSnapshot> Snapshots { get; } = [];

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Writes a snapshot of the entries of "/".</summary>
    public FoundSnapshot Write(IReadOnlyList<TestNode> root, Func<SnapshotDocument, SnapshotDocument>? change = null)
    {
        if (Forgets) _known.Clear();
        var counts = new SnapshotCounts();
        var tree = WriteDirectory(root, ref counts);
        Close(ref _data);
        Close(ref _trees);
        WriteIndex();
        var document = new SnapshotDocument
        {
            Id = Id<SnapshotId>(),
            KeyId = _keys.KeyId,
            Generation = _chain.Count + 1,
            Predecessors = [.. _chain.AsEnumerable().Reverse().Take(SnapshotDocument.PredecessorsMax)],
            Time = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + _chain.Count),
            Host = new SnapshotHost("web-1", "0.1.0"),
            Roots = ["/"],
            Counts = counts,
            Tree = tree,
            Indexes = [.. Indexes.Select(name => name.Id)],
        };
        document = change?.Invoke(document) ?? document;
        using var sealedObject = SnapshotObject.Seal(Sealer(), document);
        Save(sealedObject);
        var found = new FoundSnapshot(document, Convert.ToHexStringLower(sealedObject.Sha256()));
        _chain.Add(new SnapshotLink(document.Generation, document.Id, found.Sha256));
        Snapshots.Add(found);
        return found;
    }

    /// <summary>Writes an object that is sealed rightly and says whatever the test wants.</summary>
    public ObjectName Forge(ObjectKind kind, ReadOnlySpan<byte> plain, ObjectId? id = null)
    {
        using var forged = Sealer().Seal(new ObjectName(kind, id ?? Id<ObjectId>()), plain);
        Save(forged);
        return forged.Name;
    }

    /// <summary>A new id, the same in every run.</summary>
    public T Id<T>() where T : struct, IResourceId<T> => ResourceId.FromRandom<T>(Draw(16));

    /// <summary>The path of an object's file.</summary>
    public string PathOf(ObjectName name) => Path.Combine(folder, name.ToString());

    public void Put(ChunkId id, ReadOnlySpan<byte> chunk) => Put(ref _trees, id, chunk);

    public void Dispose() => _compressor.Dispose();

    private Reference WriteDirectory(IReadOnlyList<TestNode> nodes, ref SnapshotCounts counts)
    {
        var writer = new TreeWriter(_keys, this);
        var entries = new List<TreeEntry>();
        foreach (var node in nodes)
        {
            var entry = node.Entry;
            if (node.Children is { } children)
            {
                counts = counts with { Directories = counts.Directories + 1 };
                entry = entry with { Subtree = WriteDirectory(children, ref counts) };
            }
            else if (entry.Type == TreeEntryType.File)
            {
                counts = counts with { Files = counts.Files + 1, Bytes = counts.Bytes + entry.Size };
                if (node.Content is { } content) entry = entry with { Chunks = WriteContent(content) };
            }
            else counts = counts with { Others = counts.Others + 1 };
            entries.Add(entry);
        }
        foreach (var entry in entries.OrderBy(entry => entry.Name.ToArray(), ByBytes)) writer.Add(entry);
        return writer.Finish();
    }

    private Reference WriteContent(ReadOnlySpan<byte> content)
    {
        var chunker = new Chunker(_keys);
        var reference = new ReferenceBuilder(_keys, this);
        for (var at = 0; at < content.Length;)
        {
            var length = chunker.Push(content[at..], out _);
            var chunk = content.Slice(at, length);
            var id = ChunkId.Of(_keys, chunk);
            Put(ref _data, id, chunk);
            reference.Add(id);
            at += length;
        }
        return reference.Finish();
    }

    private void Put(ref PackBuilder? pack, ChunkId id, ReadOnlySpan<byte> chunk)
    {
        if (!_known.Add(id)) return;
        var frame = new byte[chunk.Length];
        var length = _compressor.TryCompress(chunk, frame);
        var codec = length == 0 ? BlobCodec.Raw : BlobCodec.Zstd;
        var stored = length == 0 ? chunk : frame.AsSpan(0, length);
        if (pack is not null && (pack.Count >= BlobsPerPack || !pack.Fits(stored.Length))) Close(ref pack);
        pack ??= new PackBuilder(Sealer());
        pack.Add(id, codec, stored, chunk.Length);
    }

    private void Close(ref PackBuilder? builder)
    {
        if (builder is null) return;
        using var pack = builder.Seal(Id<ObjectId>());
        Save(pack.Object);
        Packs.Add(pack.Object.Name);
        _tables.Add((pack.Id, pack.Entries));
        builder.Dispose();
        builder = null;
    }

    private void WriteIndex()
    {
        if (_tables.Count == 0) return;
        using var index = new IndexBuilder(Sealer());
        foreach (var (pack, entries) in _tables) index.Add(pack, entries);
        _tables.Clear();
        using var sealedObject = index.Seal(Id<ObjectId>());
        Save(sealedObject);
        Indexes.Add(sealedObject.Name);
    }

    private void Save(SealedObject sealedObject)
    {
        var path = PathOf(sealedObject.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, sealedObject.Bytes.ToArray());
    }

    private ObjectSealer Sealer() => new(_keys, ArrayPool<byte>.Shared, salt => Draw(salt.Length).CopyTo(salt));

    // Not random, and never twice the same within a repository.
    private byte[] Draw(int length) =>
        SHA256.HashData([seed, .. BitConverter.GetBytes(_drawn++), .. _keys.IdKey])[..length];

    private static readonly IComparer<byte[]> ByBytes = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
}
