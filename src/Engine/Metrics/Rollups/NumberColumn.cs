using System.Buffers.Binary;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>
/// One column of finite numbers, in the smallest of its forms. How many there are the reader must know.
/// <code>
/// kind u8 = scale &lt;&lt; 4 | form
/// form 0  one number for all       scaled: varint; scale 15: IEEE 754 double
/// form 1  a number each            scaled: the first and then differences, varints; scale 15: IEEE 754 doubles
/// </code>
/// Scaled: mantissas of one common scale, in zigzag (<see cref="DecimalForm"/>); little-endian; varints of 7 bits a byte, lowest first.
/// </summary>
internal static class NumberColumn
{
    /// <summary>The most bytes that a column of so many numbers takes.</summary>
    public static int MostBytes(int count) => 1 + (count * sizeof(double));

    private const int RawScale = 15, FormBits = 0xF, ForAll = 0, Each = 1, LongestVarint = 10;

    /// <summary>Writes a column of at least one number; gives its length.</summary>
    public static int Write(ReadOnlySpan<double> numbers, Span<byte> into)
    {
        var bits = BitConverter.DoubleToInt64Bits(numbers[0]);
        var same = true;
        foreach (var number in numbers) same &= BitConverter.DoubleToInt64Bits(number) == bits;
        if (same) numbers = numbers[..1];
        var form = same ? ForAll : Each;
        Span<long> mantissas = stackalloc long[numbers.Length];
        if (TryScale(numbers, mantissas, out var scale))
        {
            var length = TryWriteScaled(mantissas, into[1..MostBytes(numbers.Length)]);
            if (length > 0)
            {
                into[0] = (byte)((scale << 4) | form);
                return 1 + length;
            }
        }
        into[0] = (byte)((RawScale << 4) | form);
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(into[(1 + (i * sizeof(double)))..], numbers[i]);
        return MostBytes(numbers.Length);
    }

    /// <summary>Reads a column into all of <paramref name="numbers"/> (at least one) and moves on behind it.</summary>
    public static void Read(ref ReadOnlySpan<byte> bytes, scoped Span<double> numbers)
    {
        if (bytes.IsEmpty) throw ColumnBlock.Damaged();
        var (scale, form) = (bytes[0] >> 4, bytes[0] & FormBits);
        bytes = bytes[1..];
        if (form > Each) throw ColumnBlock.Damaged();
        var stored = form == ForAll ? numbers[..1] : numbers;
        if (scale == RawScale) ReadRaw(ref bytes, stored);
        else if (scale <= DecimalForm.FinestScale) ReadScaled(ref bytes, stored, scale);
        else throw ColumnBlock.Damaged();
        if (form == ForAll) numbers[1..].Fill(numbers[0]);
    }

    private static bool TryScale(ReadOnlySpan<double> numbers, Span<long> mantissas, out int scale)
    {
        scale = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!DecimalForm.TryFind(numbers[i], out _, out var own)) return false;
            scale = Math.Max(scale, own);
        }
        for (var i = 0; i < numbers.Length; i++)
        {
            DecimalForm.TryFind(numbers[i], out var mantissa, out var own);
            if (!DecimalForm.TryRefine(mantissa, own, scale, out mantissas[i])) return false;
        }
        return true;
    }

    // 0 when it would not be smaller than the room, which is what the raw form takes.
    private static int TryWriteScaled(ReadOnlySpan<long> mantissas, Span<byte> into)
    {
        var length = 0;
        var before = 0L;
        foreach (var mantissa in mantissas)
        {
            if (into.Length - length < LongestVarint && into.Length - length < VarintBytes(mantissa - before)) return 0;
            var left = DecimalForm.ZigZag(mantissa - before);
            for (; left >= 0x80; left >>= 7) into[length++] = (byte)(left | 0x80);
            into[length++] = (byte)left;
            before = mantissa;
        }
        return length;
    }

    private static int VarintBytes(long number) => Math.Max(1, (64 - (int)ulong.LeadingZeroCount(DecimalForm.ZigZag(number)) + 6) / 7);

    private static void ReadRaw(ref ReadOnlySpan<byte> bytes, scoped Span<double> numbers)
    {
        if (bytes.Length < numbers.Length * sizeof(double)) throw ColumnBlock.Damaged();
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * sizeof(double))..]);
            if (!double.IsFinite(numbers[i])) throw ColumnBlock.Damaged();
        }
        bytes = bytes[(numbers.Length * sizeof(double))..];
    }

    private static void ReadScaled(ref ReadOnlySpan<byte> bytes, scoped Span<double> numbers, int scale)
    {
        var mantissa = 0L;
        var at = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            ulong difference = 0;
            for (var shift = 0; ; shift += 7)
            {
                if (at == bytes.Length || shift == 7 * LongestVarint) throw ColumnBlock.Damaged();
                var one = bytes[at++];
                difference |= (ulong)(one & 0x7F) << shift;
                if (one < 0x80) break;
            }
            mantissa += DecimalForm.UnZigZag(difference);
            if (mantissa is > DecimalForm.LargestMantissa or < -DecimalForm.LargestMantissa) throw ColumnBlock.Damaged();
            numbers[i] = DecimalForm.Value(mantissa, scale);
        }
        bytes = bytes[at..];
    }
}
