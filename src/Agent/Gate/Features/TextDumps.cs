using HostAtlas.Agent.Gate.Containers;

namespace HostAtlas.Agent.Gate.Features;

/// <summary>Bytes written out as a dump for people (xxd, hexdump -C) or as a list of decimal numbers: read back, to be judged.</summary>
internal static class TextDumps
{
    private const int PlaceSigns = 8, NumberMost = 255, NumbersLeast = 4096;

    // A list has nothing else but a name and brackets around it.
    private const double OtherShareMost = 0.01, DigitsLeast = 0.5;

    /// <summary>Reads it back; false when it is neither.</summary>
    public static bool Decode(ReadOnlySpan<byte> text, ByteCounts counts, DecodeBuffer output)
    {
        output.Clear();
        return Dump(text, output) || Numbers(text, counts, output);
    }

    // "00000010: 9f3a 11c0  .:..", or "00000010  9f 3a  11 c0  |.:..|".
    private static bool Dump(ReadOnlySpan<byte> text, DecodeBuffer output)
    {
        if (!HasPlace(text)) return false;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (!HasPlace(line)) continue;
            var isPlain = line[PlaceSigns] == ':';
            var at = PlaceSigns + 1;
            for (var blanks = 0; at + 1 < line.Length;)
            {
                if (line[at] == ' ')
                {
                    // Two blanks end the bytes; hexdump has them in their midst as well, and a stroke behind them.
                    if (++blanks > 1 && isPlain) break;
                    at++;
                    continue;
                }
                if (!HexDigits.Is(line[at]) || !HexDigits.Is(line[at + 1])) break;
                output.Write(HexDigits.Byte(line[at], line[at + 1]));
                (at, blanks) = (at + 2, 0);
            }
        }
        return output.Length > 0;
    }

    private static bool HasPlace(ReadOnlySpan<byte> line)
    {
        if (line.Length < PlaceSigns + 4) return false;
        foreach (var sign in line[..PlaceSigns])
        {
            if (!HexDigits.Is(sign)) return false;
        }
        return line[PlaceSigns] == ':' ? line[PlaceSigns + 1] == ' ' : line[PlaceSigns] == ' ' && line[PlaceSigns + 1] == ' ';
    }

    private static bool Numbers(ReadOnlySpan<byte> text, ByteCounts counts, DecodeBuffer output)
    {
        var (digits, other) = (0L, counts.Total);
        for (var digit = '0'; digit <= '9'; digit++) digits += counts.Counts[digit];
        foreach (var sign in " \t\r\n,;[]{}()"u8) other -= counts.Counts[sign];
        if (digits < DigitsLeast * counts.Total || other - digits > OtherShareMost * counts.Total) return false;
        var (number, isOpen) = (0, false);
        foreach (var sign in text)
        {
            if (char.IsAsciiDigit((char)sign))
            {
                number = (number * 10) + sign - '0';
                isOpen = true;
                if (number > NumberMost) return false;
                continue;
            }
            if (isOpen) output.Write((byte)number);
            (number, isOpen) = (0, false);
        }
        return output.Length >= NumbersLeast;
    }
}
