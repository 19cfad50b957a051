using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>MP4, MOV, HEIC, AVIF: the chain of boxes, which must be of known kinds and lead to the end.</summary>
internal sealed class Mp4Probe : IContainerProbe
{
    private static readonly HashSet<uint> TopLevel = [.. new[]
    {
        "ftyp", "moov", "mdat", "free", "skip", "wide", "uuid", "moof", "sidx", "styp", "meta", "mfra", "emsg", "pdin", "pnot", "idat",
        "prft", "udta", "ssix", "mpvd",
    }.Select(Name4)];

    public string Name => "mp4";

    // The box's length comes first; any realistic first box is shorter than 256 bytes.
    public IEnumerable<byte[]> Beginnings => [[0, 0, 0, 0, .. "ft"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 16 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0 && bytes[4..].StartsWith("ftyp"u8)
        && FourLetters.Are(bytes[8..]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        long at = 0;
        var boxes = 0;
        while (at + 16 <= bytes.Length)
        {
            var box = bytes[(int)at..];
            if (!TopLevel.Contains(BinaryPrimitives.ReadUInt32BigEndian(box[4..])))
                return new ProbeResult(boxes < 2 ? ProbeOutcome.Broken : ProbeOutcome.Decodes, at);
            long size = BinaryPrimitives.ReadUInt32BigEndian(box);
            if (size == 0) return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
            if (size == 1) size = BinaryPrimitives.ReadInt64BigEndian(box[8..]);
            if (size is < 8 or > 1L << 50) return new ProbeResult(ProbeOutcome.Broken, at);
            at += size;
            boxes++;
        }
        return new ProbeResult(boxes > 1 ? ProbeOutcome.Decodes : ProbeOutcome.Broken, at);
    }

    private static uint Name4(string name) =>
        ((uint)name[0] << 24) | ((uint)name[1] << 16) | ((uint)name[2] << 8) | name[3];
}

/// <summary>Ogg (Vorbis, Opus, Theora): the chain of pages.</summary>
internal sealed class OggProbe : IContainerProbe
{
    private const int HeaderBytes = 27;

    public string Name => "ogg";

    public IEnumerable<byte[]> Beginnings => [[.. "Ogg"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > HeaderBytes && bytes.StartsWith("OggS\0"u8) && bytes[5] < 8;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var at = 0;
        while (at + HeaderBytes <= bytes.Length)
        {
            if (!Matches(bytes[at..]))
                return new ProbeResult(at == 0 || !IsEnd(bytes, at) ? ProbeOutcome.Broken : ProbeOutcome.Decodes, at);
            int segments = bytes[at + 26], body = 0;
            if (at + HeaderBytes + segments > bytes.Length) break;
            foreach (var segment in bytes.Slice(at + HeaderBytes, segments)) body += segment;
            if (at == 0 && at + HeaderBytes + segments + body > bytes.Length) break;
            at += HeaderBytes + segments + body;
        }
        if (at == 0) return ProbeResult.NotThis;
        return at == bytes.Length
            ? new ProbeResult(ProbeOutcome.Decodes, at)
            : new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
    }

    private static bool IsEnd(ReadOnlySpan<byte> bytes, int at) => bytes[at..].IndexOfAnyExcept((byte)0) < 0;
}

/// <summary>MP3: frames one behind the other, ID3 tags before them.</summary>
internal sealed class Mp3Probe : IContainerProbe
{
    private const int FramesEnough = 8;
    private static readonly short[] Mpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly short[] Mpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly int[] Rates = [44100, 48000, 32000];

    public string Name => "mp3";

    public IEnumerable<byte[]> Beginnings =>
        [[.. "ID3"u8], [0xFF, 0xE2], [0xFF, 0xE3], [0xFF, 0xF2], [0xFF, 0xF3], [0xFF, 0xFA], [0xFF, 0xFB]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 64 && (bytes.StartsWith("ID3"u8) ? bytes[3] is >= 2 and <= 4 : FrameBytes(bytes) > 0);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        long at = 0;
        if (bytes.StartsWith("ID3"u8))
            at = 10 + (((bytes[6] & 127) << 21) | ((bytes[7] & 127) << 14) | ((bytes[8] & 127) << 7) | (bytes[9] & 127));
        var frames = 0;
        while (at + 4 <= bytes.Length)
        {
            var frame = FrameBytes(bytes[(int)at..]);
            if (frame == 0) break;
            at += frame;
            frames++;
        }
        if (frames < FramesEnough) return ProbeResult.NotThis;
        return at + 4 > bytes.Length
            ? new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length)
            : new ProbeResult(ProbeOutcome.Decodes, at);
    }

    // Layer III only; the others are no longer met.
    private static int FrameBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != 0xFF || (bytes[1] & 0xE6) != 0xE2 || (bytes[1] & 0x18) == 8) return 0;
        var first = (bytes[1] & 0x18) == 0x18;
        var (rate, bits) = ((bytes[2] >> 2) & 3, bytes[2] >> 4);
        if (rate == 3 || bits is 0 or 15) return 0;
        var hertz = Rates[rate] >> ((bytes[1] & 0x18) switch { 0x18 => 0, 0x10 => 1, _ => 2 });
        return ((first ? 144 : 72) * 1000 * (first ? Mpeg1 : Mpeg2)[bits] / hertz) + ((bytes[2] >> 1) & 1);
    }
}

