using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Gate.Evidence;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// Joins what the walk told into trees, and chunks into packs, in the order of the walk. Holds an open chunk a level of the tree, the
/// file's ids, and two open packs.
/// </summary>
internal sealed class TreeAssembly : IChunkSink, IDisposable
{
    private readonly RepositoryKeys _keys;
    private readonly KnownIds _known;
    private readonly BlobPacker _data, _trees;
    private readonly BlobCompressor _compressor = new();
    private readonly RunGate? _gate;
    private readonly PathIds.ContentIds? _contents;
    private readonly Stack<(TreeEntry? Directory, OpenTree Tree)> _open = new();
    private readonly List<FullPack> _full = [];
    private byte[] _frame = new byte[64 << 10];
    private ReferenceBuilder? _file;

    /// <summary>Starts with "/".</summary>
    /// <param name="sealer">Seals the packs.</param>
    /// <param name="known">What is stored already.</param>
    /// <param name="gate">Decides what becomes of the files that it looked at; null: nobody did.</param>
    public TreeAssembly(ObjectSealer sealer, KnownIds known, RunGate? gate = null)
    {
        (_gate, _contents) = (gate, gate?.Ids.Contents());
        (_keys, _known) = (sealer.Keys, known);
        (_data, _trees) = (new BlobPacker(sealer, trees: false), new BlobPacker(sealer, trees: true));
        _open.Push((null, new OpenTree(new TreeWriter(_keys, this))));
    }

    /// <summary>The tree of "/", once the walk is over.</summary>
    public Reference? Root { get; private set; }

    /// <summary>Bytes of chunks that no earlier run stored.</summary>
    public long NewBytes { get; private set; }

    /// <summary>Takes the next item; the packs that are full now.</summary>
    public IReadOnlyList<FullPack> Take(WalkItem item)
    {
        _full.Clear();
        switch (item)
        {
            case WalkItem.Enter enter:
                _open.Push((enter.Directory, new OpenTree(new TreeWriter(_keys, this))));
                break;
            case WalkItem.Leave:
                Leave();
                break;
            case WalkItem.Whole whole:
                _open.Peek().Tree.Add(whole.Entry);
                break;
            case WalkItem.Hashed hashed:
                TakeChunk(hashed);
                break;
            case WalkItem.EndFile end:
                EndFile(end);
                break;
            case WalkItem.Gone gone:
                _open.Peek().Tree.Gone(gone.Entry);
                break;
            case WalkItem.DropFile:
                _file = null;
                _contents?.Drop();
                break;
            case WalkItem.End:
                if (_data.Take() is { } data) _full.Add(data);
                if (_trees.Take() is { } trees) _full.Add(trees);
                break;
            default:
                throw new InvalidOperationException($"The graph does not know {item.GetType().Name}.");
        }
        return _full.Count == 0 ? [] : [.. _full];
    }

    /// <summary>Takes a chunk of a tree or of a list of ids.</summary>
    public void Put(ChunkId id, ReadOnlySpan<byte> chunk)
    {
        if (_known.TryUse(id, forTrees: true) || !_known.AddOfThisRun(id)) return;
        if (_frame.Length < chunk.Length) _frame = new byte[Math.Min(Chunker.MaxBytes, 2 * chunk.Length)];
        var length = chunk.Length < 2 ? 0 : _compressor.TryCompress(chunk, _frame);
        Pack(_trees, id, chunk, _frame.AsSpan(0, length));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _data.Dispose();
        _trees.Dispose();
        _compressor.Dispose();
        _contents?.Dispose();
    }

    private void Leave()
    {
        var (directory, tree) = _open.Pop();
        var subtree = tree.Finish();
        if (directory is null) Root = subtree;
        else _open.Peek().Tree.Add(directory with { Subtree = subtree });
    }

    private void EndFile(WalkItem.EndFile end)
    {
        var entry = end.Entry with { Chunks = _file?.Finish() ?? Reference.Empty };
        _file = null;
        var content = _contents?.Finish();
        if (_gate is null || content is null || end.Judged is not { } judged) _open.Peek().Tree.Add(entry);
        else _gate.Place(entry, judged, content, _open.Peek().Tree);
    }

    private void TakeChunk(WalkItem.Hashed hashed)
    {
        (_file ??= new ReferenceBuilder(_keys, this)).Add(hashed.Id);
        _contents?.Add(hashed.Id);
        if (hashed.Bytes is not { } bytes) return;
        // Two equal chunks may have been on their way at once; the first one is kept.
        if (_known.AddOfThisRun(hashed.Id)) Pack(_data, hashed.Id, bytes.Raw, bytes.Stored);
        bytes.Dispose();
    }

    private void Pack(BlobPacker packer, ChunkId id, ReadOnlySpan<byte> raw, ReadOnlySpan<byte> compressed)
    {
        NewBytes += raw.Length;
        if (packer.Add(id, raw, compressed) is { } full) _full.Add(full);
    }
}
