using System.Security.Cryptography;
using HostAtlas.Agent.Gate.Canaries;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Gate.Canaries;

public sealed class CanaryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("docx", "zip")]
    [InlineData("csv", "text")]
    [InlineData("png", "png")]
    [InlineData("pdf", "pdf")]
    public void Each_kind_is_what_its_name_says_and_no_two_are_alike(string ending, string type)
    {
        var seen = new HashSet<string>();
        for (var seed = 0; seed < 5; seed++)
        {
            var bytes = Content(seed).Of(ending);
            var verdict = Samples.Judge(bytes, "canary." + ending);
            Assert.Empty(verdict.Rules);
            Assert.Equal(type, verdict.Record.Type);
            Assert.True(seen.Add(Convert.ToHexString(SHA256.HashData(bytes))));
        }
    }

    [Fact]
    public void Canaries_sort_first_and_last_and_lie_in_subfolders_too()
    {
        foreach (var name in new[] { "b", "c", "d", "e" }) Directory.CreateDirectory(_folder.File("root/" + name));
        File.CreateSymbolicLink(_folder.File("root/aaa"), "/tmp");
        foreach (var name in new[] { "letter.odt", "notes.txt" }) File.WriteAllText(_folder.File("root/" + name), "text");
        var root = _folder.File("root");
        var planted = Planter(7).Plant(root, []);
        Assert.Equal([root, root, root, root, root + "/b", root + "/d", root + "/e"],
            planted.Select(one => Path.GetDirectoryName(one.Path)));
        var names = Directory.EnumerateFiles(root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Path.GetFileName(planted[0].Path), names[0]);
        Assert.Equal(Path.GetFileName(planted[3].Path), names[^1]);
        Assert.All(planted, one => Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(one.Path)));
        Assert.Empty(Planter(8).Plant(root, planted));
        new CanaryList { Canaries = planted }.Save(_folder.File("list"));
        Assert.Equal(planted, CanaryList.Load(_folder.File("list")).Canaries);
    }

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("write", true)]
    [InlineData("rename", true)]
    [InlineData("delete", true)]
    [InlineData("link", true)]
    [InlineData("touch", false)]
    public void What_changed_is_found(string what, bool isChanged)
    {
        var path = _folder.File("own.txt");
        File.WriteAllText(path, "as it is");
        var watch = new CanaryWatch(_folder.File("list"));
        Assert.Equal((1L, 0), (watch.Check([path]).Watched, watch.Check([path]).Changed.Count));
        switch (what)
        {
            case "write": File.WriteAllText(path, "as it was"); break;
            case "rename": File.Move(path, path + ".locked"); break;
            case "delete": File.Delete(path); break;
            case "link": File.Move(path, path + "2"); File.CreateSymbolicLink(path, path + "2"); break;
            case "touch": File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch); break;
        }
        Assert.Equal(isChanged ? [path] : [], watch.Check([path]).Changed);
        // What the configuration does not name any more is forgotten.
        Assert.Equal(0, watch.Check([]).Watched);
        Assert.Empty(CanaryList.Load(_folder.File("list")).Canaries);
    }

    [Fact]
    public void What_is_no_file_is_not_watched_and_told()
    {
        var found = new CanaryWatch(_folder.File("list")).Check([_folder.File("nowhere")]);
        Assert.Equal((0L, 0), (found.Watched, found.Changed.Count));
        Assert.Contains("not watched", Assert.Single(found.Troubles), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static CanaryContent Content(int seed) => new(new Random(seed), () => RandomNumberGenerator.GetBytes(16));

    private static CanaryPlanter Planter(int seed) => new(Content(seed), new Random(seed), TimeProvider.System);
}
