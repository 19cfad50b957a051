using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>gzip (RFC 1952), one member; the next is found behind it.</summary>
internal sealed class GzipProbe(Inflater inflater) : IContainerProbe
{
    private const int HeaderBytes = 10, TrailerBytes = 8;

    public string Name => "gzip";

    public bool EndsItself => true;

    public IEnumerable<byte[]> Beginnings => [[0x1F, 0x8B, 8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderBytes && bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8 && bytes[3] < 0x20;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var flags = bytes[3];
        var at = HeaderBytes;
        if ((flags & 4) != 0)
        {
            if (bytes.Length < at + 2) return ProbeResult.NotThis;
            at += 2 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
        }
        for (var texts = (flags & 8) / 8 + ((flags & 16) / 16); texts > 0; texts--)
        {
            if (at >= bytes.Length || bytes[at..].IndexOf((byte)0) is var end && end < 0) return ProbeResult.NotThis;
            at += end + 1;
        }
        if ((flags & 2) != 0) at += 2;
        if (at >= bytes.Length) return ProbeResult.NotThis;
        output.Checksum = Checksum.Crc;
        var decoded = inflater.Run(bytes[at..], output, DecodeLimits.FastBytes, out var taken);
        at += taken;
        if (decoded != DecodeEnd.Complete) return DecodeLimits.Result(decoded, at);
        if (bytes.Length < at + TrailerBytes) return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) == output.Crc
            ? new ProbeResult(ProbeOutcome.Decodes, at + TrailerBytes)
            : new ProbeResult(ProbeOutcome.Broken, at);
    }
}

/// <summary>zlib (RFC 1950): in PDF, PNG, git packs, WOFF, ELF sections, SquashFS and more.</summary>
internal sealed class ZlibProbe(Inflater inflater) : IContainerProbe
{
    // A broken stream in the middle of something else is nothing: its two bytes come by chance in every 16 KiB of noise.
    private const int EnoughBytes = 4096;

    public string Name => "zlib";

    public IEnumerable<byte[]> Beginnings =>
        from first in (byte[])[0x38, 0x48, 0x58, 0x68, 0x78]
        from second in Enumerable.Range(0, 256)
        where IsHeader(first, (byte)second)
        select (byte[])[first, (byte)second];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length >= 8 && IsHeader(bytes[0], bytes[1]);

    private static bool IsHeader(byte first, byte second) => (first & 0x0F) == 8 && first is >= 0x38 and <= 0x78 && (second & 0x20) == 0
        && ((first << 8) | second) % 31 == 0;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        output.Checksum = Checksum.Adler;
        var decoded = inflater.Run(bytes[2..], output, DecodeLimits.FastBytes, out var taken);
        taken += 2;
        if (decoded == DecodeEnd.Complete)
        {
            if (bytes.Length >= taken + 4 && BinaryPrimitives.ReadUInt32BigEndian(bytes[taken..]) == output.Adler)
                return new ProbeResult(ProbeOutcome.Decodes, taken + 4);
            return ProbeResult.NotThis;
        }
        if (taken < EnoughBytes) return ProbeResult.NotThis;
        return new ProbeResult(decoded == DecodeEnd.Broken ? ProbeOutcome.Broken : ProbeOutcome.DecodesSoFar, taken);
    }
}

/// <summary>An entry of a zip file, its local header first: jar, nupkg, docx, odt, apk, whl and more.</summary>
internal sealed class ZipEntryProbe(Inflater inflater, SlowDecoders slow) : IContainerProbe
{
    private const int HeaderBytes = 30;
    private const int StoredMethod = 0, DeflateMethod = 8, Bzip2Method = 12, LzmaMethod = 14, AesMethod = 99;
    private const uint DescriptorMagic = 0x08074B50;

    public string Name => "zip";

