using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>zstd (RFC 8878): the blocks are walked to the frame's end, and what comes first is decoded.</summary>
internal sealed class ZstdProbe(SlowDecoders slow) : IContainerProbe
{
    private const int BlockMost = 128 << 10, WindowMost = 8 << 20;

    public string Name => "zstd";

    public bool EndsItself => true;

    public IEnumerable<byte[]> Beginnings => [[0x28, 0xB5, 0x2F]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 9 && bytes.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) && (bytes[4] & 8) == 0;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var descriptor = bytes[4];
        var single = (descriptor & 0x20) != 0;
        var needed = single ? ContentBytes(bytes[5..], descriptor) : 1L << (10 + (bytes[5] >> 3));
        var at = 5 + (single ? 0 : 1) + ((descriptor & 3) switch { 3 => 4, var bytesOfId => bytesOfId })
            + ((descriptor >> 6) switch { 0 => single ? 1 : 0, 1 => 2, 2 => 4, _ => 8 });
        var walked = Walk(bytes, ref at);
        if (walked == DecodeEnd.Broken) return new ProbeResult(ProbeOutcome.Broken, at);
        // A dictionary is needed, or more memory than a look is worth: then the chain of blocks has to do.
        if ((descriptor & 3) == 0 && needed <= WindowMost
            && slow.Zstd(bytes[..Math.Min(at + ((descriptor & 4) != 0 ? 4 : 0), bytes.Length)], output) == DecodeEnd.Broken)
        {
            return new ProbeResult(ProbeOutcome.Broken, slow.Consumed);
        }
        // A first block that is longer than the file, and not a byte out of it, is nothing.
        if (walked == DecodeEnd.NeedsMore && output.Length == 0 && at > bytes.Length) return new ProbeResult(ProbeOutcome.Broken, 9);
        if (walked == DecodeEnd.NeedsMore) return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
        return new ProbeResult(ProbeOutcome.Decodes, at + ((descriptor & 4) != 0 ? 4 : 0));
    }

    // A frame of one segment has no window: all of its content may be referred to.
    private static long ContentBytes(ReadOnlySpan<byte> bytes, byte descriptor) => (descriptor >> 6) switch
    {
        0 or 1 => ushort.MaxValue + 256,
        2 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => long.MaxValue,
    };

    private static DecodeEnd Walk(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (at + 3 <= bytes.Length)
        {
            var header = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
            var (type, size) = ((header >> 1) & 3, header >> 3);
            if (type == 3 || size > BlockMost) return DecodeEnd.Broken;
            at += 3 + (type == 1 ? 1 : size);
            if ((header & 1) != 0) return DecodeEnd.Complete;
        }
        return DecodeEnd.NeedsMore;
    }
}

/// <summary>LZ4 frames, also the old ones of Linux kernels.</summary>
internal sealed class Lz4Probe : IContainerProbe
{
    private const int LegacyBlockMost = (8 << 20) + (8 << 20) / 255 + 16;

    public string Name => "lz4";

    public bool EndsItself => true;

    public IEnumerable<byte[]> Beginnings => [[0x04, 0x22, 0x4D], [0x02, 0x21, 0x4C]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 11
        && ((bytes.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4D, 0x18]) && (bytes[4] & 0xC2) == 0x40 && (bytes[5] & 0x8F) == 0)
            || bytes.StartsWith((ReadOnlySpan<byte>)[0x02, 0x21, 0x4C, 0x18]));

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var legacy = bytes[0] == 2;
        var flags = legacy ? 0 : bytes[4];
        var at = legacy ? 4 : 7 + ((flags & 8) != 0 ? 8 : 0) + ((flags & 1) != 0 ? 4 : 0);
        var most = legacy ? LegacyBlockMost : 1 << (8 + (2 * (bytes[5] >> 4)));
        while (at + 4 <= bytes.Length)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            at += 4;
            if (size == 0) return new ProbeResult(ProbeOutcome.Decodes, Math.Min(bytes.Length, at + ((flags & 4) != 0 ? 4 : 0)));
            var raw = !legacy && size >> 31 != 0;
            var length = (int)(size & int.MaxValue);
            // The old form has no end: whatever is no block's length ends it.
            if (length > most) return new ProbeResult(legacy ? ProbeOutcome.Decodes : ProbeOutcome.Broken, at - 4);
            var block = bytes[at..Math.Min(bytes.Length, at + length)];
            if (raw) output.Write(block);
            else if (output.Length < DecodeLimits.FastBytes && !Decode(block, block.Length < length, output))
                return new ProbeResult(ProbeOutcome.Broken, at);
            at += length + ((flags & 16) != 0 ? 4 : 0);
        }
        return new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
    }

    // https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
    private static bool Decode(ReadOnlySpan<byte> block, bool isCut, DecodeBuffer output)
    {
        var at = 0;
        while (at < block.Length)
        {
            var token = block[at++];
            var literals = Length(block, ref at, token >> 4);
            if (literals > block.Length - at) return isCut;
            output.Write(block.Slice(at, literals));
            at += literals;
            if (at >= block.Length) return true;
            if (at + 2 > block.Length) return isCut;
            var distance = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            var match = 4 + Length(block, ref at, token & 15);
            if (output.Length >= DecodeLimits.FastBytes) return true;
            if (!output.Repeat(distance, match)) return false;
        }
        return true;
    }

    private static int Length(ReadOnlySpan<byte> block, ref int at, int nibble)
    {
        if (nibble < 15) return nibble;
        var length = 15;
        while (at < block.Length)
        {
            var more = block[at++];
            length += more;
            if (more != 255) break;
        }
        return length;
    }
}
