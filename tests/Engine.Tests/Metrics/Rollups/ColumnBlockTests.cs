using CsCheck;
using HostAtlas.Engine.Metrics.Rollups;

namespace HostAtlas.Engine.Tests.Metrics.Rollups;

public sealed class ColumnBlockTests
{
    private static readonly Gen<RollupPoint> Point = Gen.Frequency(
        (1, Gen.Const(default(RollupPoint))),
        (1, Any.Finite.Select(value => new RollupPoint(value, value, value, value, 1))),
        (2, Gen.Select(Any.Finite, Any.Finite, Any.Finite, Any.Finite, Gen.Long[1, 1_000])
            .Select((min, max, mean, last, count) => new RollupPoint(min, max, mean, last, count))),
        (2, Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 360]).Select((sum, count) =>
            new RollupPoint(sum / 100.0, sum / 100.0 * 2, sum / 100.0 / count, sum / 100.0, count))));

    private static readonly Gen<(long[] Times, RollupPoint[] Points)> Block =
        from slots in Gen.OneOf(Gen.Const(1), Gen.Const(60), Gen.Int[1, 60])
        from names in Gen.Int[0, 8]
        from times in Gen.Long[-1, 59_999].Array[slots]
        from points in Point.Array[slots * names]
        select (times, points);

    [Fact]
    public void Every_point_comes_back_bit_for_bit() => Block.Sample(block =>
    {
        var columns = new ColumnBlock(ColumnBlockWriter.Write(block.Times, block.Points));
        var slots = block.Times.Length;
        Assert.Equal((slots, block.Points.Length / slots), (columns.Slots, columns.Names));
        var times = new long[slots];
        columns.ReadTimes(times);
        Assert.Equal(block.Times, times);
        var read = new RollupPoint[slots];
        // From the last to the first: each name's columns are read without those before.
        for (var name = columns.Names - 1; name >= 0; name--)
        {
            var expected = block.Points.AsSpan(name * slots, slots).ToArray();
            var hasPoints = columns.Read(name, read);
            Assert.Equal(expected.Any(point => point.Count > 0), hasPoints);
            if (hasPoints) Assert.Equal(expected.Select(Bits), read.Select(Bits));
        }
    }, iter: 2_000);

    [Fact]
    public void Damaged_bytes_are_an_error_or_finite_numbers_and_never_a_read_beyond()
    {
        var damaged = from block in Block
                      from cut in Gen.Int[0, 30]
                      from flips in Gen.Select(Gen.Int[0, 5_000], Gen.Byte).Array[0, 6]
                      select Damage(ColumnBlockWriter.Write(block.Times, block.Points), cut, flips);
        Gen.OneOf(damaged, Gen.Byte.Array[0, 200]).Sample(bytes =>
        {
            try
            {
                var columns = new ColumnBlock(bytes);
                Span<long> times = stackalloc long[ColumnBlock.MostSlots];
                columns.ReadTimes(times);
                Span<RollupPoint> points = stackalloc RollupPoint[ColumnBlock.MostSlots];
                for (var name = 0; name < columns.Names; name++)
                {
                    columns.Read(name, points);
                    foreach (var point in points[..columns.Slots])
                        Assert.True(double.IsFinite(point.Min) && double.IsFinite(point.Mean) && point.Count >= 0);
                }
            }
            catch (FormatException)
            {
                // What damage is told by.
            }
        }, iter: 10_000);
    }

    [Fact]
    public void The_bytes_of_a_block_do_not_change()
    {
        RollupPoint[] points =
        [
            new(1, 3, 2, 3, 6), default, new(1, 1, 1, 1, 1),
            new(0.5, 2.25, 4.75 / 3, 1.5, 3), new(0.1, 0.1, 0.1, 0.1, 2), new(1 / 3.0, 2, 1, 2, 2),
            default, default, default,
        ];
        string[] expected =
        [
            "01", "03", "0300", "0A00", "0E00", "3300", "0000",
            "01A08D06A18D06D28C01", // times: 50,000, -1, 9,000
            "010C0B02", "0002", "010603", "0F", "0D011815", // counts, min the same, max, last as max, sums 12 and 1
            "01060100", "F1000000000000E03F9A9999999999B93F555555555555D53F", // counts, min as doubles for the sake of a third
            "21C203AD03FC02", "21AC029702FC02", "0D21B6078D07E802", // max, last, sums in hundredths
        ];
        Assert.Equal(string.Concat(expected), Convert.ToHexString(ColumnBlockWriter.Write([50_000, -1, 9_000], points)));
    }

    [Fact]
    public void A_metric_that_stands_still_takes_some_ten_bytes_an_hour()
    {
        var points = Enumerable.Repeat(new RollupPoint(8, 8, 8, 8, 6), 60).ToArray();
        var times = Enumerable.Repeat(50_000L, 60).ToArray();
        var without = ColumnBlockWriter.Write(times, []).Length;
        Assert.InRange(ColumnBlockWriter.Write(times, points).Length - without, 1, 10);
    }

    private static (long, long, long, long, long) Bits(RollupPoint point) => (
        BitConverter.DoubleToInt64Bits(point.Min), BitConverter.DoubleToInt64Bits(point.Max), BitConverter.DoubleToInt64Bits(point.Mean),
        BitConverter.DoubleToInt64Bits(point.Last), point.Count);

    private static byte[] Damage(byte[] block, int cut, (int At, byte Value)[] flips)
    {
        var bytes = block[..Math.Max(0, block.Length - cut)];
        foreach (var (at, value) in flips)
        {
            if (bytes.Length > 0) bytes[at % bytes.Length] = value;
        }
        return bytes;
    }
}