    public IEnumerable<byte[]> Beginnings => [[.. "PK\x03"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderBytes && bytes.StartsWith("PK\x03\x04"u8) && bytes[5] == 0;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[18..]);
        var start = HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        if (start >= bytes.Length) return ProbeResult.NotThis;
        var known = (flags & 8) == 0 && size != uint.MaxValue;
        if ((flags & 1) != 0 || method == AesMethod) return new ProbeResult(ProbeOutcome.Encrypted, start + (known ? size : 0));
        var content = bytes[start..];
        if (known && size < content.Length) content = content[..(int)size];
        return method switch
        {
            StoredMethod => Stored(bytes, start, known ? size : null, output),
            DeflateMethod => Deflated(bytes, start, content, known ? size : null, output),
            Bzip2Method => Slow(slow.Bzip2(content, output), start, size),
            LzmaMethod when content.Length > 9 => Slow(slow.Lzma(content[4..9], content[9..], output), start, size),
            _ => ProbeResult.NotThis,
        };

        ProbeResult Slow(DecodeEnd end, int begin, long length) => end == DecodeEnd.Broken
            ? new ProbeResult(ProbeOutcome.Broken, begin)
            : new ProbeResult(ProbeOutcome.Decodes, begin + (known ? length : 0));
    }

    private static ProbeResult Stored(ReadOnlySpan<byte> bytes, int start, long? size, DecodeBuffer output)
    {
        var content = bytes[start..];
        var end = size;
        if (size is null && content.IndexOf("PK\x07\x08"u8) is >= 0 and var descriptor) end = descriptor;
        if (end < content.Length) content = content[..(int)end];
        output.Write(content[..Math.Min(content.Length, DecodeBuffer.KeptBytes)]);
        return end is { } length
            ? new ProbeResult(ProbeOutcome.Decodes, start + length)
            : new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
    }

    private ProbeResult Deflated(ReadOnlySpan<byte> bytes, int start, ReadOnlySpan<byte> content, long? size, DecodeBuffer output)
    {
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[14..]);
        output.Checksum = Checksum.Crc;
        var decoded = inflater.Run(content, output, DecodeLimits.FastBytes, out var taken);
        // Whatever garbage decodes to seldom ends where the header says.
        if (decoded == DecodeEnd.Broken || (decoded == DecodeEnd.NeedsMore && content.Length == size))
            return new ProbeResult(ProbeOutcome.Broken, start);
        if (decoded != DecodeEnd.Complete) return new ProbeResult(ProbeOutcome.DecodesSoFar, size is { } all ? start + all : start + taken);
        var end = start + taken;
        if (size is not null)
        {
            return crc == output.Crc
                ? new ProbeResult(ProbeOutcome.Decodes, start + size.Value)
                : new ProbeResult(ProbeOutcome.Broken, start);
        }
        // The sum stands behind the content, its signature may be left out.
        var behind = bytes[end..];
        if (behind.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(behind) == DescriptorMagic) behind = behind[4..];
        else if (behind.Length < 8) return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
        return BinaryPrimitives.ReadUInt32LittleEndian(behind) == output.Crc
            ? new ProbeResult(ProbeOutcome.Decodes, end)
            : new ProbeResult(ProbeOutcome.Broken, start);
    }
}

/// <summary>How much is decoded: enough to know, never as much as a bomb has.</summary>
internal static class DecodeLimits
{
    /// <summary>Bytes that a fast decoder gives at most, some tens of milliseconds.</summary>
    public const long FastBytes = 64L << 20;

    /// <summary>Bytes that a slow decoder (xz, bzip2, brotli) gives at most.</summary>
    public const long SlowBytes = 4L << 20;

    /// <summary>A decoder's end as a probe's answer.</summary>
    public static ProbeResult Result(DecodeEnd end, long bytes) => end switch
    {
        DecodeEnd.Complete => new ProbeResult(ProbeOutcome.Decodes, bytes),
        DecodeEnd.Broken => new ProbeResult(ProbeOutcome.Broken, bytes),
        _ => new ProbeResult(ProbeOutcome.DecodesSoFar, bytes),
    };
}
