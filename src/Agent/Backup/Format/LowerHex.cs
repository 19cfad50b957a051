using System.Buffers;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>The one spelling of bytes as text in the format: lower-case hex digits.</summary>
internal static class LowerHex
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<byte> Bytes = SearchValues.Create("0123456789abcdef"u8);

    public static bool Is(ReadOnlySpan<char> text, int length) => text.Length == length && !text.ContainsAnyExcept(Characters);

    public static bool Is(ReadOnlySpan<byte> text, int length) => text.Length == length && !text.ContainsAnyExcept(Bytes);
}
