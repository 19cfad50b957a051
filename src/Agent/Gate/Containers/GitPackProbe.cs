using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>Where a pack stands at the end of a window, in the middle of an object.</summary>
/// <param name="Objects">Objects behind that one.</param>
/// <param name="Bytes">Bytes that it can take beyond the window at most, by its size when unpacked.</param>
internal readonly record struct GitPackRest(long Objects, long Bytes);

/// <summary>
/// git's packs (gitformat-pack): a count, and so many objects, each a header with its size and a zlib stream that must give just that size
/// and its own sum. What the objects hold is not judged: that is what people put there, often as differences of files that were compressed
/// already. An attack on a pack breaks its streams; one that writes whole valid packs of ciphertext is not seen by this.
/// </summary>
internal sealed class GitPackProbe(Inflater inflater) : IContainerProbe
{
    private const int HeaderBytes = 12, Sha1Bytes = 20, Sha256Bytes = 32, AdlerBytes = 4;

    // What is found in the midst of things and was cut off must have gone on for so long to be believed.
    private const int EnoughBytes = 4096;

    // An object whose header was cut could be of any size.
    private const long UnknownBytes = 64 << 20;

    public string Name => "git-pack";

    public bool EndsItself => true;

    public IEnumerable<byte[]> Beginnings => [[.. "PAC"u8]];

