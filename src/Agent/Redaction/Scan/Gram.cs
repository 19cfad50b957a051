using System.Runtime.CompilerServices;

namespace HostAtlas.Agent.Redaction.Scan;

/// <summary>Four bytes in a row, letters of both cases alike, and their place in a table of 256 Ki.</summary>
internal static class Gram
{
    /// <summary>Bytes of one.</summary>
    public const int Length = 4;

    /// <summary>Places in the table.</summary>
    public const int Places = 1 << 18;

    // Letters are told apart by bit 5 alone; that it also folds a few signs only costs a second look.
    private const uint Fold = 0x2020_2020, Multiplier = 0x9E37_79B1;

    /// <summary>Four bytes with the case of letters taken away.</summary>
    public static uint Folded(uint bytes) => bytes | Fold;

    /// <summary>The place of four bytes, as they lie in memory on a little-endian machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Place(uint bytes) => (int)(((bytes | Fold) * Multiplier) >> 14);

    /// <summary>Four characters as bytes, the case taken away.</summary>
    public static uint Of(ReadOnlySpan<char> text) =>
        Folded(text[0] | ((uint)text[1] << 8) | ((uint)text[2] << 16) | ((uint)text[3] << 24));

    /// <summary>The least frequent four characters of a text of at least four, by the frequency of letters in logs.</summary>
    public static int Rarest(string text)
    {
        var best = 0;
        var least = int.MaxValue;
        for (var i = 0; i + Length <= text.Length; i++)
        {
            var weight = 0;
            foreach (var c in text.AsSpan(i, Length)) weight += Weight(char.ToLowerInvariant(c));
            if (weight < least) (best, least) = (i, weight);
        }
        return best;
    }

    // In thousandths, roughly; signs that part words are as frequent as letters.
    private static int Weight(char c)
    {
        const string Frequent = "etaoinsrhldcumfpgwybvkxjqz";
        var rank = Frequent.IndexOf(c, StringComparison.Ordinal);
        if (rank >= 0) return 80 - (3 * rank);
        return c is ' ' or '.' or '/' or ':' ? 60 : char.IsAsciiDigit(c) ? 40 : 20;
    }
}
