using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Benchmarks.Gate;

/// <summary>The usual rule: Shannon entropy of the first MiB above 7.95 bits, and no known magic number.</summary>
internal static class PlainRule
{
    private const double Bits = 7.95;

    private static readonly byte[][] Magics =
    [
        [0x1F, 0x8B], [0x89, .. "PNG"u8], [0xFF, 0xD8, 0xFF], [.. "PK"u8], [.. "%PDF"u8], [0xFD, .. "7zXZ"u8], [0x28, 0xB5, 0x2F, 0xFD],
        [.. "BZh"u8], [0x04, 0x22, 0x4D, 0x18], [.. "7z\xBC\xAF"u8], [.. "Rar!"u8], [.. "GIF8"u8], [.. "RIFF"u8],
        [.. "OggS"u8], [.. "ID3"u8],
        [.. "fLaC"u8], [0x1A, 0x45, 0xDF, 0xA3], [.. "wOF"u8], [.. "!<arch>"u8], [0x7F, .. "ELF"u8], [.. "SQLite"u8], [.. "MZ"u8],
        [.. "PACK"u8], [.. "hsqs"u8], [0x5D, 0, 0],
    ];

    /// <summary>Whether it would hold the file back.</summary>
    public static bool Hits(ReadOnlySpan<byte> bytes)
    {
        foreach (var magic in Magics)
        {
            if (bytes.StartsWith(magic)) return false;
        }
        return bytes.Length > 8 && !bytes[4..].StartsWith("ftyp"u8) && Entropy(bytes[..Math.Min(bytes.Length, 1 << 20)]) > Bits;
    }

    /// <summary>Bits a byte.</summary>
    public static double Entropy(ReadOnlySpan<byte> bytes)
    {
        var counts = new ByteCounts();
        counts.Add(bytes);
        return counts.Entropy;
    }
}
