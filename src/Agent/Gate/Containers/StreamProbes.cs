using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>bzip2: blocks up to 900 KB.</summary>
internal sealed class Bzip2Probe(SlowDecoders slow) : IContainerProbe
{
    public string Name => "bzip2";

    public bool EndsItself => true;

    public IEnumerable<byte[]> Beginnings => [[.. "BZh"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 10 && bytes.StartsWith("BZh"u8) && bytes[3] is >= (byte)'1' and <= (byte)'9'
        && (bytes[4..].StartsWith("1AY&SY"u8) || bytes[4..].StartsWith("\u0017rE8P"u8));

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        // Without a whole block nothing was shown.
        var end = slow.Bzip2(bytes, output);
        return end == DecodeEnd.NeedsMore && output.Length == 0
            ? new ProbeResult(ProbeOutcome.Broken, 10)
            : DecodeLimits.Result(end, slow.Consumed);
    }
}

/// <summary>LZMA alone, as lzma(1) writes it.</summary>
internal sealed class LzmaProbe(SlowDecoders slow) : IContainerProbe
{
    private const int HeaderBytes = 13, EnoughBytes = 4096;

    public string Name => "lzma";

    public IEnumerable<byte[]> Beginnings => [[0x5D, 0, 0]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > HeaderBytes + 5 && bytes[0] == 0x5D && bytes[1] == 0 && bytes[2] == 0 && bytes[HeaderBytes] == 0
        && BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]) is >= -1 and < 1L << 48;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var size = BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]);
        var end = slow.Lzma(bytes[..5], bytes[HeaderBytes..], output);
        // Without an end mark the decoder runs on behind the announced size, over whatever follows.
        if (size >= 0 && output.Length >= size) end = DecodeEnd.Complete;
        return end == DecodeEnd.Broken && output.Length < EnoughBytes
            ? ProbeResult.NotThis
            : DecodeLimits.Result(end, HeaderBytes + slow.Consumed);
    }
}

/// <summary>
/// xz: the block's chunks are walked to their end, which costs nothing, and the first MiBs are decoded. A flaw in the chain of chunks is
/// found wherever it lies in what was handed over.
/// </summary>
internal sealed class XzProbe(SlowDecoders slow) : IContainerProbe
{
    private const int HeaderBytes = 12;

    public string Name => "xz";

    public bool EndsItself => true;

    public IEnumerable<byte[]> Beginnings => [[0xFD, .. "7z"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > HeaderBytes + 8 && bytes.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0])
        && Crc32.Of(bytes[6..8]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var check = CheckBytes(bytes[7] & 15);
        var at = HeaderBytes;
        while (at < bytes.Length && bytes[at] != 0)
        {
            var header = (bytes[at] + 1) * 4;
            if (at + header > bytes.Length) return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
            if (Crc32.Of(bytes.Slice(at, header - 4)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + header - 4)..]))
                return new ProbeResult(ProbeOutcome.Broken, at);
            at += header;
            var chunks = bytes[at..];
            var walked = Lzma2Chunks.Walk(chunks, out var length);
            if (walked == DecodeEnd.Broken) return new ProbeResult(ProbeOutcome.Broken, at + length);
            if (output.Length < DecodeLimits.SlowBytes && slow.Lzma2(chunks[..length], output) == DecodeEnd.Broken)
                return new ProbeResult(ProbeOutcome.Broken, at + slow.Consumed);
            if (walked == DecodeEnd.NeedsMore) return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
            at += ((length + 3) & ~3) + check;
        }
        return Index(bytes, at);
    }

    // The index: its records are not read, its length is found by the footer that must follow.
    private static ProbeResult Index(ReadOnlySpan<byte> bytes, int at)
    {
        if (at >= bytes.Length) return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
        var footer = bytes[at..].IndexOf("YZ"u8);
        return footer is >= 0 and < 1 << 20
            ? new ProbeResult(ProbeOutcome.Decodes, at + footer + 2)
            : new ProbeResult(bytes.Length - at < 1 << 20 ? ProbeOutcome.DecodesSoFar : ProbeOutcome.Broken, at);
    }

    private static int CheckBytes(int type) => type switch { 0 => 0, <= 3 => 4, <= 6 => 8, <= 9 => 16, <= 12 => 32, _ => 64 };
}

/// <summary>The chain of LZMA2 chunks (xz format 1.1.0; in xz and 7z): each says its length: it can be walked undecoded.</summary>
internal static class Lzma2Chunks
{
    /// <summary>Walks it.</summary>
    /// <param name="bytes">From the first chunk on.</param>
    /// <param name="length">How far it was good.</param>
    public static DecodeEnd Walk(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        var started = false;
        while (length < bytes.Length)
        {
            var control = bytes[length];
            if (control == 0)
            {
                length++;
                return DecodeEnd.Complete;
            }
            // The first chunk must reset the dictionary; 3 to 0x7F do not exist.
            if (control is >= 3 and < 0x80 || (!started && control is not (1 or >= 0xE0))) return DecodeEnd.Broken;
            started = true;
            if (length + 6 > bytes.Length) break;
            var next = control < 0x80
                ? length + 4 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(length + 1)..])
                : length + (control >= 0xC0 ? 7 : 6) + BinaryPrimitives.ReadUInt16BigEndian(bytes[(length + 3)..]);
            if (next > bytes.Length) break;
            length = next;
        }
        return DecodeEnd.NeedsMore;
    }
}

/// <summary>
/// 7z. What compressed the content stands at the file's end, so the first folder is tried as what it is by default: LZMA2, then LZMA with
/// the usual properties. An encrypted one is neither.
/// </summary>
internal sealed class SevenZipProbe(SlowDecoders slow) : IContainerProbe
{
    private const int HeaderBytes = 32;

    public string Name => "7z";

    public IEnumerable<byte[]> Beginnings => [[.. "7z"u8, 0xBC]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > HeaderBytes + 16 && bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, 0])
        && Crc32.Of(bytes[12..32]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var end = HeaderBytes + BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]) + BinaryPrimitives.ReadInt64LittleEndian(bytes[20..]);
        if (end is < HeaderBytes or > 1L << 50) return new ProbeResult(ProbeOutcome.Broken, HeaderBytes);
        var content = bytes[HeaderBytes..];
        var packed = Math.Min(content.Length, BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]));
        content = content[..(int)Math.Max(0, packed)];
        if (Lzma2Chunks.Walk(content, out var length) != DecodeEnd.Broken && slow.Lzma2(content[..length], output) != DecodeEnd.Broken
            && output.Length > 0)
        {
            return new ProbeResult(ProbeOutcome.Decodes, end);
        }
        output.Clear();
        if (content.Length > 5 && content[0] == 0 && slow.Lzma([0x5D, 0, 0, 0x40, 0], content, output) is var decoded
            && (decoded != DecodeEnd.Broken || output.Length > DecodeBuffer.ReachBytes))
        {
            return new ProbeResult(ProbeOutcome.Decodes, end);
        }
        output.Clear();
        if (slow.Bzip2(content, output) != DecodeEnd.Broken && output.Length > 0) return new ProbeResult(ProbeOutcome.Decodes, end);
        output.Clear();
        return new ProbeResult(ProbeOutcome.Broken, HeaderBytes);
    }
}
