
namespace HostAtlas.Engine.Tests;

public sealed class RandomDrawsTests
{
    [Fact]
    public async Task No_id_comes_twice_from_whatever_thread()
    {
        var drawn = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 2_000).Select(i =>
        {
            // Sizes that do not divide what is drawn at once.
            var id = new byte[i % 2 == 0 ? 16 : 12];
            RandomDraws.Fill(id);
            return Convert.ToHexStringLower(id.AsSpan(0, 12));
        }).ToArray())));
        var all = drawn.SelectMany(ids => ids).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
