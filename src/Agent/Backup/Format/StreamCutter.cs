namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Cuts a byte stream that is produced in memory (a tree, an id list) with the chunker of file contents, hands the chunks on and
/// gathers their ids. Holds at most one chunk.
/// </summary>
internal sealed class StreamCutter(RepositoryKeys keys, IChunkSink sink)
{
    private readonly Chunker _chunker = new(keys);
    private ReferenceBuilder? _reference;
    private byte[] _open = [];
    private int _length;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var taken = _chunker.Push(bytes, out var ends);
            Keep(bytes[..taken]);
            bytes = bytes[taken..];
            if (ends) Cut();
        }
    }

    /// <summary>Ends the stream. An empty stream has no chunks.</summary>
    public Reference Finish()
    {
        if (_chunker.Finish()) Cut();
        return _reference?.Finish() ?? Reference.Empty;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _open.Length)
            Array.Resize(ref _open, Math.Min(Chunker.MaxBytes, Math.Max(_length + bytes.Length, Math.Max(4096, 2 * _open.Length))));
        bytes.CopyTo(_open.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Cut()
    {
        var chunk = _open.AsSpan(0, _length);
        var id = ChunkId.Of(keys, chunk);
        sink.Put(id, chunk);
        (_reference ??= new ReferenceBuilder(keys, sink)).Add(id);
        _length = 0;
    }
}
