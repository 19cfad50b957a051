using System.Buffers;
using HostAtlas.Agent.Backup.Format;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// Records of one length in a file without a name, ordered by the chunk ids that they begin with. Ids are evenly spread, so a table of
/// where each beginning starts leads to about sixteen records: one read a look-up, and no memory that grows with the repository.
/// Thread-safe.
/// </summary>
internal sealed class SortedRecords : IDisposable
{
    private readonly FileStream _file;
    private readonly SafeFileHandle _handle;
    private readonly int[] _starts;
    private readonly int _bits;

    internal SortedRecords(FileStream file, int recordBytes, int[] starts, int bits)
    {
        (_file, _handle, RecordBytes, _starts, _bits) = (file, file.SafeFileHandle, recordBytes, starts, bits);
    }

    /// <summary>Bytes of a record, its id included.</summary>
    public int RecordBytes { get; }

    /// <summary>How many there are.</summary>
    public int Count => _starts[^1];

    /// <summary>Calls back with each record of the id until one is taken; false when none was.</summary>
    public bool Find(ChunkId id, RecordVisitor visit)
    {
        var slot = Slot(id.Prefix, _bits);
        var (from, to) = (_starts[slot], _starts[slot + 1]);
        if (from == to) return false;
        var length = (to - from) * RecordBytes;
        var room = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            ReadExactly(room.AsSpan(0, length), (long)from * RecordBytes);
            Span<byte> wanted = stackalloc byte[ChunkId.SizeBytes];
            id.Write(wanted);
            for (var i = from; i < to; i++)
            {
                var record = room.AsSpan((i - from) * RecordBytes, RecordBytes);
                if (record.StartsWith(wanted) && visit(record, i)) return true;
            }
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <summary>Whether there is a record of the id.</summary>
    public bool Contains(ChunkId id) => Find(id, static (_, _) => true);

    /// <summary>Adds all records to a sorter, which merges them with others.</summary>
    public void CopyTo(RecordSorter sorter) => ForEach((record, _) =>
    {
        sorter.Add(record);
        return true;
    });

    /// <summary>Calls back with each record, in order; what it answers says nothing.</summary>
    public void ForEach(RecordVisitor visit)
    {
        var number = 0;
        var room = new byte[RecordBytes * 1024];
        for (long at = 0, end = (long)Count * RecordBytes; at < end;)
        {
            var part = room.AsSpan(0, (int)Math.Min(room.Length, end - at));
            ReadExactly(part, at);
            at += part.Length;
            for (; !part.IsEmpty; part = part[RecordBytes..]) visit(part[..RecordBytes], number++);
        }
    }

    /// <summary>Takes a record, or asks for the next one of its id. <paramref name="number"/>: its place among all.</summary>
    public delegate bool RecordVisitor(ReadOnlySpan<byte> record, int number);

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    internal static int Slot(ulong prefix, int bits) => bits == 0 ? 0 : (int)(prefix >> (64 - bits));

    private void ReadExactly(Span<byte> into, long offset)
    {
        while (!into.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, into, offset);
            if (read == 0) throw new IOException("The file of known chunks is shorter than it was.");
            into = into[read..];
            offset += read;
        }
    }
}
