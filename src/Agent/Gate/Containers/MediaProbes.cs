using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

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
