using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Restore;

/// <summary>What a pack's bytes turned out to be.</summary>
/// <param name="Faults">Sentences.</param>
/// <param name="Sound">The blobs that hash to their ids, as the pack's own table names them.</param>
/// <param name="IsTableLost">Whether its own table cannot be read: then nothing is known of its blobs.</param>
internal sealed record PackFindings(IReadOnlyList<string> Faults, HashSet<BlobEntry> Sound, bool IsTableLost)
{
    /// <summary>It is missing or damaged; false also when it could not be reached, or opened for want of a key.</summary>
    public bool IsDamaged { get; init; } = Faults.Count > 0;

    /// <summary>It is not there. That is a fault only where something needs it: an index goes on naming packs that expired.</summary>
    public bool IsMissing { get; init; }
}

/// <summary>
/// Opens every chunk of a pack and hashes every blob, going on behind each fault: one flipped bit costs one blob. Holds the largest pack it
/// met once, opened in the place of the sealed bytes; one a thread, used again for the next pack.
/// </summary>
internal sealed class PackScan(RepositoryReader repository) : IDisposable
{
    private readonly BlobCompressor _compressor = new();
    private readonly byte[] _raw = new byte[BlobEntry.RawMaxBytes];
    private byte[] _bytes = [];

    public async Task<PackFindings> ScanAsync(ObjectName name, CancellationToken cancellation)
    {
        try
        {
            var size = await repository.Source.SizeAsync(name, cancellation);
            if (size > ObjectName.ObjectMaxBytes) throw new ObjectBrokenException(name, ObjectFault.WrongSize, "it is larger than 32 MiB.");
            if (_bytes.Length < size) _bytes = new byte[size];
            await repository.Source.ReadAsync(name, 0, _bytes.AsMemory(0, (int)size), cancellation);
            return Scan(name, _bytes.AsSpan(0, (int)size));
        }
        catch (Exception fault) when (fault is ObjectBrokenException or IOException or UnauthorizedAccessException)
        {
            return new PackFindings([fault.Message], [], IsTableLost: true)
            {
                IsDamaged = fault is ObjectBrokenException { Fault: not ObjectFault.UnknownKey },
                IsMissing = fault is ObjectBrokenException { Fault: ObjectFault.Missing },
            };
        }
    }

    public void Dispose() => _compressor.Dispose();

    private PackFindings Scan(ObjectName name, Span<byte> bytes)
    {
        var faults = new List<string>();
        using var opened = repository.Opener.Begin(name, bytes, bytes.Length);
        if (bytes.Length % ObjectSize.StepBytes(name.Kind) != 0) faults.Add(WrongSize(name, bytes.Length).Message);
        var bad = OpenAll(opened, bytes, faults);
        ReadOnlySpan<byte> plain = bytes[..(int)opened.PlainLength];
        var sound = new HashSet<BlobEntry>();
        if (Table(name, plain, bad, faults) is not { } entries) return new PackFindings(faults, sound, IsTableLost: true);
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (Overlaps(bad, entry.Offset, entry.StoredLength)) continue;
            var raw = _raw.AsSpan(0, entry.RawLength);
            if (_compressor.TryRestore(entry.Codec, plain.Slice((int)entry.Offset, entry.StoredLength), raw)
                && ChunkId.Of(opened.Keys, raw) == entry.Id) sound.Add(entry);
            else faults.Add($"The object {name} cannot be used: blob {i} of it is not the chunk that its table names.");
        }
        return new PackFindings(faults, sound, IsTableLost: false);
    }

    // The text of a chunk begins before its sealed bytes do and ends before those of the next, so it may take the place of what was read.
    private static SortedSet<long> OpenAll(OpenObject opened, Span<byte> bytes, List<string> faults)
    {
        var bad = new SortedSet<long>();
        Span<byte> chunk = stackalloc byte[Cobblestone256.ChunkBytes];
        for (long at = 0; at < opened.PlainLength; at += Cobblestone256.ChunkBytes)
        {
            var text = chunk[..(int)Math.Min(Cobblestone256.ChunkBytes, opened.PlainLength - at)];
            var (offset, count) = opened.SealedRange(at, text.Length);
            try
            {
                opened.Open(at, bytes.Slice((int)offset, count), text);
                text.CopyTo(bytes[(int)at..]);
            }
            catch (ObjectBrokenException fault)
            {
                bad.Add(at / Cobblestone256.ChunkBytes);
                faults.Add(fault.Message);
            }
        }
        if (opened.PlainLength % Cobblestone256.ChunkBytes != 0) return bad;
        try
        {
            opened.ProveEnd(bytes[^Cobblestone256.TagBytes..]);
        }
        catch (ObjectBrokenException fault)
        {
            faults.Add(fault.Message);
        }
        return bad;
    }

    private static IReadOnlyList<BlobEntry>? Table(ObjectName name, ReadOnlySpan<byte> plain, SortedSet<long> bad, List<string> faults)
    {
        try
        {
            if (plain.Length < PackTable.TrailerBytes || Overlaps(bad, plain.Length - PackTable.TrailerBytes, PackTable.TrailerBytes))
                return null;
            var length = PackTable.LengthBytes(name, plain, plain.Length);
            return Overlaps(bad, plain.Length - length, length) ? null : PackTable.Read(name, plain, plain.Length);
        }
        catch (ObjectBrokenException fault)
        {
            faults.Add(fault.Message);
            return null;
        }
    }

    /// <summary>What is said of an object whose size is no multiple of its kind's step.</summary>
    public static ObjectBrokenException WrongSize(ObjectName name, long sizeBytes) => new(name, ObjectFault.WrongSize,
        $"it was cut short or lengthened: {sizeBytes} bytes are no multiple of {ObjectSize.StepBytes(name.Kind)}.");

    private static bool Overlaps(SortedSet<long> bad, long offset, int length)
    {
        var (first, last) = (offset / Cobblestone256.ChunkBytes, (offset + length - 1) / Cobblestone256.ChunkBytes);
        return bad.Count > 0 && bad.GetViewBetween(first, last).Count > 0;
    }
}