/// <summary>FLAC: the metadata, then frames that begin with their sync code every few KiB.</summary>
internal sealed class FlacProbe : IContainerProbe
{
    private const int FrameMost = 64 << 10;

    public string Name => "flac";

    public IEnumerable<byte[]> Beginnings => [[.. "fLa"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > 46 && bytes.StartsWith("fLaC"u8) && (bytes[4] & 127) == 0;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var at = 4;
        var isLast = false;
        while (!isLast && at + 4 <= bytes.Length)
        {
            isLast = (bytes[at] & 128) != 0;
            at += 4 + ((bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]);
        }
        if (at + 4 > bytes.Length) return ProbeResult.NotThis;
        if (bytes[at] != 0xFF || (bytes[at + 1] & 0xFC) != 0xF8) return new ProbeResult(ProbeOutcome.Broken, at);
        // Sync, block size and rate, channels: the same at each frame of nearly every file.
        var sync = bytes.Slice(at, 2);
        var shape = bytes[at + 3];
        while (bytes.Length - at > FrameMost)
        {
            var next = 2;
            for (int found; (found = bytes.Slice(at + next, FrameMost - next).IndexOf(sync)) >= 0; next += 2)
            {
                next += found;
                if (((bytes[at + next + 3] ^ shape) & 0xF0) == 0 || found == 0) break;
            }
            if (!bytes.Slice(at + Math.Min(next, FrameMost - 2), 2).SequenceEqual(sync)) return new ProbeResult(ProbeOutcome.Broken, at);
            at += next;
        }
        return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
    }
}

/// <summary>Matroska and WebM: EBML elements, down to the blocks of a cluster.</summary>
internal sealed class MatroskaProbe : IContainerProbe
{
    private const ulong Segment = 0x18538067, Cluster = 0x1F43B675;

    public string Name => "matroska";

    public IEnumerable<byte[]> Beginnings => [[0x1A, 0x45, 0xDF]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > 32 && bytes.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        long at = 0;
        while (at + 12 <= bytes.Length)
        {
            var element = bytes[(int)at..];
            var id = Number(element, keepMark: true, out var idBytes);
            if (idBytes is 0 or > 4) return new ProbeResult(ProbeOutcome.Broken, at);
            var size = Number(element[idBytes..], keepMark: false, out var sizeBytes);
            if (sizeBytes == 0) return new ProbeResult(ProbeOutcome.Broken, at);
            at += idBytes + sizeBytes;
            if (id is Segment or Cluster) continue;
            if (size > 1UL << 48) return new ProbeResult(ProbeOutcome.Broken, at);
            at += (long)size;
        }
        return new ProbeResult(ProbeOutcome.DecodesSoFar, Math.Max(at, bytes.Length));
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
