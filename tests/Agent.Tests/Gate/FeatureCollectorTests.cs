using CsCheck;
using HostAtlas.Agent.Gate.Containers;
using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Tests.Gate;

public sealed class FeatureCollectorTests
{
    [Fact]
    public void What_is_found_does_not_depend_on_how_the_bytes_are_handed_over()
    {
        byte[] bytes = [.. Samples.Prose(5_000_000), .. Samples.Gzip(Samples.Prose(600_000)), .. Samples.Noise(300_000)];
        var whole = Told(Samples.Look(bytes));
        Gen.Int[1, 700_000].Array[1, 20].Sample(spans => Assert.Equal(whole, Told(Samples.Look(bytes, spans))), iter: 2, threads: 1);
    }

    [Fact]
    public void Zeros_that_are_skipped_count_like_zeros_that_are_pushed()
    {
        const int Zeros = 13 << 20;
        byte[] head = Samples.Prose(10_000), tail = Samples.Noise(50_000);
        var pushed = Samples.Look([.. head, .. new byte[Zeros], .. tail]);
        var collector = new FeatureCollector();
        collector.Push(head);
        collector.PushZeros(Zeros);
        collector.Push(tail);
        Assert.Equal(Told(pushed), Told(collector.Finish()));
    }

    [Fact]
    public void A_sparse_file_of_64_GiB_costs_what_its_data_costs()
    {
        var collector = new FeatureCollector();
        collector.Push(Samples.Prose(1000));
        collector.PushZeros(64L << 30);
        Assert.Equal((64L << 30) + 1000, collector.Finish().Bytes);
    }

    [Fact]
    public void One_collector_looks_at_file_after_file()
    {
        var collector = new FeatureCollector();
        var noise = Samples.Noise(100_000);
        collector.Push(noise);
        var first = Told(collector.Finish());
        collector.Begin();
        Assert.Equal(0, collector.Finish().Bytes);
        collector.Begin();
        collector.Push(noise);
        Assert.Equal(first, Told(collector.Finish()));
    }

    [Fact]
    public void A_bomb_costs_its_limit_and_no_memory()
    {
        // 72 MiB of zeros in 70 KB, and the same packed again.
        var bomb = Samples.Gzip(new byte[72 << 20]);
        Assert.Empty(Samples.Judge(bomb).Rules);
        Assert.Empty(Samples.Judge(Samples.Gzip(bomb)).Rules);
    }

    [Fact]
    public void No_probe_fails_however_its_bytes_are_damaged()
    {
        byte[][] seeds = [Samples.Gzip(Samples.Prose(30_000)), Samples.Zip(Samples.Prose(30_000)), Samples.Zstd(Samples.Prose(30_000)),
            Samples.Bzip2(Samples.Prose(30_000)), Samples.Zlib(Samples.Prose(30_000)),
            .. Magics.Select(magic => (byte[])[.. magic, .. Samples.Noise(3000)])];
        var (probes, output, collector) = (new ContainerProbes(), new DecodeBuffer(), new FeatureCollector());
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Int[0, 20_000], Gen.Byte.Array[0, 6], Gen.Int[0, 40]).Sample((seed, cut, damage, at) =>
        {
            var bytes = seeds[seed].AsSpan(0, Math.Min(seeds[seed].Length, cut)).ToArray();
            for (var i = 0; i < damage.Length && at + i < bytes.Length; i++) bytes[at + i] = damage[i];
            output.Clear();
            probes.At(bytes)?.Probe(bytes, output);
            collector.Begin();
            collector.Push(bytes);
            collector.Finish();
        }, iter: 400, threads: 1);
    }

    private static byte[][] Magics =>
    [
        [0xFD, .. "7zXZ\0"u8, 0, 4, 0xE6, 0xD6, 0xB4, 0x46], [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], [.. "Rar!"u8, 0x1A, 7, 0],
        [.. "Rar!"u8, 0x1A, 7, 1, 0], [0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7],
        [0x89, .. "PNG"u8, 13, 10, 26, 10], [0xFF, 0xD8, 0xFF, 0xE0],
        [.. "GIF89a"u8], [.. "RIFF\0\0\0\0WEBPVP8 "u8], [0, 0, 0, 0x20, .. "ftypisom"u8], [.. "OggS"u8, 0, 2], [.. "ID3"u8, 4],
        [.. "fLaC"u8],
        [0x1A, 0x45, 0xDF, 0xA3], [.. "wOF2"u8], [0xFF, .. "tOc"u8, 0, 0, 0, 2], [0x99, 1, 13, 4], [.. "%!PS-AdobeFont"u8], [.. "MPDB"u8],
        [.. "PACK"u8, 0, 0, 0, 2, 0, 0, 9, 9, 0xB3, 1, 0x78, 0x9C], [.. "PACK"u8, 0, 0, 0, 2, 0, 0, 9, 9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [.. "CGPH"u8, 1, 1, 3, 0, .. "OIDF"u8, 0, 0, 0, 0, 0, 0, 0, 56], [.. "MIDX"u8, 1, 2, 1, 0, 0, 0, 0, 1, .. "OIDL"u8],
        [0x5D, 0, 0, 0x80, 0], [0x1E, 0x9B, 1, 0, 0, 0, 0, 0], [0x28, 0xB5, 0x2F, 0xFD, 0xA4],
    ];

    private static string Told(FileFeatures file) => (file with { Head = default }).ToString();
}
