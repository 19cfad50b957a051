using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>
/// MP4, MOV, HEIC, AVIF: the chain of boxes, which must be of known kinds. Without the box that says where pictures and sound lie and how
/// they are to be read (moov, moof, meta) nobody can play it, and it explains nothing; where it comes last it must come.
/// </summary>
internal sealed class Mp4Probe : IContainerProbe
{
    private const int HeadBytes = 8;

    private static readonly HashSet<uint> TopLevel = [.. new[]
    {
        "ftyp", "moov", "mdat", "free", "skip", "wide", "uuid", "moof", "sidx", "styp", "meta", "mfra", "emsg", "pdin", "pnot", "idat",
        "prft", "udta", "ssix", "mpvd",
    }.Select(Name4)];

    // The box within it that each of them has, behind the bytes of a version where there is one.
    private static readonly (uint Box, int At, uint Child)[] Tables =
        [(Name4("moov"), 8, Name4("mvhd")), (Name4("moof"), 8, Name4("mfhd")), (Name4("meta"), 12, Name4("hdlr"))];

    public string Name => "mp4";

    // The box's length comes first; any realistic first box is shorter than 256 bytes.
    public IEnumerable<byte[]> Beginnings => [[0, 0, 0, 0, .. "ft"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 16 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0 && bytes[4..].StartsWith("ftyp"u8)
        && FourLetters.Are(bytes[8..]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var end = Walk(bytes, 0, out var hasTable, out var isWhole);
        if (end < 0) return new ProbeResult(ProbeOutcome.Broken);
        if (hasTable) return new ProbeResult(isWhole ? ProbeOutcome.Decodes : ProbeOutcome.DecodesSoFar, end);
        return end > bytes.Length ? new ProbeResult(ProbeOutcome.Decodes, end, OwedAt: end) : new ProbeResult(ProbeOutcome.Broken);
    }

    /// <summary>Whether the table that the first boxes owe comes here, or later still.</summary>
    /// <param name="bytes">From where it was owed.</param>
    /// <param name="laterAt">Behind how many bytes more it is owed then; 0: it is here.</param>
    public static bool IsPaid(ReadOnlySpan<byte> bytes, out long laterAt)
    {
        laterAt = 0;
        var end = Walk(bytes, 0, out var hasTable, out _);
        if (hasTable || end <= bytes.Length) return hasTable;
        laterAt = end;
        return true;
    }

    // Where the chain ends, as far as it is known; negative: it is none.
    private static long Walk(ReadOnlySpan<byte> bytes, long at, out bool hasTable, out bool isWhole)
    {
        (hasTable, isWhole) = (false, true);
        while (at + (2 * HeadBytes) <= bytes.Length)
        {
            var box = bytes[(int)at..];
            var name = BinaryPrimitives.ReadUInt32BigEndian(box[4..]);
            if (!TopLevel.Contains(name)) return at == 0 ? -1 : at;
            long size = BinaryPrimitives.ReadUInt32BigEndian(box);
            if (size == 1) size = BinaryPrimitives.ReadInt64BigEndian(box[8..]);
            if (size == 0)
            {
                isWhole = false;
                return bytes.Length;
            }
            if (size is < HeadBytes or > 1L << 50) return -1;
            hasTable |= IsTable(box, name, size);
            at += size;
        }
        return at;
    }

    private static bool IsTable(ReadOnlySpan<byte> box, uint name, long size)
    {
        foreach (var (table, at, child) in Tables)
        {
            if (name != table || box.Length < at + HeadBytes) continue;
            // QuickTime's own meta has no version.
            foreach (var start in (ReadOnlySpan<int>)[at, HeadBytes])
            {
                var length = BinaryPrimitives.ReadUInt32BigEndian(box[start..]);
                var isChild = BinaryPrimitives.ReadUInt32BigEndian(box[(start + 4)..]) == child;
                if (isChild && length >= HeadBytes && start + length <= size) return true;
            }
        }
        return false;
    }

    private static uint Name4(string name) =>
        ((uint)name[0] << 24) | ((uint)name[1] << 16) | ((uint)name[2] << 8) | name[3];
}

/// <summary>
/// Matroska and WebM: EBML elements, down to the blocks of a cluster. The first must name the kind of document, and each must be one that
/// may stand where it stands.
/// </summary>
internal sealed class MatroskaProbe : IContainerProbe
{
    private const ulong Header = 0x1A45DFA3, Segment = 0x18538067, Cluster = 0x1F43B675, Tracks = 0x1654AE6B;
    private const int HeaderMost = 1024;

    private static readonly HashSet<ulong> Known =
    [
        // The segment's: seek head, information, tracks, cues, attachments, chapters, tags.
        0x114D9B74, 0x1549A966, Tracks, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367,
        // A cluster's: time stamp, simple block, group, position, size of the one before, silent tracks, encrypted block.
        0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0x5854, 0xAF,
        // Void and sum, anywhere.
        0xEC, 0xBF,
    ];

    public string Name => "matroska";

    public IEnumerable<byte[]> Beginnings => [[0x1A, 0x45, 0xDF]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > 32 && bytes.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        long at = 0;
        var (hasSegment, hasTracks) = (false, false);
        while (at + 12 <= bytes.Length)
        {
            var element = bytes[(int)at..];
            var id = Number(element, keepMark: true, out var idBytes);
            var broken = new ProbeResult(ProbeOutcome.Broken, at);
            if (idBytes is 0 or > 4) return broken;
            var size = Number(element[idBytes..], keepMark: false, out var sizeBytes);
            if (sizeBytes == 0) return broken;
            var head = idBytes + sizeBytes;
            at += head;
            if (id == Header)
            {
                var isHere = size <= HeaderMost && (long)size <= element.Length - head;
                if (!isHere || !NamesDocument(element.Slice(head, (int)size))) return broken;
            }
            else if (id is Segment or Cluster)
            {
                if (id == Cluster && !hasTracks) return broken;
                hasSegment = true;
                continue;
            }
            else if (!Known.Contains(id) || (!hasSegment && id is not (0xEC or 0xBF))) return broken;
            hasTracks |= id == Tracks;
            if (size > 1UL << 48) return broken;
            at += (long)size;
        }
        return new ProbeResult(hasTracks ? ProbeOutcome.DecodesSoFar : ProbeOutcome.Broken, hasTracks ? Math.Max(at, bytes.Length) : 0);
    }

    private static bool NamesDocument(ReadOnlySpan<byte> header)
    {
        while (header.Length > 3)
        {
            var id = Number(header, keepMark: true, out var idBytes);
            if (idBytes == 0 || idBytes >= header.Length) return false;
            var size = Number(header[idBytes..], keepMark: false, out var sizeBytes);
            var head = idBytes + sizeBytes;
            if (sizeBytes == 0 || size > (ulong)(header.Length - head)) return false;
            if (id == 0x4282) return header.Slice(head, (int)size).TrimEnd((byte)0) is var name
                && (name.SequenceEqual("matroska"u8) || name.SequenceEqual("webm"u8));
            header = header[(head + (int)size)..];
        }
        return false;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, bool keepMark, out int length)
    {
        length = bytes[0] == 0 ? 0 : System.Numerics.BitOperations.LeadingZeroCount((uint)bytes[0]) - 23;
        if (length == 0 || length > bytes.Length)
        {
            length = 0;
            return 0;
        }
        ulong value = keepMark ? bytes[0] : (ulong)(bytes[0] & ((1 << (8 - length)) - 1));
        for (var i = 1; i < length; i++) value = (value << 8) | bytes[i];
        return value;
    }
}
