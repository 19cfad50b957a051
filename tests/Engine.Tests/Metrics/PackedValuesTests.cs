using CsCheck;
using HostAtlas.Engine.Metrics;

namespace HostAtlas.Engine.Tests.Metrics;

public sealed class PackedValuesTests
{
    [Fact]
    public void Every_value_comes_back_bit_for_bit_wherever_it_stands() =>
        Any.Finite.Array[0, 60].Sample(values =>
        {
            var packed = PackedValues.Pack(values);
            Assert.Equal(values.Length, PackedValues.Count(packed));
            for (var i = 0; i < values.Length; i++)
                Assert.Equal(BitConverter.DoubleToInt64Bits(values[i]), BitConverter.DoubleToInt64Bits(PackedValues.ValueAt(packed, i)));
        }, iter: 3_000);

    [Fact]
    public void Any_choice_of_positions_is_read_in_one_pass()
    {
        var cases = from values in Any.Finite.Array[1, 100]
                    from wanted in Gen.Bool.Array[values.Length]
                    select (values, wanted);
        cases.Sample(test =>
        {
            var reader = new PackedValues.Reader(PackedValues.Pack(test.values));
            for (var i = 0; i < test.values.Length; i++)
            {
                if (test.wanted[i]) Assert.Equal(test.values[i], reader.At(i));
            }
        }, iter: 1_000);
    }

    [Fact]
    public void Damaged_bytes_are_an_error_or_a_number_and_never_a_read_beyond()
    {
        var damaged = from values in Any.Finite.Array[0, 20]
                      from cut in Gen.Int[0, 8]
                      from flips in Gen.Select(Gen.Int[0, 400], Gen.Byte).Array[0, 4]
                      select Damage(PackedValues.Pack(values), cut, flips);
        Gen.OneOf(damaged, Gen.Byte.Array[0, 60]).Sample(bytes =>
        {
            for (var i = 0; i < 20; i++)
            {
                try
                {
                    PackedValues.ValueAt(bytes, i);
                }
                catch (FormatException)
                {
                    // What damage is told by.
                }
            }
        }, iter: 10_000);
    }

    [Fact]
    public void The_bytes_of_a_row_do_not_change() => Assert.Equal(
        "02" + "0A00" + "00010122223263F8F807"
            + "020524138703E250F1C40F555555555555D53F000000000000008000000000000040",
        Convert.ToHexString(PackedValues.Pack([0, 1, -3, 24.5, -4.52, 10.353, -0.516729, 1 / 3.0, -0.0, 9007199254740992])));

    [Fact]
    public void Percentages_and_counters_take_a_third_of_their_doubles()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 40)
            .Select(i => i % 2 == 0 ? Math.Round(random.NextDouble() * 100, 2) : random.Next(250_000_000)).ToArray();
        Assert.InRange(PackedValues.Pack(values).Length, 1, 180);
    }

    [Fact]
    public void A_position_behind_the_last_is_an_error() =>
        Assert.Throws<FormatException>(() => PackedValues.ValueAt(PackedValues.Pack([1, 2]), 2));

    private static byte[] Damage(byte[] packed, int cut, (int At, byte Value)[] flips)
    {
        var bytes = packed[..Math.Max(0, packed.Length - cut)];
        foreach (var (at, value) in flips)
        {
            if (bytes.Length > 0) bytes[at % bytes.Length] = value;
        }
        return bytes;
    }
}
