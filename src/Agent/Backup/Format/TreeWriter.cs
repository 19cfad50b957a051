using System.Buffers;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Writes one directory's tree: a line an entry, sorted by raw name bytes, cut into chunks like a file. Holds one open chunk whatever the
/// directory's size. An unchanged directory gives the chunks it gave before, so it costs nothing.
/// </summary>
public sealed class TreeWriter
{
    private readonly StreamCutter _stream;
    private readonly ArrayBufferWriter<byte> _line = new();
    private ReadOnlyMemory<byte> _last;

    /// <summary>Starts a directory.</summary>
    /// <param name="keys">Whose gear cuts and whose id key names the chunks.</param>
    /// <param name="trees">Where the chunks go.</param>
    public TreeWriter(RepositoryKeys keys, IChunkSink trees) => _stream = new StreamCutter(keys, trees);

    /// <summary>Adds the next entry.</summary>
    /// <exception cref="ArgumentException">Its name is none, does not come after the last one, or its line is too long.</exception>
    public void Add(TreeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!TreeNames.IsName(entry.Name.Span)) throw new ArgumentException("The name cannot be one.", nameof(entry));
        if (_last.Span.SequenceCompareTo(entry.Name.Span) >= 0)
            throw new ArgumentException("Entries are added in the order of their names' bytes.", nameof(entry));
        _line.ResetWrittenCount();
        TreeLine.Write(_line, entry);
        if (_line.WrittenCount > TreeLine.MaxBytes) throw new ArgumentException("The entry's line is longer than 4 MiB.", nameof(entry));
        _stream.Write(_line.WrittenSpan);
        _last = entry.Name;
    }

    /// <summary>Ends the directory: what its parent's entry refers to.</summary>
    public Reference Finish() => _stream.Finish();
}
