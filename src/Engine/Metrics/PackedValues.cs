using System.Buffers;
using System.Buffers.Binary;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// A report's values as one blob:
/// <code>
/// version u8 = 2 ‖ count u16 ‖ code u8 × count ‖ payload of each value
/// code    scale &lt;&lt; 4 | bytes      the value is mantissa ÷ 10^scale (<see cref="DecimalForm"/>), scale 0-6;
///                          the mantissa in zigzag takes 0-7 bytes
///         0xF8                     an IEEE 754 double
/// </code>
/// All numbers little-endian. The codes stand in front and hold the lengths, so that one value of a long row is found by adding bytes up,
/// eight at a time, and no payload before it is looked at. Every double comes back bit for bit.
/// </summary>
public static class PackedValues
{
    private const byte Version = 2;
    private const int HeaderBytes = 3, RawScale = 15, OnStackBytes = 1024;
    private const byte Raw = (RawScale << 4) | sizeof(double);

    /// <summary>Packs values in order, at most 65,535.</summary>
    public static byte[] Pack(ReadOnlySpan<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, ushort.MaxValue, nameof(values));
        var most = HeaderBytes + (values.Length * (1 + sizeof(double)));
        byte[]? rented = null;
        var scratch = most <= OnStackBytes ? stackalloc byte[OnStackBytes] : (rented = ArrayPool<byte>.Shared.Rent(most));
        scratch[0] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(scratch[1..], (ushort)values.Length);
        var codes = scratch.Slice(HeaderBytes, values.Length);
        var end = HeaderBytes + values.Length;
        for (var i = 0; i < values.Length; i++)
        {
            ulong payload;
            if (DecimalForm.TryFind(values[i], out var mantissa, out var scale))
            {
                payload = DecimalForm.ZigZag(mantissa);
                codes[i] = (byte)((scale << 4) | DecimalForm.BytesOf(payload));
            }
            else
            {
                payload = BitConverter.DoubleToUInt64Bits(values[i]);
                codes[i] = Raw;
            }
            // Always eight bytes: the next value writes over those that this one does not need.
            BinaryPrimitives.WriteUInt64LittleEndian(scratch[end..], payload);
            end += codes[i] & 0xF;
        }
        var packed = scratch[..end].ToArray();
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return packed;
    }

    /// <summary>How many values a blob holds; <see cref="FormatException"/> when it is none of ours.</summary>
    public static int Count(ReadOnlySpan<byte> packed) => new Reader(packed).Count;

    /// <summary>The value at a position of the row's name set.</summary>
    public static double ValueAt(ReadOnlySpan<byte> packed, int position) => new Reader(packed).At(position);

    /// <summary>
    /// Reads values of one blob at rising positions; what lies between them is skipped. Damaged bytes are a <see cref="FormatException"/>
    /// and are never read beyond.
    /// </summary>
    public ref struct Reader
    {
        private readonly ReadOnlySpan<byte> _codes, _payload;
        private int _next, _offset;

        /// <summary>Opens a blob.</summary>
        public Reader(ReadOnlySpan<byte> packed)
        {
            if (packed.Length < HeaderBytes || packed[0] != Version) throw Damaged();
            var count = BinaryPrimitives.ReadUInt16LittleEndian(packed[1..]);
            if (packed.Length < HeaderBytes + count) throw Damaged();
            _codes = packed.Slice(HeaderBytes, count);
            _payload = packed[(HeaderBytes + count)..];
        }

        /// <summary>How many values there are.</summary>
        public readonly int Count => _codes.Length;

        /// <summary>The value at a position, which must lie behind the one that was read before.</summary>
        public double At(int position)
        {
            if (position >= _codes.Length) throw new FormatException("The row holds fewer values than its name set has names.");
            ArgumentOutOfRangeException.ThrowIfLessThan(position, _next);
            _offset += Lengths(_codes[_next..position]);
            var (scale, bytes) = (_codes[position] >> 4, _codes[position] & 0xF);
            if (bytes > sizeof(double) || _offset > _payload.Length - bytes) throw Damaged();
            var payload = Payload(_offset, bytes);
            (_next, _offset) = (position + 1, _offset + bytes);
            if (scale == RawScale) return bytes == sizeof(double) ? BitConverter.UInt64BitsToDouble(payload) : throw Damaged();
            return scale <= DecimalForm.FinestScale && bytes < sizeof(double)
                ? DecimalForm.Value(DecimalForm.UnZigZag(payload), scale)
                : throw Damaged();
        }

        private readonly ulong Payload(int offset, int bytes)
        {
            if (bytes == 0) return 0;
            if (offset <= _payload.Length - sizeof(ulong))
                return BinaryPrimitives.ReadUInt64LittleEndian(_payload[offset..]) & (ulong.MaxValue >> (64 - (8 * bytes)));
            ulong payload = 0;
            for (var i = bytes - 1; i >= 0; i--) payload = (payload << 8) | _payload[offset + i];
            return payload;
        }

        // Eight codes at a time: the low nibbles side by side, summed by one multiplication into the top byte (8 × 15 fits it).
        private static int Lengths(ReadOnlySpan<byte> codes)
        {
            var sum = 0;
            for (; codes.Length >= sizeof(ulong); codes = codes[sizeof(ulong)..])
                sum += (int)(((BinaryPrimitives.ReadUInt64LittleEndian(codes) & 0x0F0F_0F0F_0F0F_0F0F) * 0x0101_0101_0101_0101) >> 56);
            foreach (var code in codes) sum += code & 0xF;
            return sum;
        }

        private static FormatException Damaged() => new("The row's values are damaged or of another version.");
    }
}
