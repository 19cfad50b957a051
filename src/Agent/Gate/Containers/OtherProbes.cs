using System.Buffers.Binary;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>WOFF2: the fonts' tables as one brotli stream behind the directory.</summary>
internal sealed class Woff2Probe(SlowDecoders slow) : IContainerProbe
{
    private const int HeaderBytes = 48;

    public string Name => "woff2";

    public IEnumerable<byte[]> Beginnings => [[.. "wOF"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > 64 && bytes.StartsWith("wOF2"u8);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var end = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        var at = HeaderBytes;
        for (int table = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]); table > 0 && at < bytes.Length; table--)
        {
            var flags = bytes[at++];
            var known = flags & 63;
            if (known == 63) at += 4;
            Skip(bytes, ref at);
            // glyf and loca are transformed unless they say 3, the others when they do not say 0.
            if (known is 10 or 11 ? flags >> 6 != 3 : flags >> 6 != 0) Skip(bytes, ref at);
        }
        if (at >= bytes.Length) return ProbeResult.NotThis;
        var decoded = slow.Brotli(bytes[at..], output);
        return decoded == DecodeEnd.Broken ? new ProbeResult(ProbeOutcome.Broken, at) : new ProbeResult(ProbeOutcome.Decodes, end);
    }

    private static void Skip(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (at < bytes.Length && (bytes[at++] & 0x80) != 0) { }
    }
}

/// <summary>Keyrings of OpenPGP: packets of public keys, names and signatures, and no other. Their numbers look random.</summary>
internal sealed class PublicKeyringProbe : IContainerProbe
{
    private const int PublicKey = 6, UserId = 13;

    public string Name => "pgp-keyring";

    public IEnumerable<byte[]> Beginnings => [[0x98], [0x99], [0xC6]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 64 && Packet(bytes, out var tag, out _) is not 0 && tag == PublicKey;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        long at = 0;
        var hasName = false;
        while (at < bytes.Length)
        {
            var packet = bytes[(int)at..];
            var length = Packet(packet, out var tag, out var isKnown);
            if (!isKnown) break;
            if (tag == PublicKey && !HasKey(packet)) return ProbeResult.NotThis;
            // Such packets come by chance in any noise; a name of letters right behind a key does not.
            if (tag == UserId) hasName |= length < 512 && length <= packet.Length && IsText(packet[2..(int)length]);
            at += length;
        }
        if (!hasName) return ProbeResult.NotThis;
        return new ProbeResult(at < bytes.Length ? ProbeOutcome.Decodes : ProbeOutcome.DecodesSoFar, at);
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => bytes.Length > 4 && bytes[1..].IndexOfAnyInRange((byte)0, (byte)31) < 0;

    // Version 4 or 6, or the old 3.
    private static bool HasKey(ReadOnlySpan<byte> packet)
    {
        var header = packet[0] switch { 0x98 => 2, 0x99 => 3, _ when packet[1] < 192 => 2, _ when packet[1] < 224 => 3, _ => 6 };
        return packet.Length > header && packet[header] is 3 or 4 or 6;
    }

    private static long Packet(ReadOnlySpan<byte> bytes, out int tag, out bool isKnown)
    {
        tag = 0;
        isKnown = false;
        if (bytes.Length < 6 || (bytes[0] & 0x80) == 0) return 0;
        long length;
        if ((bytes[0] & 0x40) == 0)
        {
            tag = (bytes[0] >> 2) & 15;
            length = (bytes[0] & 3) switch
            {
                0 => 2L + bytes[1],
                1 => 3L + BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]),
                2 => 5L + BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]),
                _ => 0,
            };
        }
        else
        {
            tag = bytes[0] & 63;
            length = bytes[1] switch
            {
                < 192 => 2L + bytes[1],
                < 224 => 3L + ((bytes[1] - 192) << 8) + bytes[2] + 192,
                255 => 6L + BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]),
                _ => 0,
            };
        }
        // Public key, user id, attribute, signature, subkey, trust.
        isKnown = length > 0 && tag is 6 or 13 or 17 or 2 or 14 or 12;
        return isKnown ? length : 0;
    }
}

/// <summary>
/// PostScript Type 1 fonts: their second part is enciphered with a key that the format fixes (Adobe Type 1 Font Format, chapter 7), and
/// must come out as the font's private dictionary.
/// </summary>
internal sealed class Type1FontProbe : IContainerProbe
{
    private const int LookBytes = 64 << 10, TryBytes = 512;
    private const ushort Key = 55665, Multiplier = 52845, Addend = 22719;

    public string Name => "type1";

    public IEnumerable<byte[]> Beginnings => [[.. "%!"u8], [0x80, 1]];

    public bool Matches(ReadOnlySpan<byte> bytes)
    {
        var text = bytes.Length > 6 && bytes[0] == 0x80 && bytes[1] == 1 ? bytes[6..] : bytes;
        return text.Length > 512 && (text.StartsWith("%!PS-AdobeFont"u8) || text.StartsWith("%!FontType1"u8));
    }

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var mark = bytes[..Math.Min(bytes.Length, LookBytes)].IndexOf("currentfile eexec"u8);
        if (mark < 0) return ProbeResult.NotThis;
        var at = mark + "currentfile eexec".Length;
        while (at < bytes.Length && bytes[at] is (byte)'\r' or (byte)'\n' or (byte)' ') at++;
        if (at + 6 < bytes.Length && bytes[at] == 0x80 && bytes[at + 1] == 2) at += 6;
        Span<byte> plain = stackalloc byte[TryBytes];
        var cipher = bytes[at..Math.Min(bytes.Length, at + TryBytes)];
        var state = Key;
        for (var i = 0; i < cipher.Length; i++)
        {
            plain[i] = (byte)(cipher[i] ^ (state >> 8));
            state = unchecked((ushort)(((cipher[i] + state) * Multiplier) + Addend));
        }
        if (plain[..cipher.Length].IndexOf("/Private"u8) < 0) return ProbeResult.NotThis;
        var end = bytes[at..].IndexOf("cleartomark"u8);
        return end < 0 ? new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length) : new ProbeResult(ProbeOutcome.Decodes, at + end);
    }
}

