using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Restore;

/// <summary>
/// A repository as version 1 of the format wrote it, committed as it is: whatever becomes of the agent, this has to be read. The key is the
/// one of the other golden files, 00 … 1f; <c>recovery-key</c> holds it as text.
/// </summary>
public sealed class GoldenRepositoryTests : IDisposable
{
    private static readonly string Folder = Repository.Vector("backup", "repository-v1");

    private readonly AgentUnderTest _agent = new();

    [Theory]
    [InlineData("latest", "facts-2.txt")]
    [InlineData("1", "facts-1.txt")]
    public async Task Every_version_reads_it(string snapshot, string facts)
    {
        var expected = File.ReadAllLines(Path.Combine(Folder, facts))
            .Select(line => line.Replace("| 0:0 |", $"| {TestNode.Owner}:{TestNode.Owner} |", StringComparison.Ordinal));
        Assert.Equal(0, await _agent.RunAsync(
            ["restore", snapshot, "--to", _agent.File("target"), "--from", Folder, "--recovery-key", Key()]));
        Assert.Equal(expected, await RestoredFacts.OfFolderAsync(_agent.File("target")));
    }

    [Fact]
    public async Task Every_version_verifies_it()
    {
        Assert.Equal(0, await _agent.RunAsync(["verify", "--read-data", "--from", Folder, "--recovery-key", Key()]));
        Assert.Contains("2 snapshots, the newest 2:", _agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_what_its_builder_writes()
    {
        var folder = _agent.File("again");
        Write(folder);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var golden = File.ReadAllBytes(Path.Combine(Folder, Path.GetRelativePath(folder, path)));
            // What a later zstd makes of the same text may differ, and with it all that is sealed behind it; sizes and headers do not.
            Assert.Equal(golden.Length, (int)new FileInfo(path).Length);
            Assert.Equal(golden[..ObjectHeader.PrefixBytes], (await File.ReadAllBytesAsync(path))[..ObjectHeader.PrefixBytes]);
        }
    }

    public void Dispose() => _agent.Dispose();

    /// <summary>Writes the repository; made once for the committed one.</summary>
    internal static void Write(string folder)
    {
        using var repository = new RepositoryBuilder(folder, TestKeys.Keys, seed: 1);
        var first = Root("first");
        repository.Write(first);
        repository.Write([.. first.Where(node => !node.Entry.Name.Span.SequenceEqual("version"u8)), TestNode.File("version", "second")]);
    }

    private static TestNode[] Root(string version)
    {
        var twice = "two names"u8.ToArray();
        var sparse = new byte[600_000];
        sparse[^1] = 1;
        return
        [
            TestNode.Directory("etc", TestNode.File("hosts", "127.0.0.1 localhost\n"), TestNode.Symlink("link", "../srv/ü"),
                TestNode.Directory("empty").With(entry => entry with { Mode = 0x3C0, MtimeNs = -1 })),
            TestNode.Directory("srv",
                TestNode.File([(byte)'r', (byte)'a', (byte)'w', 0xFF], "a name that is not UTF-8"u8.ToArray()),
                TestNode.File("text", string.Concat(Enumerable.Repeat("the quick brown fox ", 2000))),
                TestNode.File("noise", TestKeys.Noise(90_000)).With(entry => entry with { Mode = 0x180 }),
                TestNode.File("sparse", sparse).With(entry => entry with { Holes = [new Hole(0, 589_824)] }),
                TestNode.File("tagged", "x").With(entry => entry with { Xattrs = [new("user.note"u8.ToArray(), new byte[] { 0, 255 })] }),
                TestNode.File("one", twice).With(entry => entry with { HardLink = "7" }),
                TestNode.File("two", twice).With(entry => entry with { HardLink = "7" }),
                new TestNode(TestNode.File("pipe", "").Entry with { Type = TreeEntryType.Fifo })),
            TestNode.File("version", version),
        ];
    }

    // A checkout makes files readable to all; a recovery key that is, is warned of.
    private string Key() => _agent.Secret("key", File.ReadAllText(Path.Combine(Folder, "recovery-key")).Trim());
}
