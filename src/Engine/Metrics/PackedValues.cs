using System.Buffers.Binary;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// A report's values as one blob:
/// <code>
/// version u8 = 1 ‖ count × IEEE 754 double, little-endian
/// </code>
/// The version leaves room for denser forms; rows of every version stay readable.
/// </summary>
public static class PackedValues
{
    private const byte Version = 1;

    /// <summary>Packs values in order.</summary>
    public static byte[] Pack(ReadOnlySpan<double> values)
    {
        var packed = new byte[1 + (values.Length * sizeof(double))];
        packed[0] = Version;
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(packed.AsSpan(1 + (i * sizeof(double))), values[i]);
        return packed;
    }

    /// <summary>How many values a blob holds; <see cref="FormatException"/> when it is none of ours.</summary>
    public static int Count(ReadOnlySpan<byte> packed) =>
        packed.Length >= 1 && packed[0] == Version && (packed.Length - 1) % sizeof(double) == 0
        ? (packed.Length - 1) / sizeof(double)
        : throw new FormatException("The row's values are damaged or of a newer version.");

    /// <summary>The value at a position of the row's name set.</summary>
    public static double ValueAt(ReadOnlySpan<byte> packed, int position) =>
        position < Count(packed)
            ? BinaryPrimitives.ReadDoubleLittleEndian(packed[(1 + (position * sizeof(double)))..])
            : throw new FormatException("The row holds fewer values than its name set has names.");
}
