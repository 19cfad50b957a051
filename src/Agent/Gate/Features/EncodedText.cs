using System.Buffers;
using System.Buffers.Text;
using HostAtlas.Agent.Gate.Containers;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>
/// Text in which every sign of its alphabet comes equally often: ciphertext in base64, hex, ascii85, base32 or any alphabet of 16 to 100
/// signs. Words, numbers and programs prefer some signs by far.
/// </summary>
internal static class EncodedText
{
    private const int SignsLeast = 16, SignsMost = 100;

    // ascii85's first sign of five is never one of the last three; per byte that is an excess of 0.001. Prose has about 1.
    private const double ExcessMost = 0.004, ZMost = 6, OtherShareMost = 0.06;

    // Quotation marks before each line; a byte's two digits, a blank; UTF-16.
    private const double FrameLeast = 1.4, FramingShareMost = 0.51, PairsLeast = 0.25;
    private const int FramesMost = 2;

    /// <summary>Whether it is such text.</summary>
    public static bool IsUniform(ReadOnlySpan<byte> text, ByteCounts counts)
    {
        // Some signs are also what lines begin with: the eighth commonest is one of the alphabet alone.
        var usual = Usual(counts);
        if (usual == 0) return false;
        var (all, framing, frames) = (0L, 0L, 0);
        var (signs, squares) = (0, 0.0);
        for (var value = 33; value < 127; value++)
        {
            var count = counts.Counts[value];
            if (count < usual / 2 || value == '=') continue;
            if (count > FrameLeast * usual)
            {
                framing += count;
                frames++;
                continue;
            }
            signs++;
            all += count;
            squares += (double)count * count;
        }
        // Line ends, padding, the zeros of UTF-16 and blanks between pairs of digits are no signs; a frame's own words are few.
        foreach (var value in (ReadOnlySpan<byte>)[0, (byte)'\n', (byte)'\r', (byte)'=']) framing += counts.Counts[value];
        if (counts.Counts[' '] > PairsLeast * counts.Total) framing += counts.Counts[' '];
        var other = counts.Total - all - framing;
        if (signs is < SignsLeast or > SignsMost || frames > FramesMost || framing > FramingShareMost * counts.Total
            || other > OtherShareMost * counts.Total) return false;
        var excess = (squares * signs / all) - all - (signs - 1);
        return (excess / Math.Sqrt(2.0 * (signs - 1)) < ZMost || excess / all < ExcessMost) && !IsFramed(text);
    }

    private static long Usual(ByteCounts counts)
    {
        Span<long> sorted = stackalloc long[127 - 33];
        counts.Counts.AsSpan(33, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        return sorted[^8];
    }

    /// <summary>Decodes hex and base64; false when it is neither.</summary>
    public static bool Decode(ReadOnlySpan<byte> text, DecodeBuffer output)
    {
        var room = ArrayPool<byte>.Shared.Rent(Math.Min(text.Length, 2 << 20));
        try
        {
            var length = 0;
            var hex = true;
            foreach (var sign in text)
            {
                if (sign <= ' ') continue;
                if (length == room.Length) break;
                hex &= char.IsAsciiHexDigit((char)sign);
                room[length++] = sign switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', _ => sign };
            }
            return hex ? Hex(room.AsSpan(0, length), output) : FromBase64(room.AsSpan(0, length), output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private static bool Hex(ReadOnlySpan<byte> signs, DecodeBuffer output)
    {
        for (var i = 0; i + 1 < signs.Length; i += 2)
            output.Write((byte)((Convert.FromHexString([(char)signs[i], (char)signs[i + 1]]))[0]));
        return true;
    }

    private static bool FromBase64(Span<byte> signs, DecodeBuffer output)
    {
        Base64.DecodeFromUtf8InPlace(signs[..(signs.Length & ~3)], out var written);
        if (written < signs.Length / 2) return false;
        output.Write(signs[..written]);
        return true;
    }

    // PEM (certificates and their like begin with an ASN.1 sequence: "M" in base64), OpenPGP's public forms, MIME, uuencode's permissions.
    private static bool IsFramed(ReadOnlySpan<byte> text)
    {
        var head = text[..Math.Min(text.Length, 2048)];
        if (head.IndexOf("Content-Transfer-Encoding:"u8) >= 0) return true;
        var begin = text.IndexOf("-----BEGIN "u8);
        if (begin is < 0 or > 4096) return false;
        var line = text[begin..Math.Min(text.Length, begin + 80)];
        return line.IndexOf("PGP MESSAGE"u8) < 0;
    }
}
