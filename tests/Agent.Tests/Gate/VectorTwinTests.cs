using HostAtlas.Agent.Gate.Containers;
using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Tests.Gate;

/// <summary>What looks at many bytes at once finds what a look at each of them finds.</summary>
public sealed class VectorTwinTests
{
    private static readonly byte[][][] Formats =
        [[[0x1F, 0x8B, 8]], [[.. "PK\u0003"u8]], [[0x98], [0x99]], [[0x78, 0x01], [0x78, 0xDA]], [[0, 0, 0, 0, .. "ft"u8]]];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(256)]
    public void The_next_beginning_is_where_the_first_place_may_be_one(int values)
    {
        var (beginnings, random) = (new Beginnings(Formats), new Random(values));
        foreach (var length in (int[])[0, 3, 6, 20, 33, 700])
        {
            var bytes = new byte[length];
            for (var i = 0; i < length; i++) bytes[i] = (byte)random.Next(values);
            for (var i = random.Next(40); i + 8 < length; i += 1 + random.Next(90))
            {
                var format = Formats[random.Next(Formats.Length)];
                format[random.Next(format.Length)].CopyTo(bytes, i);
            }
            for (var from = 0; from <= length; from += 1 + random.Next(30))
            {
                var until = from + random.Next(length - from + 1);
                var expected = Enumerable.Range(from, until - from).FirstOrDefault(at => beginnings.MayBe(bytes.AsSpan(at)), -1);
                Assert.Equal(expected, beginnings.Next(bytes, from, until));
            }
        }
    }

    [Fact]
    public void No_format_is_overlooked()
    {
        var beginnings = new Beginnings(Formats);
        foreach (var beginning in Formats.SelectMany(format => format))
            Assert.Equal(21, beginnings.Next([.. new byte[21], .. beginning, .. new byte[40]], 17, 30));
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(9_001)]
    [InlineData(3_000)]
    public void Rare_bytes_are_counted_by_phase_and_by_distance_as_one_by_one(int length)
    {
        var (random, bytes, counts, rare) = (new Random(length), new byte[length], new ByteCounts(), new RareBytes());
        for (var i = 0; i < length; i++) bytes[i] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(6) * 40);
        counts.Add(bytes);
        rare.Take(bytes, counts);
        var isRare = bytes.Select(value => counts.Counts[value] * 256 < length).ToArray();
        Assert.Equal(Enumerable.Range(0, 256).Count(value => counts.Counts[value] * 256 < length), rare.Values);
        foreach (var period in (int[])[3, 16, 31, 33, 77, 256, 1000, 1024])
        {
            var (sums, expected) = (new int[period], new int[period]);
            rare.CountByPhase(length, sums);
            for (var i = 0; i < length / period * period; i++) expected[i % period] += isRare[i] ? 1 : 0;
            Assert.Equal(expected, sums);
        }
        if (!rare.Sample()) return;
        var sample = Math.Min(8192, length - RareBytes.DistanceMost) / 256 * 256;
        foreach (var distance in (int[])[3, 8, 77, 1023, 1024])
            Assert.Equal(Enumerable.Range(0, sample).Count(i => isRare[i] && isRare[i + distance]), rare.Together(distance));
    }

    [Fact]
    public void Counts_of_any_length_are_counts()
    {
        var random = new Random(7);
        foreach (var length in (int[])[0, 1, 9, 4096, 32_768, 100_003])
        {
            var bytes = new byte[length];
            // All alike, and then not: no table may run over.
            if (length != 32_768) random.NextBytes(bytes);
            var counts = new ByteCounts();
            counts.Add(bytes);
            Assert.Equal(Enumerable.Range(0, 256).Select(value => (long)bytes.Count(one => one == value)), counts.Counts);
            Assert.Equal(length, counts.Total);
        }
    }

    [Fact]
    public void Cells_with_much_of_one_value_are_the_ones_that_are_no_noise()
    {
        var random = new Random(3);
        var block = new byte[64 << 10];
        random.NextBytes(block);
        for (var cell = 0; cell < block.Length; cell += 512) block.AsSpan(cell + 20, cell / 512 % 40).Clear();
        var (common, none) = (new ByteCounts(), new ByteCounts());
        Mixtures.Strewn(block, 0, common);
        Mixtures.Strewn(block.Select(value => (byte)(value ^ 0x55)).ToArray(), 0, none);
        Assert.Equal(common.Total, none.Total);
        Assert.True(common.Total > 0);
    }
}
