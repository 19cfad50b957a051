using CsCheck;
using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Tests.Backup.Format;

public sealed class ChunkerTests
{
    private static readonly byte[] Data = TestKeys.Noise(24 << 20);

    [Fact]
    public void Cuts_are_those_of_the_definition()
    {
        // The definition, read word by word: no skipping, no lanes, a window of 64 bytes summed anew at each place.
        var data = Data.AsSpan(0, 9 << 20).ToArray();
        var gear = TestKeys.Keys.Gear.Span;
        var expected = new List<int>();
        int start = 0;
        ulong fingerprint = 0;
        for (var i = 0; i < data.Length; i++)
        {
            fingerprint = (fingerprint << 1) + gear[data[i]];
            var length = i + 1 - start;
            var ends = length == Chunker.MaxBytes
                || (length >= Chunker.NormalBytes ? fingerprint < 1UL << 46 : length >= Chunker.MinBytes && fingerprint < 1UL << 42);
            if (!ends) continue;
            expected.Add(length);
            start = i + 1;
        }
        Assert.Equal([.. expected, data.Length - start], Cut(data));
        Assert.True(expected.Count > 4);
    }

    [Fact]
    public void A_stream_is_cut_alike_however_it_is_handed_over()
    {
        var data = Data.AsSpan(0, 6 << 20).ToArray();
        var whole = Cut(data);
        Gen.Int[1, 300_000].Array[1, 60].Sample(pieces => Assert.Equal(whole, Cut(data, pieces)), iter: 15);
        Assert.Equal(whole, Cut(data, [1, 63, 64, 65, 4096]));
    }

    [Fact]
    public void Chunks_join_to_the_stream_and_keep_their_bounds() => Gen.Int[0, 5 << 20].Sample(length =>
    {
        var cuts = Cut(Data.AsSpan(0, length).ToArray());
        Assert.Equal(length, cuts.Sum());
        Assert.All(cuts.SkipLast(1), cut => Assert.InRange(cut, Chunker.MinBytes, Chunker.MaxBytes));
        Assert.All(cuts, cut => Assert.InRange(cut, 1, Chunker.MaxBytes));
    }, iter: 20);

    [Fact]
    public void An_inserted_byte_moves_the_cuts_around_it_only()
    {
        byte[] changed = [.. Data.AsSpan(0, 5 << 20), 7, .. Data.AsSpan(5 << 20)];
        var before = Ids(Data);
        var after = Ids(changed);
        Assert.InRange(after.Except(before).Count(), 1, 4);
        Assert.Equal(before[^1], after[^1]);
    }

    [Fact]
    public void Another_key_cuts_elsewhere() => Assert.NotEqual(Cut(Data), Cut(Data, keys: TestKeys.OtherKeys));

    [Fact]
    public void The_mean_of_random_data_is_about_a_mebibyte()
    {
        // 24 MiB under 16 keys: about 380 chunks with a deviation of some 300 KiB each, so the mean is within 60 KiB of its own.
        var chunks = 0L;
        for (byte key = 0; key < 16; key++)
        {
            using var keys = new RepositoryKeys(Enumerable.Repeat(key, 32).ToArray());
            chunks += Cut(Data, keys: keys).Count - 1;
        }
        Assert.InRange(16L * Data.Length / chunks, 900 << 10, 1200 << 10);
    }

    [Fact]
    public void Zeros_are_cut_into_chunks_of_one_known_length()
    {
        var cuts = Cut(new byte[9 << 20]);
        var chunker = new Chunker(TestKeys.Keys);
        Assert.All(cuts.SkipLast(1), cut => Assert.Equal(chunker.ZeroChunkBytes, cut));
    }

    private static List<int> Cut(byte[] data, int[]? pieces = null, RepositoryKeys? keys = null)
    {
        var chunker = new Chunker(keys ?? TestKeys.Keys);
        var cuts = new List<int>();
        int at = 0, length = 0, piece = 0;
        while (at < data.Length)
        {
            var bytes = data.AsSpan(at, Math.Min(data.Length - at, pieces is null ? data.Length : pieces[piece++ % pieces.Length]));
            var taken = chunker.Push(bytes, out var ends);
            Assert.True(ends || taken == bytes.Length);
            at += taken;
            length += taken;
            Assert.Equal(ends ? 0 : length, chunker.Length);
            if (!ends) continue;
            cuts.Add(length);
            length = 0;
        }
        Assert.Equal(length > 0, chunker.Finish());
        if (length > 0) cuts.Add(length);
        return cuts;
    }

    private static List<ChunkId> Ids(byte[] data)
    {
        var at = 0;
        return [.. Cut(data).Select(cut =>
        {
            at += cut;
            return ChunkId.Of(TestKeys.Keys, data.AsSpan(at - cut, cut));
        })];
    }
}
