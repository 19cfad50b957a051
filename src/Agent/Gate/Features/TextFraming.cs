using System.Buffers.Text;
using HostAtlas.Agent.Gate.Containers;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Frames around base64 that text files have: PEM and MIME. A frame explains nothing by itself, anybody can write its lines: what it holds
/// must be what it says.
/// </summary>
internal static class TextFraming
{
    private const int LineMost = 80, MimeHeadBytes = 2048, PemHeadBytes = 4096, LabelMost = 64;

    /// <summary>What a frame holds.</summary>
    internal enum Held
    {
        /// <summary>There is no frame.</summary>
        None,

        /// <summary>Structures that hold, or nothing random-like.</summary>
        Known,

        /// <summary>Something that the frame does not say, or by its own words an encrypted message.</summary>
        Random,
    }

    /// <summary>Looks at the first frames of a text.</summary>
    /// <param name="text">It.</param>
    /// <param name="output">Takes what the parts of a mail decode to, one after the other.</param>
    /// <param name="isRandomLike">Judges what was decoded.</param>
    public static Held Look(ReadOnlySpan<byte> text, DecodeBuffer output, Func<bool> isRandomLike)
    {
        if (text[..Math.Min(text.Length, MimeHeadBytes)].IndexOf("Content-Transfer-Encoding:"u8) >= 0)
            return Mail(text, output, isRandomLike);
        return text[..Math.Min(text.Length, PemHeadBytes)].IndexOf("-----BEGIN "u8) >= 0 ? Pem(text) : Held.None;
    }

    private static Held Pem(ReadOnlySpan<byte> text)
    {
        var (good, bad) = (0L, 0L);
        while (text.IndexOf("-----BEGIN "u8) is >= 0 and var begin)
        {
            text = text[(begin + "-----BEGIN ".Length)..];
            var labelEnd = text[..Math.Min(text.Length, LabelMost)].IndexOf("-----"u8);
            if (labelEnd < 0) continue;
            var label = text[..labelEnd];
            if (label.SequenceEqual("PGP MESSAGE"u8) || label.SequenceEqual("AGE ENCRYPTED FILE"u8)) return Held.Random;
            text = text[(labelEnd + "-----".Length)..];
            var end = text.IndexOf("-----END "u8);
            var body = end < 0 ? text : text[..end];
            // OpenPGP's sum, and header lines with a colon, are no base64: a signed text is left alone.
            if (label.StartsWith("PGP "u8)) good += body.Length;
            else if (IsOfItsKind(label, Decoded(body), isWhole: end >= 0)) good += body.Length;
            else bad += body.Length;
        }
        return bad > good ? Held.Random : Held.Known;
    }

    // Keys that OpenSSH writes; all else is one value of ASN.1 whose parts fill it.
    private static bool IsOfItsKind(ReadOnlySpan<byte> label, ReadOnlySpan<byte> body, bool isWhole)
    {
        if (label.StartsWith("OPENSSH "u8)) return body.StartsWith("openssh-key-v1\0"u8);
        return Asn1.Length(body, out var head) is >= 0 and var length
            && (isWhole ? head + length == body.Length && Asn1.AreParts(body[head..]) : head + length >= body.Length);
    }

    private static byte[] Decoded(ReadOnlySpan<byte> body)
    {
        var signs = new byte[body.Length];
        var count = 0;
        while (!body.IsEmpty)
        {
            var line = Line(ref body);
            // Lines such as "Proc-Type: 4,ENCRYPTED".
            if (line.Contains((byte)':')) continue;
            foreach (var sign in line)
            {
                if (sign > ' ') signs[count++] = sign;
            }
        }
        Base64.DecodeFromUtf8InPlace(signs.AsSpan(0, count & ~3), out var written);
        return signs[..written];
    }

    // Each part in base64 is decoded and judged: what was attached must be a container that decodes, or not look random.
    private static Held Mail(ReadOnlySpan<byte> text, DecodeBuffer output, Func<bool> isRandomLike)
    {
        var (good, bad, isBase64, inBody, parts) = (0L, 0L, false, false, 0L);
        var all = text.Length;
        output.Clear();
        while (!text.IsEmpty)
        {
            var line = Line(ref text);
            if (inBody && IsBase64Line(line))
            {
                output.Write(DecodedLine(line));
                parts += line.Length;
                if (!text.IsEmpty) continue;
            }
            if (inBody && parts > 0)
            {
                if (output.Length >= WindowAnalysis.PageBytes && isRandomLike()) bad += parts;
                else good += parts;
                output.Clear();
                (isBase64, inBody, parts) = (false, false, 0);
            }
            if (line.IsEmpty) inBody = isBase64;
            else if (line.StartsWith("Content-Transfer-Encoding:"u8)) isBase64 = line.IndexOf("base64"u8) > 0;
        }
        // What is in no part is looked at without the frame.
        return bad > good ? Held.Random : good * 2 > all ? Held.Known : Held.None;
    }

    private static bool IsBase64Line(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || line.StartsWith("--"u8)) return false;
        foreach (var sign in line)
        {
            if (!char.IsAsciiLetterOrDigit((char)sign) && sign is not ((byte)'+' or (byte)'/' or (byte)'=')) return false;
        }
        return true;
    }

    private static byte[] DecodedLine(ReadOnlySpan<byte> line)
    {
        var bytes = new byte[line.Length];
        Base64.DecodeFromUtf8(line[..(line.Length & ~3)], bytes, out _, out var written);
        return bytes[..written];
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }

    /// <summary>As much of DER as shows that something is it.</summary>
    private static class Asn1
    {
        /// <summary>The length of a value's content, with that of its head; negative: it is none.</summary>
        public static long Length(ReadOnlySpan<byte> bytes, out int head)
        {
            head = 2;
            if (bytes.Length < 2 || (bytes[0] & 31) == 31 || bytes[0] == 0) return -1;
            if (bytes[1] < 0x80) return bytes[1];
            var count = bytes[1] & 127;
            head = 2 + count;
            if (count is 0 or > 4 || bytes.Length < head) return -1;
            long length = 0;
            foreach (var part in bytes.Slice(2, count)) length = (length << 8) | part;
            return length;
        }

        /// <summary>Whether values follow each other to the end.</summary>
        public static bool AreParts(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (Length(bytes, out var head) is var length && (length < 0 || head + length > bytes.Length)) return false;
                bytes = bytes[(int)(head + length)..];
            }
            return true;
        }
    }
}
