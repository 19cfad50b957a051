using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>
/// JPEG, by its markers. In the coded pictures 0xFF is followed by 0 or a restart mark; in ciphertext that goes wrong within a few hundred
/// bytes, wherever it begins.
/// </summary>
internal sealed class JpegProbe : IContainerProbe
{
    private const byte EndOfImage = 0xD9, StartOfScan = 0xDA;

    public string Name => "jpeg";

    public IEnumerable<byte[]> Beginnings => [[0xFF, 0xD8, 0xFF]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 20 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF && bytes[3] is >= 0xC0 and not 0xFF;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var at = 2;
        var (framed, scanned) = (false, false);
        while (at + 4 <= bytes.Length)
        {
            if (bytes[at] != 0xFF) return Bad(at);
            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            if (marker == EndOfImage) return scanned ? new ProbeResult(ProbeOutcome.Decodes, at + 2) : Bad(at);
            if (marker < 0xC0 || marker is >= 0xD0 and <= 0xD8) return Bad(at);
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length < 2 || (marker == StartOfScan && !framed)) return Bad(at);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (at + 10 > bytes.Length) break;
                if (length != 8 + (3 * bytes[at + 9]) || bytes[at + 4] is not (8 or 12 or 16)) return Bad(at);
                framed = true;
            }
            at += 2 + length;
            if (marker != StartOfScan) continue;
            scanned = true;
            if (Scan(bytes, ref at)) continue;
            break;
        }
        // The end mark may be the last two bytes.
        if (scanned && at + 2 <= bytes.Length && bytes[at] == 0xFF && bytes[at + 1] == EndOfImage)
            return new ProbeResult(ProbeOutcome.Decodes, at + 2);
        return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
    }

    private static ProbeResult Bad(int at) => new(at > 4096 ? ProbeOutcome.Broken : ProbeOutcome.NotThis, at);

    // To the next marker; false at the end of the bytes.
    private static bool Scan(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (at < bytes.Length && bytes[at..].IndexOf((byte)0xFF) is >= 0 and var next)
        {
            at += next;
            if (at + 1 >= bytes.Length) return false;
            if (bytes[at + 1] is not (0 or (>= 0xD0 and <= 0xD7))) return true;
            at += 2;
        }
        at = bytes.Length;
        return false;
    }
}

/// <summary>PNG: the sum of each chunk, and the pixels inflated.</summary>
internal sealed class PngProbe(Inflater inflater) : IContainerProbe
{
    private const int PixelBytesMost = 2 << 20;

    private readonly byte[] _pixels = new byte[PixelBytesMost];

    public string Name => "png";

    public bool EndsItself => true;

    public IEnumerable<byte[]> Beginnings => [[0x89, .. "PN"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 33 && bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var (at, gathered) = (8, 0);
        var ended = false;
        while (!ended && at + 12 <= bytes.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > int.MaxValue) return new ProbeResult(ProbeOutcome.Broken, at);
            var content = bytes[(at + 8)..];
            var type = bytes.Slice(at + 4, 4);
            var isCut = content.Length < length + 4;
            if (!isCut)
            {
                var sum = BinaryPrimitives.ReadUInt32BigEndian(content[(int)length..]);
                if (Crc32.Of(bytes.Slice(at + 4, (int)length + 4)) != sum) return new ProbeResult(ProbeOutcome.Broken, at);
                content = content[..(int)length];
            }
            if (type.SequenceEqual("IDAT"u8))
            {
                var part = content[..Math.Min(content.Length, _pixels.Length - gathered)];
                part.CopyTo(_pixels.AsSpan(gathered));
                gathered += part.Length;
            }
            if (isCut) break;
            ended = type.SequenceEqual("IEND"u8);
            at += (int)length + 12;
        }
        if (gathered <= 2) return new ProbeResult(ended ? ProbeOutcome.Decodes : ProbeOutcome.Broken, at);
        if (inflater.Run(_pixels.AsSpan(2, gathered - 2), output, DecodeLimits.FastBytes, out var taken) == DecodeEnd.Broken)
            return new ProbeResult(ProbeOutcome.Broken, Math.Min(at, taken));
        return ended ? new ProbeResult(ProbeOutcome.Decodes, at) : new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
    }
}

/// <summary>GIF: the chain of its blocks.</summary>
internal sealed class GifProbe : IContainerProbe
{
    public string Name => "gif";

    public IEnumerable<byte[]> Beginnings => [[.. "GIF"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > 20 && (bytes.StartsWith("GIF89a"u8) || bytes.StartsWith("GIF87a"u8));

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var at = 13 + Table(bytes[10]);
        while (at < bytes.Length)
        {
            switch (bytes[at])
            {
                case 0x3B: return new ProbeResult(ProbeOutcome.Decodes, at + 1);
                case 0x21: at += 2; break;
                case 0x2C when at + 11 <= bytes.Length: at += 11 + Table(bytes[at + 9]); break;
                case 0x2C: return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
                case 0: at++; continue;
                default: return new ProbeResult(ProbeOutcome.Broken, at);
            }
            while (at < bytes.Length && bytes[at] != 0) at += bytes[at] + 1;
            at++;
        }
        return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
    }

    private static int Table(byte packed) => (packed & 0x80) != 0 ? 3 << ((packed & 7) + 1) : 0;
}

/// <summary>WebP and AVI: RIFF's chunks. Sound without compression (WAV) is no container: it is looked at like any bytes.</summary>
internal sealed class RiffProbe : IContainerProbe
{
    public string Name => "riff";

    public IEnumerable<byte[]> Beginnings => [[.. "RIF"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 20 && bytes.StartsWith("RIFF"u8)
        && (bytes[8..].StartsWith("WEBPVP8"u8) || bytes[8..].StartsWith("AVI LIST"u8));

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var isWebP = bytes[8] == 'W';
        long at = 12;
        while (at + 8 <= Math.Min(end, bytes.Length))
        {
            var chunk = bytes[(int)at..];
            if (!FourLetters.Are(chunk)) return new ProbeResult(ProbeOutcome.Broken, at);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            // A lossy picture begins with its frame's tag, a lossless one with its signature.
            if (isWebP && chunk.Length > 16 && ((chunk.StartsWith("VP8 "u8) && !chunk[11..].StartsWith((ReadOnlySpan<byte>)[0x9D, 1, 0x2A]))
                || (chunk.StartsWith("VP8L"u8) && chunk[8] != 0x2F)))
            {
                return new ProbeResult(ProbeOutcome.Broken, at);
            }
            // AVI: the frames lie in a list of chunks, walked like the rest.
            at += chunk.StartsWith("LIST"u8) ? 12 : 8 + size + (size & 1);
        }
        return new ProbeResult(ProbeOutcome.Decodes, end);
    }
}

/// <summary>Names of chunks and boxes.</summary>
internal static class FourLetters
{
    /// <summary>Whether four bytes are letters, digits, or spaces.</summary>
    public static bool Are(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < 4; i++)
        {
            if (!char.IsAsciiLetterOrDigit((char)bytes[i]) && bytes[i] is not ((byte)' ' or (byte)'_' or (byte)'-' or (byte)'#' or 0xA9))
                return false;
        }
        return true;
    }
}
