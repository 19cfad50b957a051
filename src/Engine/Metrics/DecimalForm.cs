using System.Numerics;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// What most metrics are: a whole number, or a decimal with few digits behind the point. Such a double is mantissa ÷ 10^scale exactly, bit
/// for bit, since both are exact doubles and IEEE 754 division rounds to the nearest: the double that the decimal text means. Four scales
/// are enough (0, 2, 3, 6): each further one would cost a trial a value and save less than a byte.
/// </summary>
internal static class DecimalForm
{
    /// <summary>Mantissas lie within ±2^53: every one of them is a double.</summary>
    public const long LargestMantissa = 1L << 53;

    /// <summary>The largest scale.</summary>
    public const int FinestScale = 6;

    private const double Finest = 1e6;

    private static ReadOnlySpan<double> Powers => [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

    /// <summary>
    /// Finds the form of a value; false when it has none, as -0.0, which no integer is, very large numbers and most quotients.
    /// </summary>
    public static bool TryFind(double value, out long mantissa, out int scale)
    {
        scale = 0;
        mantissa = 0;
        if (!(Math.Abs(value) <= LargestMantissa)) return false;
        mantissa = (long)value;
        if (IsSame(mantissa, value)) return true;
        var scaled = Math.Round(value * Finest);
        if (!(Math.Abs(scaled) <= LargestMantissa)) return false;
        mantissa = (long)scaled;
        // One trial at the finest scale: what fails here has no coarser form either.
        if (mantissa == 0 || !IsSame(mantissa / Finest, value)) return false;
        scale = FinestScale;
        if (mantissa % 1_000 != 0) return true;
        (mantissa, scale) = mantissa % 10_000 == 0 ? (mantissa / 10_000, 2) : (mantissa / 1_000, 3);
        return true;
    }

    /// <summary>The double of a form. <paramref name="scale"/>: 0-6.</summary>
    public static double Value(long mantissa, int scale) => mantissa / Powers[scale];

    /// <summary>The mantissa at a finer scale; false when it would be too large.</summary>
    public static bool TryRefine(long mantissa, int scale, int finer, out long refined)
    {
        var factor = (long)Powers[finer - scale];
        refined = mantissa * factor;
        return Math.Abs(mantissa) <= LargestMantissa / factor;
    }

    /// <summary>Small magnitudes of either sign as small unsigned numbers.</summary>
    public static ulong ZigZag(long number) => (ulong)((number << 1) ^ (number >> 63));

    /// <summary>The inverse of <see cref="ZigZag"/>.</summary>
    public static long UnZigZag(ulong number) => (long)(number >> 1) ^ -(long)(number & 1);

    /// <summary>How many bytes a number takes without leading zeros.</summary>
    public static int BytesOf(ulong number) => (64 - BitOperations.LeadingZeroCount(number) + 7) >> 3;

    private static bool IsSame(double one, double other) => BitConverter.DoubleToInt64Bits(one) == BitConverter.DoubleToInt64Bits(other);
}