    public bool Matches(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderBytes + Sha1Bytes && bytes.StartsWith("PACK\0\0\0"u8) && bytes[7] is 2 or 3;

    public ProbeResult Probe(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var result = Walk(bytes, HeaderBytes, BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]), output);
        output.Clear();
        if (result.Outcome != ProbeOutcome.Decodes || result.Bytes > bytes.Length) return result;
        // All of it is here: then its sum must be right.
        var end = (int)result.Bytes;
        return SumBytes(bytes[..end], bytes[end..]) is > 0 and var sum
            ? result with { Bytes = end + sum }
            : new ProbeResult(ProbeOutcome.Broken, end);
    }

    /// <summary>Goes on with a pack that the window before cut off.</summary>
    public ProbeResult Resume(ReadOnlySpan<byte> bytes, GitPackRest rest, DecodeBuffer output)
    {
        var result = GoOn(bytes, 0, rest, output);
        output.Clear();
        // Of one that began in another window only the sum's place is known.
        return result.Outcome == ProbeOutcome.Decodes ? result with { Bytes = result.Bytes + Sha256Bytes } : result;
    }

    private ProbeResult Walk(ReadOnlySpan<byte> bytes, int at, long left, DecodeBuffer output)
    {
        for (; left > 0; left--)
        {
            var end = Object(bytes[at..], output, out var taken, out var most);
            if (end == DecodeEnd.Broken) return new ProbeResult(ProbeOutcome.Broken, at);
            if (end == DecodeEnd.Limit)
                return GoOn(bytes, at + taken, new GitPackRest(left - 1, Math.Max(0, most - taken)), output);
            if (end == DecodeEnd.NeedsMore) return Cut(bytes, new GitPackRest(left - 1, at + most - bytes.Length));
            at += taken;
        }
        return new ProbeResult(ProbeOutcome.Decodes, at);
    }

    private static ProbeResult Cut(ReadOnlySpan<byte> bytes, GitPackRest rest) =>
        new(ProbeOutcome.DecodesSoFar, bytes.Length, rest with { Bytes = Math.Max(0, rest.Bytes) });

    // Within an object whose end nobody knows: the next one that decodes ends it.
    private ProbeResult GoOn(ReadOnlySpan<byte> bytes, int from, GitPackRest rest, DecodeBuffer output)
    {
        var until = from + rest.Bytes;
        if (rest.Objects == 0) return new ProbeResult(ProbeOutcome.Decodes, until);
        for (var at = from; at < Math.Min(bytes.Length, until + 1); at++)
        {
            var end = Object(bytes[at..], output, out var taken, out _);
            if (end == DecodeEnd.Complete || (end is DecodeEnd.NeedsMore or DecodeEnd.Limit && taken >= EnoughBytes))
                return Walk(bytes, at, rest.Objects, output);
        }
        return until >= bytes.Length
            ? Cut(bytes, rest with { Bytes = until - bytes.Length })
            : new ProbeResult(ProbeOutcome.Broken, from);
    }

    // Takes nothing when the header was cut off.
    private DecodeEnd Object(ReadOnlySpan<byte> bytes, DecodeBuffer output, out int taken, out long most)
    {
        (taken, most) = (0, bytes.Length + UnknownBytes);
        if (!Header(bytes, out var type, out var size, out var at))
            return type is 0 or 5 ? DecodeEnd.Broken : DecodeEnd.NeedsMore;
        if (type is 0 or 5) return DecodeEnd.Broken;
        if (type == 6)
        {
            // The base is so many bytes before it.
            while (at < bytes.Length && (bytes[at++] & 0x80) != 0) { }
        }
        if (type != 7) return Content(bytes, at, size, output, out taken, out most);
        // The base is named; how long names are depends on the repository.
        var end = Content(bytes, at + Sha1Bytes, size, output, out taken, out most);
        return end == DecodeEnd.Broken ? Content(bytes, at + Sha256Bytes, size, output, out taken, out most) : end;
    }

    // False where the bytes end first.
    private static bool Header(ReadOnlySpan<byte> bytes, out int type, out long size, out int at)
    {
        (type, size, at) = (1, 0, 0);
        if (bytes.IsEmpty) return false;
        type = (bytes[0] >> 4) & 7;
        size = bytes[0] & 15;
        for (var shift = 4; (bytes[at++] & 0x80) != 0; shift += 7)
        {
            if (at == bytes.Length) return false;
            if (shift > 46) type = 0;
            else size |= (long)(bytes[at] & 127) << shift;
        }
        return true;
    }

    private DecodeEnd Content(ReadOnlySpan<byte> bytes, int at, long size, DecodeBuffer output, out int taken, out long most)
    {
        taken = 0;
        // The fixed code of deflate, which some take for everything, has nine bits for half of the values.
        most = at + size + (size >> 3) + 64;
        if (bytes.Length < at + 2) return DecodeEnd.NeedsMore;
        // As every writer of packs begins a stream, at four levels: seldom by chance, where the next object is sought.
        if (bytes[at] != 0x78 || bytes[at + 1] is not (0x01 or 0x5E or 0x9C or 0xDA)) return DecodeEnd.Broken;
        output.Clear();
        output.Checksum = Checksum.Adler;
        var end = inflater.Run(bytes[(at + 2)..], output, Math.Min(size + 1, DecodeLimits.FastBytes), out taken);
        taken += at + 2;
        if (output.Length > size) return DecodeEnd.Broken;
        if (end != DecodeEnd.Complete) return end;
        if (output.Length != size) return DecodeEnd.Broken;
        if (bytes.Length < taken + AdlerBytes) return DecodeEnd.NeedsMore;
        var sum = BinaryPrimitives.ReadUInt32BigEndian(bytes[taken..]);
        taken += AdlerBytes;
        return sum == output.Adler ? DecodeEnd.Complete : DecodeEnd.Broken;
    }

    private static int SumBytes(ReadOnlySpan<byte> pack, ReadOnlySpan<byte> behind)
    {
        Span<byte> sum = stackalloc byte[Sha256Bytes];
#pragma warning disable CA5350 // The format's own sum; nothing of ours rests on it.
        SHA1.HashData(pack, sum);
#pragma warning restore CA5350
        if (behind.StartsWith(sum[..Sha1Bytes])) return Sha1Bytes;
        SHA256.HashData(pack, sum);
        return behind.StartsWith(sum) ? Sha256Bytes : 0;
    }
}
