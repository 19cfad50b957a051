using System.Buffers.Binary;

namespace HostAtlas.Engine.Metrics.Rollups;

/// <summary>
/// The points of a name set in one hour: 60 of a minute or 1 of the hour for each name, column by column, and each name's columns apart, so
/// that a chart of one metric of a thousand decodes that one.
/// <code>
/// version u8 = 1 ‖ slots u8 ‖ names u16 ‖ length u16 × (1 + names) ‖ slot times ‖ columns of each name
/// slot times       a NumberColumn, one a slot: milliseconds from its start to its newest report, -1 without one
/// columns          counts (one a slot) ‖ min ‖ max ‖ last ‖ mean (one a slot whose count is above 0); nothing for a name without points
/// min .. mean      a NumberColumn, or kind u8 = 0x0E: the same as min, 0x0F: the same as max,
///                  0x0D (mean only): sums follow as a NumberColumn, mean = sum ÷ count; a mean seldom has few digits, its sum has
/// </code>
/// Little-endian. Damaged bytes are a <see cref="FormatException"/>, and nothing is read outside of them.
/// </summary>
public readonly ref struct ColumnBlock
{
    /// <summary>The most points a name can have in a block.</summary>
    public const int MostSlots = 60;

    internal const byte Version = 1, AsSums = 0x0D, AsMin = 0x0E, AsMax = 0x0F;
    internal const int HeaderBytes = 4;

    private readonly ReadOnlySpan<byte> _lengths, _columns;

    /// <summary>Opens a block.</summary>
    public ColumnBlock(ReadOnlySpan<byte> block)
    {
        if (block.Length < HeaderBytes || block[0] != Version || block[1] is 0 or > MostSlots) throw Damaged();
        Slots = block[1];
        Names = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        var lengthsBytes = (1 + Names) * sizeof(ushort);
        if (block.Length < HeaderBytes + lengthsBytes) throw Damaged();
        _lengths = block.Slice(HeaderBytes, lengthsBytes);
        _columns = block[(HeaderBytes + lengthsBytes)..];
    }

    /// <summary>Points a name can have.</summary>
    public int Slots { get; }

    /// <summary>How many names there are.</summary>
    public int Names { get; }

    /// <summary>Reads for each slot the milliseconds from its start to its newest report, -1 without one.</summary>
    public void ReadTimes(Span<long> into)
    {
        var columns = ColumnsAt(0);
        Span<double> times = stackalloc double[Slots];
        NumberColumn.Read(ref columns, times);
        for (var i = 0; i < times.Length; i++) into[i] = Whole(times[i], least: -1);
    }

    /// <summary>Reads a name's points, one a slot; false when it has none.</summary>
    public bool Read(int name, Span<RollupPoint> into)
    {
        if (name >= Names) throw new FormatException("The roll-up holds fewer names than its name set.");
        var columns = ColumnsAt(1 + name);
        if (columns.IsEmpty) return false;
        Span<double> counts = stackalloc double[Slots];
        NumberColumn.Read(ref columns, counts);
        var present = 0;
        foreach (var count in counts)
        {
            if (Whole(count, least: 0) > 0) present++;
        }
        if (present == 0) throw Damaged();
        Span<double> min = stackalloc double[present], max = stackalloc double[present];
        Span<double> last = stackalloc double[present], mean = stackalloc double[present];
        NumberColumn.Read(ref columns, min);
        ReadLike(ref columns, max, min, default);
        ReadLike(ref columns, last, min, max);
        var areSums = !columns.IsEmpty && columns[0] == AsSums;
        if (areSums) columns = columns[1..];
        ReadLike(ref columns, mean, min, max);
        if (!columns.IsEmpty) throw Damaged();
        for (int slot = 0, i = 0; slot < counts.Length; slot++)
        {
            into[slot] = counts[slot] == 0
                ? default
                : new RollupPoint(min[i], max[i], areSums ? mean[i] / counts[slot] : mean[i], last[i], (long)counts[slot]);
            if (counts[slot] > 0) i++;
        }
        return true;
    }

    internal static FormatException Damaged() => new("The roll-up is damaged or of a newer version.");

    private static void ReadLike(
        ref ReadOnlySpan<byte> columns, scoped Span<double> into, scoped ReadOnlySpan<double> min, scoped ReadOnlySpan<double> max)
    {
        var kind = columns.IsEmpty ? throw Damaged() : columns[0];
        if (kind is not (AsMin or AsMax))
        {
            NumberColumn.Read(ref columns, into);
            return;
        }
        var like = kind == AsMin ? min : max;
        if (like.IsEmpty) throw Damaged();
        like.CopyTo(into);
        columns = columns[1..];
    }

    private static long Whole(double number, long least) =>
        number >= least && number == Math.Floor(number) && number <= DecimalForm.LargestMantissa ? (long)number : throw Damaged();

    private ReadOnlySpan<byte> ColumnsAt(int index)
    {
        var start = 0;
        for (var i = 0; i < index; i++) start += LengthAt(i);
        var length = LengthAt(index);
        return start <= _columns.Length - length ? _columns.Slice(start, length) : throw Damaged();
    }

    private int LengthAt(int index) => BinaryPrimitives.ReadUInt16LittleEndian(_lengths[(index * sizeof(ushort))..]);
}
