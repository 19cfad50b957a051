using HostAtlas.Engine.Backups;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>The set of hits that a person accepted.</summary>
public sealed class HitPairsTests
{
    [Fact]
    public void A_set_has_each_pair_once_in_order_and_finds_it()
    {
        var hits = Evidence.Many("a", 500);
        var set = Evidence.Pairs([.. hits, .. hits[..20]]);
        Assert.Equal(500, set.Count);
        Assert.Equal(
            hits.Select(hit => hit.Path + hit.Content).Order(StringComparer.Ordinal), set.Pairs.Select(pair => pair.Path + pair.Content));
        Assert.All(hits, hit => Assert.True(set.Contains(hit.Path, hit.Content)));
        Assert.All(hits, hit => Assert.False(set.Contains(hit.Content, hit.Path)));
        Assert.False(HitPairs.None.Contains(hits[0].Path, hits[0].Content));
    }

    [Fact]
    public void Sets_are_joined_cut_and_compared_by_what_is_in_them()
    {
        var (left, right) = (Evidence.Many("a", 9), Evidence.Many("b", 9));
        Assert.Equal(Evidence.Pairs([.. left, .. right]), Evidence.Pairs(left).With(Evidence.Pairs(right)));
        Assert.Equal(Evidence.Pairs([.. right, .. left]).GetHashCode(), Evidence.Pairs([.. left, .. right]).GetHashCode());
        Assert.NotEqual(Evidence.Pairs(left), Evidence.Pairs(right));
        Assert.Equal(Evidence.Pairs(left), Evidence.Pairs(left).With(HitPairs.None).First(9));
        Assert.Equal(Evidence.Pairs(left).Pairs.Take(4), Evidence.Pairs(left).First(4).Pairs);
        Assert.Equal(HitPairs.None, Evidence.Pairs());
    }
}
