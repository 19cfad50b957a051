using System.Text;
using HostAtlas.Agent.Backup.Selection;

namespace HostAtlas.Agent.Tests.Backup.Selection;

public sealed class ExcludeRulesTests
{
    [Theory]
    [InlineData("*.tmp", "/a/b.tmp", true)]
    [InlineData("*.tmp", "/a/b.tmpx", false)]
    [InlineData("*.tmp", "/b.tmp", true)]
    [InlineData("b", "/a/b", true)]
    [InlineData("/b", "/a/b", false)]
    [InlineData("/a/b", "/a/b", true)]
    [InlineData("a/b", "/a/b", true)]
    [InlineData("a/b", "/x/a/b", false)]
    [InlineData("**/a/b", "/x/y/a/b", true)]
    [InlineData("**/a/b", "/a/b", true)]
    [InlineData("a/**", "/a/b/c", true)]
    [InlineData("a/**", "/a", false)]
    [InlineData("a/**/z", "/a/z", true)]
    [InlineData("a/**/z", "/a/b/c/z", true)]
    [InlineData("a/*/z", "/a/b/c/z", false)]
    [InlineData("a/*/z", "/a/b/z", true)]
    [InlineData("a/b*", "/a/bc", true)]
    [InlineData("a/b*", "/a/bc/d", false)]
    [InlineData("?.c", "/x.c", true)]
    [InlineData("?.c", "/xy.c", false)]
    [InlineData("?.c", "/ä.c", true)]
    [InlineData("[a-c].o", "/b.o", true)]
    [InlineData("[!a-c].o", "/b.o", false)]
    [InlineData("[^a-c].o", "/d.o", true)]
    [InlineData("[]x].o", "/].o", true)]
    [InlineData("[a-]", "/-", true)]
    [InlineData("\\*", "/*", true)]
    [InlineData("\\*", "/x", false)]
    [InlineData("\\!x", "/!x", true)]
    [InlineData("*a*b*c", "/xxaxxbxxc", true)]
    [InlineData("*a*b*c", "/xxaxxcxxb", false)]
    [InlineData("Ä", "/ä", false)]
    public void A_pattern_means_what_it_means_in_a_gitignore(string pattern, string path, bool excluded) =>
        Assert.Equal(excluded, Rules(pattern).Exclude(Encoding.UTF8.GetBytes(path), isDirectory: false));

    [Fact]
    public void A_slash_at_the_end_means_directories_only()
    {
        Assert.True(Rules("build/").Exclude("/x/build"u8, isDirectory: true));
        Assert.False(Rules("build/").Exclude("/x/build"u8, isDirectory: false));
    }

    [Fact]
    public void The_last_pattern_that_speaks_of_a_path_decides()
    {
        var rules = Rules("*.log", "!keep.log", "secret/keep.log");
        Assert.True(rules.Exclude("/a.log"u8, false));
        Assert.False(rules.Exclude("/x/keep.log"u8, false));
        Assert.True(rules.Exclude("/secret/keep.log"u8, false));
    }

    [Fact]
    public void Names_that_are_no_UTF_8_are_matched_byte_by_byte()
    {
        Assert.True(Rules("a*z").Exclude([(byte)'/', (byte)'a', 0xFF, (byte)'z'], false));
        Assert.True(Rules("a?z").Exclude([(byte)'/', (byte)'a', 0xFF, (byte)'z'], false));
        Assert.False(Rules("a[b-c]z").Exclude([(byte)'/', (byte)'a', 0xFF, (byte)'z'], false));
    }

    [Fact]
    public void Many_stars_cost_no_more_than_pattern_times_path() =>
        Assert.False(Rules(string.Concat(Enumerable.Repeat("*a", 100)) + "b").Exclude(
            Encoding.ASCII.GetBytes("/" + new string('a', 255)), false));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("!")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("[a")]
    [InlineData("a\\")]
    public void What_is_no_pattern_is_refused(string pattern)
    {
        Assert.Null(ExcludeRules.TryParse([pattern], out var faults));
        Assert.Single(faults);
    }

    private static ExcludeRules Rules(params string[] patterns) => ExcludeRules.TryParse(patterns, out _)!;
}
