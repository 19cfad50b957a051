using HostAtlas.Gateway.Vault;

namespace HostAtlas.Gateway.Tests.Vault;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData(null, "0+1000")]
    [InlineData("bytes=0-", "0+1000 part")]
    [InlineData("bytes=0-0", "0+1 part")]
    [InlineData("bytes=200-299", "200+100 part")]
    [InlineData("bytes=999-", "999+1 part")]
    [InlineData("bytes=900-5000", "900+100 part")]
    [InlineData("bytes=-100", "900+100 part")]
    [InlineData("bytes=-5000", "0+1000 part")]
    [InlineData("bytes=1000-", "beyond")]
    [InlineData("bytes=1000-1001", "beyond")]
    [InlineData("bytes=-0", "beyond")]
    [InlineData("bytes=0-1,5-6", "0+1000")]
    [InlineData("bytes=5-1", "0+1000")]
    [InlineData("bytes", "0+1000")]
    [InlineData("items=0-1", "0+1000")]
    [InlineData("bytes=99999999999999999999-", "0+1000")]
    public void One_range_of_bytes_is_understood_and_everything_else_ignored(string? header, string expected)
    {
        var range = ByteRange.Read(header, 1000);
        Assert.Equal(expected, range.IsBeyond ? "beyond" : $"{range.From}+{range.Length}{(range.IsPart ? " part" : "")}");
    }

    [Fact]
    public void Two_headers_are_none() => Assert.False(ByteRange.Read((string[])["bytes=0-1", "bytes=2-3"], 1000).IsPart);
}
