using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>Names of git's objects in their order, with the table that says how many begin with each byte: ciphertext is neither.</summary>
internal static class GitNames
{
    /// <summary>Bytes of the table.</summary>
    public const int FanoutBytes = 1024;

    /// <summary>Bytes of a name: SHA-1, SHA-256.</summary>
    public static readonly int[] Lengths = [20, 32];

    /// <summary>How many names a table says there are; negative: it is none, for its counts do not grow.</summary>
    public static long Count(ReadOnlySpan<byte> fanout)
    {
        uint before = 0;
        for (var i = 0; i < FanoutBytes; i += sizeof(uint))
        {
            var count = BinaryPrimitives.ReadUInt32BigEndian(fanout[i..]);
            if (count < before) return -1;
            before = count;
        }
        return before;
    }

    /// <summary>Whether names are in order and begin as the table says, as far as they are there.</summary>
    public static bool AreOrdered(ReadOnlySpan<byte> fanout, ReadOnlySpan<byte> names, long count, int length)
    {
        var first = 0;
        for (var i = 0; i < Math.Min(count, names.Length / length); i++)
        {
            var name = names.Slice(i * length, length);
            if (i > 0 && names.Slice((i - 1) * length, length).SequenceCompareTo(name) > 0) return false;
            while (first < 255 && BinaryPrimitives.ReadUInt32BigEndian(fanout[(first * sizeof(uint))..]) <= i) first++;
            if (name[0] != first) return false;
        }
        return true;
    }
}

/// <summary>The table of names beside a pack (.idx version 2).</summary>
internal sealed class GitIndexProbe : IContainerProbe
{
    private const int HeaderBytes = 8, SumAndPlaceBytes = 8;

    public string Name => "git-index";

    public IEnumerable<byte[]> Beginnings => [[0xFF, .. "tO"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > HeaderBytes + GitNames.FanoutBytes + GitNames.Lengths[0]
        && bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var fanout = bytes.Slice(HeaderBytes, GitNames.FanoutBytes);
        var count = GitNames.Count(fanout);
        const int Start = HeaderBytes + GitNames.FanoutBytes;
        if (count < 0) return new ProbeResult(ProbeOutcome.Broken, HeaderBytes);
        foreach (var length in GitNames.Lengths)
        {
            if (GitNames.AreOrdered(fanout, bytes[Start..], count, length))
                return new ProbeResult(ProbeOutcome.Decodes, Start + (count * (length + SumAndPlaceBytes)) + (2 * length));
        }
        return new ProbeResult(ProbeOutcome.Broken, Start);
    }
}

/// <summary>
/// git's files of chunks: commit-graph and multi-pack-index. The table of chunks leads from its own end to the file's sum, the names are in
/// order, and what belongs to each of them has the length that it must have.
/// </summary>
internal sealed class GitChunksProbe : IContainerProbe
{
    private const int EntryBytes = 12, GraphHeaderBytes = 8, IndexHeaderBytes = 12, CommitBytes = 16, PlaceBytes = 8;
    private const uint Fanout = 0x4F494446, Names = 0x4F49444C, Commits = 0x43444154, Places = 0x4F4F4646;

    public string Name => "git-table";

    public IEnumerable<byte[]> Beginnings => [[.. "CGP"u8], [.. "MID"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > GitNames.FanoutBytes && (bytes.StartsWith("CGPH\u0001"u8) || bytes.StartsWith("MIDX\u0001"u8))
        && bytes[5] is 1 or 2 && bytes[6] > 0;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var length = GitNames.Lengths[bytes[5] - 1];
        var table = bytes[0] == 'C' ? GraphHeaderBytes : IndexHeaderBytes;
        var chunks = bytes[6];
        var next = (long)table + ((chunks + 1) * EntryBytes);
        if (next > bytes.Length) return ProbeResult.NotThis;
        var broken = new ProbeResult(ProbeOutcome.Broken, next);
        if (Offset(bytes, table, 0) != next) return ProbeResult.NotThis;
        ReadOnlySpan<byte> fanout = default;
        long count = -1;
        for (var i = 0; i < chunks; i++)
        {
            var (from, until) = (Offset(bytes, table, i), Offset(bytes, table, i + 1));
            if (until < from || until > 1L << 48) return broken;
            var id = BinaryPrimitives.ReadUInt32BigEndian(bytes[(table + (i * EntryBytes))..]);
            if (id == Fanout)
            {
                if (until - from != GitNames.FanoutBytes || until > bytes.Length) return broken;
                fanout = bytes.Slice((int)from, GitNames.FanoutBytes);
                count = GitNames.Count(fanout);
            }
            var each = id switch { Names => length, Commits => length + CommitBytes, Places => PlaceBytes, _ => 0 };
            if (each > 0 && (count < 0 || until - from != count * each)) return broken;
            if (id == Names && (from > bytes.Length
                || !GitNames.AreOrdered(fanout, bytes[(int)from..(int)Math.Min(until, bytes.Length)], count, length))) return broken;
        }
        return count < 0 ? broken : new ProbeResult(ProbeOutcome.Decodes, Offset(bytes, table, chunks) + length);
    }

    private static long Offset(ReadOnlySpan<byte> bytes, int table, int chunk) =>
        BinaryPrimitives.ReadInt64BigEndian(bytes[(table + (chunk * EntryBytes) + 4)..]);
}
