using System.IO.Compression;
using CsCheck;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Tests.Ingest;

public sealed class BodyDecoderTests
{
    [Fact]
    public void What_was_compressed_comes_back() => Gen.Byte.Array[0, 50_000].Sample(bytes =>
    {
        using var decoded = BodyDecoder.Gunzip(Gzip(bytes));
        return decoded.Fault == DecodingFault.None && decoded.Bytes.SequenceEqual(bytes);
    }, iter: 50);

    [Fact]
    public void Eight_mebibytes_are_taken_and_one_byte_more_is_a_bomb()
    {
        using var most = BodyDecoder.Gunzip(Gzip(new byte[Limits.DecodedBodyBytes]));
        Assert.Equal((DecodingFault.None, Limits.DecodedBodyBytes), (most.Fault, most.Length));
        using var bomb = BodyDecoder.Gunzip(Gzip(new byte[Limits.DecodedBodyBytes + 1]));
        Assert.Equal(DecodingFault.TooLarge, bomb.Fault);
    }

    [Fact]
    public void A_stream_that_is_cut_or_damaged_is_not_decoded()
    {
        var bytes = Enumerable.Range(0, 10_000).Select(i => (byte)(i * i)).ToArray();
        var gzip = Gzip(bytes);
        foreach (var length in (int[])[1, 9, 10, 11, 100, gzip.Length / 2, gzip.Length - 9, gzip.Length - 1])
        {
            using var cut = BodyDecoder.Gunzip(gzip.AsMemory(..length));
            Assert.Equal(DecodingFault.Damaged, cut.Fault);
        }
        for (var i = 10; i < gzip.Length; i += 97)
        {
            var damaged = gzip.ToArray();
            damaged[i] ^= 0x10;
            using var body = BodyDecoder.Gunzip(damaged);
            Assert.Equal(DecodingFault.Damaged, body.Fault);
        }
        using var text = BodyDecoder.Gunzip("{\"cpu\":1}"u8.ToArray());
        Assert.Equal(DecodingFault.Damaged, text.Fault);
    }

    [Theory]
    [InlineData(null, BodyEncoding.Identity)]
    [InlineData("", BodyEncoding.Identity)]
    [InlineData("identity", BodyEncoding.Identity)]
    [InlineData("gzip", BodyEncoding.Gzip)]
    [InlineData("GZIP", BodyEncoding.Gzip)]
    [InlineData("br", BodyEncoding.Unknown)]
    [InlineData("x-gzip", BodyEncoding.Unknown)]
    [InlineData("gzip, gzip", BodyEncoding.Unknown)]
    internal void Gzip_is_known_and_nothing_else(string? header, BodyEncoding encoding) =>
        Assert.Equal(encoding, BodyDecoder.EncodingOf(header));

    private static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest)) gzip.Write(bytes);
        return target.ToArray();
    }
}