/// <summary>Symbols embedded in a .NET assembly: "MPDB", the size, deflate.</summary>
internal sealed class EmbeddedSymbolsProbe(Inflater inflater) : IContainerProbe
{
    public string Name => "mpdb";

    public IEnumerable<byte[]> Beginnings => [[.. "MPD"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > 16 && bytes.StartsWith("MPDB"u8);

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var end = inflater.Run(bytes[8..], output, DecodeLimits.FastBytes, out var taken);
        return end == DecodeEnd.Broken || (end == DecodeEnd.Complete && output.Length != size)
            ? ProbeResult.NotThis
            : DecodeLimits.Result(end, 8 + taken);
    }
}

/// <summary>Brotli as Chromium's resource packs hold it: two bytes of magic, the size, the stream.</summary>
internal sealed class PackedBrotliProbe(SlowDecoders slow) : IContainerProbe
{
    private const int HeaderBytes = 8;

    public string Name => "brotli";

    public IEnumerable<byte[]> Beginnings => [[0x1E, 0x9B]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 32 && bytes[0] == 0x1E && bytes[1] == 0x9B && bytes[6] == 0 && bytes[7] == 0;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[2..]);
        var end = slow.Brotli(bytes[HeaderBytes..], output);
        return (end == DecodeEnd.Complete && output.Length == size) || (end == DecodeEnd.Limit && output.Length <= size)
            ? DecodeLimits.Result(end, HeaderBytes + slow.Consumed)
            : ProbeResult.NotThis;
    }
}

/// <summary>RAR 4 and 5: the chain of headers with their sums. Its compression is nobody's to decode; that it is encrypted, it
/// tells.</summary>
internal sealed class RarProbe : IContainerProbe
{
    public string Name => "rar";

    public IEnumerable<byte[]> Beginnings => [[.. "Rar"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) => bytes.Length > 32 && bytes.StartsWith("Rar!\u001A\u0007"u8) && bytes[6] <= 1;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output) => bytes[6] == 0 ? Four(bytes) : Five(bytes);

    private static ProbeResult Four(ReadOnlySpan<byte> bytes)
    {
        long at = 7;
        while (at + 7 <= bytes.Length)
        {
            var block = bytes[(int)at..];
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(block[3..]);
            long size = BinaryPrimitives.ReadUInt16LittleEndian(block[5..]);
            if (block[2] is < 0x72 or > 0x7B || size < 7) return new ProbeResult(ProbeOutcome.Broken, at);
            if ((block[2] == 0x73 && (flags & 0x80) != 0) || (block[2] == 0x74 && (flags & 4) != 0))
                return new ProbeResult(ProbeOutcome.Encrypted, at);
            if (block[2] == 0x7B) return new ProbeResult(ProbeOutcome.Decodes, at + size);
            if (((flags & 0x8000) != 0 || block[2] == 0x74) && block.Length >= 11)
                size += BinaryPrimitives.ReadUInt32LittleEndian(block[7..]);
            at += size;
        }
        return new ProbeResult(at <= 7 + 13 ? ProbeOutcome.Broken : ProbeOutcome.DecodesSoFar, Math.Max(at, bytes.Length));
    }

    private static ProbeResult Five(ReadOnlySpan<byte> bytes)
    {
        long at = 8;
        while (at + 12 <= bytes.Length)
        {
            var block = bytes[(int)at..];
            var i = 4;
            var header = Number(block, ref i);
            var body = i;
            var all = body + header;
            if (header is < 2 or > 2 << 20) return new ProbeResult(ProbeOutcome.Broken, at);
            if (all > block.Length)
                return at == 8 ? new ProbeResult(ProbeOutcome.Broken, at) : new ProbeResult(ProbeOutcome.DecodesSoFar, bytes.Length);
            if (Crc32.Of(block[4..(int)all]) != BinaryPrimitives.ReadUInt32LittleEndian(block))
                return new ProbeResult(ProbeOutcome.Broken, at);
            var type = Number(block, ref i);
            var flags = Number(block, ref i);
            if (type == 4) return new ProbeResult(ProbeOutcome.Encrypted, at);
            var extra = (flags & 1) != 0 ? Number(block, ref i) : 0;
            var data = (flags & 2) != 0 ? Number(block, ref i) : 0;
            if (type is 2 && extra > 2 && extra < all && IsEncrypted(block[(int)(all - extra)..(int)all]))
                return new ProbeResult(ProbeOutcome.Encrypted, at);
            at += all + data;
            if (type == 5) return new ProbeResult(ProbeOutcome.Decodes, at);
        }
        return new ProbeResult(ProbeOutcome.DecodesSoFar, Math.Max(at, bytes.Length));
    }

    // The first record of a file's extra area is its encryption, when there is one.
    private static bool IsEncrypted(ReadOnlySpan<byte> extra)
    {
        var i = 0;
        Number(extra, ref i);
        return Number(extra, ref i) == 1;
    }

    private static long Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        long value = 0;
        for (var shift = 0; shift < 56 && at < bytes.Length; shift += 7)
        {
            var b = bytes[at++];
            value |= (long)(b & 127) << shift;
            if ((b & 128) == 0) break;
        }
        return value;
    }
}
