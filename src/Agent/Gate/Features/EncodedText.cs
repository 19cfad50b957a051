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
    private const int SignsLeast = 16, SignsMost = 100, HexMost = 22, Base32Most = 40;

    // ascii85's first sign of five is never one of the last three; per byte that is an excess of 0.001. Prose has about 1.
    private const double ExcessMost = 0.004, ZMost = 6, OtherShareMost = 0.06;

    // Quotation marks before each line; a byte's two digits, a blank; UTF-16.
    private const double FrameLeast = 1.4, FramingShareMost = 0.51, PairsLeast = 0.25;
    private const int FramesMost = 2;

    /// <summary>How many signs such a text's alphabet has; 0: it is none.</summary>
    public static int Signs(ByteCounts counts)
    {
        // Some signs are also what lines begin with: the eighth commonest is one of the alphabet alone.
        var usual = Usual(counts);
        if (usual == 0) return 0;
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
            || other > OtherShareMost * counts.Total) return 0;
        var excess = (squares * signs / all) - all - (signs - 1);
        return excess / Math.Sqrt(2.0 * (signs - 1)) < ZMost || excess / all < ExcessMost ? signs : 0;
    }

    private static long Usual(ByteCounts counts)
    {
        Span<long> sorted = stackalloc long[127 - 33];
        counts.Counts.AsSpan(33, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        return sorted[^8];
    }

    /// <summary>Decodes hex, base32 and base64, by how many signs the alphabet has; false when it is none of them.</summary>
    public static bool Decode(ReadOnlySpan<byte> text, int signs, DecodeBuffer output)
    {
        var room = ArrayPool<byte>.Shared.Rent(Math.Min(text.Length, 2 << 20));
        try
        {
            var length = 0;
            var (isHex, isLetters) = (true, true);
            foreach (var sign in text)
            {
                if (sign <= ' ') continue;
                if (length == room.Length) break;
                isHex &= HexDigits.Is(sign);
                isLetters &= sign is >= (byte)'a' and <= (byte)'p';
                room[length++] = sign switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', _ => sign };
            }
            var all = room.AsSpan(0, length);
            if (isHex) return Hex(all, output);
            if (isLetters) return Letters(all, output);
            return signs > Base32Most ? FromBase64(all, output) : signs > HexMost && Base32(all, output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private static bool Letters(ReadOnlySpan<byte> signs, DecodeBuffer output)
    {
        for (var i = 0; i + 1 < signs.Length; i += 2) output.Write((byte)(((signs[i] - 'a') << 4) | (signs[i + 1] - 'a')));
        return true;
    }

    // RFC 4648.
    private static bool Base32(ReadOnlySpan<byte> signs, DecodeBuffer output)
    {
        var (held, count) = (0, 0);
        foreach (var sign in signs)
        {
            if (sign == '=') continue;
            var value = sign is >= (byte)'A' and <= (byte)'Z' ? sign - 'A' : sign is >= (byte)'2' and <= (byte)'7' ? sign - '2' + 26 : -1;
            if (value < 0) return false;
            held = ((held << 5) | value) & 0xFFFF;
            count += 5;
            if (count < 8) continue;
            count -= 8;
            output.Write((byte)(held >> count));
        }
        return true;
    }

    private static bool Hex(ReadOnlySpan<byte> signs, DecodeBuffer output)
    {
        for (var i = 0; i + 1 < signs.Length; i += 2) output.Write(HexDigits.Byte(signs[i], signs[i + 1]));
        return true;
    }

    private static bool FromBase64(Span<byte> signs, DecodeBuffer output)
    {
        Base64.DecodeFromUtf8InPlace(signs[..(signs.Length & ~3)], out var written);
        if (written < signs.Length / 2) return false;
        output.Write(signs[..written]);
        return true;
    }
}
