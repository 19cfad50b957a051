using System.Buffers.Binary;
using System.Numerics;
using HostAtlas.Agent.Backup.Walk;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>Sorts any number of records by the chunk ids they begin with, within bounded memory: parts go to files and are
/// merged.</summary>
internal sealed class RecordSorter(int recordBytes, string scratch, int memoryBytes = RecordSorter.MemoryDefaultBytes) : IDisposable
{
    /// <summary>Memory for the records; sorting them needs a quarter more.</summary>
    public const int MemoryDefaultBytes = 6 << 20;

    private const int MaxBits = 16, RecordsPerSlotBits = 4;

    private readonly byte[] _records = new byte[Math.Max(1, memoryBytes / recordBytes) * recordBytes];
    private readonly List<FileStream> _parts = [];
    private int _length, _total;

    /// <summary>Adds a record.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (_length == _records.Length) Spill();
        record[..recordBytes].CopyTo(_records.AsSpan(_length));
        _length += recordBytes;
        _total = checked(_total + 1);
    }

    /// <summary>All records in order. The sorter is empty afterwards.</summary>
    public SortedRecords Finish()
    {
        Spill();
        var bits = Math.Clamp(BitOperations.Log2((uint)Math.Max(1, _total)) - RecordsPerSlotBits, 0, MaxBits);
        var starts = new int[(1 << bits) + 1];
        var file = _parts.Count == 1 ? _parts[0] : Merge();
        Count(file, starts, bits);
        if (_parts.Count != 1) foreach (var part in _parts) part.Dispose();
        _parts.Clear();
        return new SortedRecords(file, recordBytes, starts, bits);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }

    private void Spill()
    {
        if (_length == 0 && _parts.Count > 0) return;
        var count = _length / recordBytes;
        var (keys, order) = (new ulong[count], new int[count]);
        for (var i = 0; i < count; i++) (keys[i], order[i]) = (Prefix(_records.AsSpan(i * recordBytes)), i * recordBytes);
        Array.Sort(keys, order);
        var file = ScratchFile.Make(scratch);
        _parts.Add(file);
        foreach (var at in order) file.Write(_records.AsSpan(at, recordBytes));
        file.Flush();
        file.Position = 0;
        _length = 0;
    }

    private FileStream Merge()
    {
        var merged = ScratchFile.Make(scratch);
        var heads = new PriorityQueue<(FileStream Part, byte[] Record), ulong>();
        foreach (var part in _parts) Enqueue(heads, part, new byte[recordBytes]);
        while (heads.TryDequeue(out var head, out _))
        {
            merged.Write(head.Record);
            Enqueue(heads, head.Part, head.Record);
        }
        merged.Flush();
        merged.Position = 0;
        return merged;
    }

    private void Enqueue(PriorityQueue<(FileStream, byte[]), ulong> heads, FileStream part, byte[] record)
    {
        if (part.ReadAtLeast(record, recordBytes, throwOnEndOfStream: false) == recordBytes)
            heads.Enqueue((part, record), Prefix(record));
    }

    private void Count(FileStream file, int[] starts, int bits)
    {
        var record = new byte[recordBytes];
        while (file.ReadAtLeast(record, recordBytes, throwOnEndOfStream: false) == recordBytes)
            starts[SortedRecords.Slot(Prefix(record), bits) + 1]++;
        for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
    }

    private static ulong Prefix(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt64BigEndian(record);
}
