using System.Buffers.Text;

namespace HostAtlas.Gateway.Ingest;

/// <summary>What the grammar of JSON lets pass and Unicode does not.</summary>
internal static class JsonText
{
    /// <summary>
    /// Whether text as it stands between its quotes, escapes and all, has no half of a surrogate pair (<c>\ud800</c> without
    /// <c>\udc00</c> behind it). The JSON reader finds that only when it unescapes, and then by an exception a time, which a sender of a
    /// million such names could make expensive. The text is well-formed JSON otherwise.
    /// </summary>
    public static bool IsUnicode(ReadOnlySpan<byte> escaped)
    {
        while (escaped.IndexOf((byte)'\\') is var slash and >= 0)
        {
            escaped = escaped[slash..];
            if (escaped[1] != 'u')
            {
                escaped = escaped[2..];
                continue;
            }
            var unit = Unit(escaped);
            escaped = escaped[6..];
            if (char.IsLowSurrogate(unit)) return false;
            if (!char.IsHighSurrogate(unit)) continue;
            if (!escaped.StartsWith("\\u"u8) || !char.IsLowSurrogate(Unit(escaped))) return false;
            escaped = escaped[6..];
        }
        return true;
    }

    private static char Unit(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out _, 'x') ? (char)unit
            : throw new ArgumentException("No escape.", nameof(escape));
}
