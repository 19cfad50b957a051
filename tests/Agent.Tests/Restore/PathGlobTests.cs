using System.Text;
using HostAtlas.Agent.Restore;

namespace HostAtlas.Agent.Tests.Restore;

public sealed class PathGlobTests
{
    [Theory]
    [InlineData("/etc", "/etc", true)]
    [InlineData("/etc", "/etc/hosts", true)]
    [InlineData("/etc", "/srv/etc", false)]
    [InlineData("/etc", "/etcetera", false)]
    [InlineData("etc/hosts", "/etc/hosts", true)]
    [InlineData("etc/hosts", "/srv/etc/hosts", false)]
    [InlineData("hosts", "/etc/hosts", true)]
    [InlineData("hosts", "/hosts/below/it", true)]
    [InlineData("*.conf", "/etc/a/b.conf", true)]
    [InlineData("*.conf", "/etc/a/b.conf.bak", false)]
    [InlineData("/etc/*.conf", "/etc/a.conf", true)]
    [InlineData("/etc/*.conf", "/etc/a/b.conf", false)]
    [InlineData("/srv/**/*.sql", "/srv/a.sql", true)]
    [InlineData("/srv/**/*.sql", "/srv/a/b/c.sql", true)]
    [InlineData("/srv/**/*.sql", "/var/a.sql", false)]
    [InlineData("/srv/**", "/srv", true)]
    [InlineData("**/cache", "/var/x/cache", true)]
    [InlineData("a?c", "/abc", true)]
    [InlineData("a?c", "/aüc", true)]
    [InlineData("a?c", "/ac", false)]
    [InlineData("[a-c]x", "/bx", true)]
    [InlineData("[!a-c]x", "/bx", false)]
    [InlineData("[^a-c]x", "/dx", true)]
    [InlineData("[x", "/[x", true)]
    [InlineData("\\*", "/*", true)]
    [InlineData("\\*", "/a", false)]
    [InlineData("*a*b*c", "/xxaxxbxxc", true)]
    [InlineData("*a*b*c", "/xxaxxcxxb", false)]
    [InlineData("log/", "/log/x", true)]
    [InlineData("log/", "/srv/log", false)]
    public void A_pattern_fits_what_it_should(string pattern, string path, bool expected)
    {
        var glob = PathGlob.TryParse(pattern, out var fault);
        Assert.Equal("", fault);
        var selection = new PathSelection([glob!], []);
        var excluding = new PathSelection([], [glob!]);
        Assert.Equal(expected, IsSelected(selection, path));
        Assert.Equal(!expected, IsSelected(excluding, path));
    }

    [Fact]
    public void A_walk_does_not_look_where_nothing_can_fit()
    {
        var selection = new PathSelection([PathGlob.TryParse("/srv/*/data", out _)!], []);
        Assert.False(selection.Follow(selection.Root, "etc"u8, isDirectory: true).MayContain);
        var srv = selection.Follow(selection.Root, "srv"u8, isDirectory: true);
        Assert.True(srv is { MayContain: true, IsSelected: false });
        var one = selection.Follow(srv, "one"u8, isDirectory: true);
        Assert.True(one.MayContain);
        Assert.False(selection.Follow(one, "other"u8, isDirectory: true).MayContain);
        Assert.True(selection.Follow(one, "data"u8, isDirectory: true).IsSelected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    public void What_is_no_pattern_is_refused(string pattern)
    {
        Assert.Null(PathGlob.TryParse(pattern, out var fault));
        Assert.NotEqual("", fault);
    }

    // All but the last name are directories.
    private static bool IsSelected(PathSelection selection, string path)
    {
        var state = selection.Root;
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < names.Length; i++)
        {
            state = selection.Follow(state, Encoding.UTF8.GetBytes(names[i]), isDirectory: i < names.Length - 1);
            if (!state.IsSelected && !state.MayContain) return false;
        }
        return state.IsSelected;
    }
}
