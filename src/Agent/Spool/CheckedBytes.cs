using System.Text;

namespace HostAtlas.Agent.Spool;

/// <summary>Text with a newline and its CRC-32C in hex behind it, so that a flipped bit or a cut end is found.</summary>
internal static class CheckedBytes
{
    private const int TrailerBytes = 10;

    public static byte[] Seal(ReadOnlySpan<byte> content) => [.. content, .. Trailer(content)];

    /// <summary>The text; empty when the bytes are damaged.</summary>
    public static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> bytes) =>
        bytes.Length > TrailerBytes && bytes[^TrailerBytes..].SequenceEqual(Trailer(bytes[..^TrailerBytes])) ? bytes[..^TrailerBytes] : [];

    private static byte[] Trailer(ReadOnlySpan<byte> content) => Encoding.ASCII.GetBytes($"\n{Crc32C.Of(content):x8}\n");
}
