using HostAtlas.Agent.Gate.Containers;
using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Tests.Gate;

public sealed class GitFilesTests
{
    // Objects of all sizes whose content is compressed already, as differences of pictures and archives are.
    private static readonly byte[][] Objects =
        [.. Enumerable.Range(0, 200).Select(i => i % 5 == 0 ? Samples.Prose(300 + (i * 40)) : Samples.Noise(i * 173, i))];

    private static readonly byte[] Small = GitFiles.Pack(Objects);

    private static readonly byte[] Large =
        GitFiles.Pack([.. Objects, .. Enumerable.Range(0, 9).Select(i => Samples.Noise(900_000 + i, 900 + i)), .. Objects]);

    public static TheoryData<string, string, byte[]> Ordinary => new()
    {
        { "a pack", "git-pack", Small },
        { "a pack of SHA-256", "git-pack", GitFiles.Pack(Objects, isSha256: true) },
        { "a pack over three windows", "git-pack", Large },
        { "a pack with an object larger than a window", "git-pack", GitFiles.Pack([.. Objects, Samples.Noise(5_000_000, 5), .. Objects]) },
        { "a pack that ends with a large object", "git-pack", GitFiles.Pack([.. Objects, Samples.Noise(5_000_000, 5)]) },
        { "a pack within something", "text", [.. Samples.Prose(70_000), .. Large, .. Samples.Prose(9_000)] },
        { "an index", "git-index", GitFiles.Index(3000) },
        { "an index of SHA-256", "git-index", GitFiles.Index(3000, isSha256: true) },
        { "a commit-graph", "git-table", GitFiles.CommitGraph(3000) },
        { "a commit-graph of SHA-256", "git-table", GitFiles.CommitGraph(3000, isSha256: true) },
        { "a multi-pack-index", "git-table", GitFiles.MultiPackIndex(3000) },
        { "a multi-pack-index of SHA-256", "git-table", GitFiles.MultiPackIndex(3000, isSha256: true) },
    };

    public static TheoryData<string, byte[]> Attacks => new()
    {
        { "a pack's second half", [.. Small.AsSpan(0, Small.Length / 2), .. Samples.Noise(Small.Length / 2)] },
        { "a pack's first 4 KiB", [.. Samples.Noise(4096), .. Small.AsSpan(4096)] },
        { "a pack, its first 4 KiB clear", [.. Small.AsSpan(0, 4096), .. Samples.Noise(Small.Length)] },
        { "a pack's objects, its header clear", [.. Small.AsSpan(0, 12), .. Samples.Noise(Small.Length)] },
        { "a pack from its second window on", [.. Large.AsSpan(0, 5 << 20), .. Samples.Noise(Large.Length - (5 << 20))] },
        { "a pack exactly from its second window on", [.. Large.AsSpan(0, 4 << 20), .. Samples.Noise(Large.Length - (4 << 20))] },
        { "a pack, its sum wrong", [.. Small.AsSpan(0, Small.Length - 20), .. Samples.Noise(20)] },
        { "a pack that was cut off", Small[..^30_000] },
        { "an index whose names are in no order", GitFiles.Index(3000, isOrdered: false) },
        { "an index's half", [.. GitFiles.Index(3000).AsSpan(0, 40_000), .. Samples.Noise(44_000)] },
        { "a commit-graph whose names are in no order", GitFiles.CommitGraph(3000, isOrdered: false) },
        { "a multi-pack-index whose names are in no order", GitFiles.MultiPackIndex(3000, isOrdered: false) },
        { "a commit-graph's head and ciphertext", [.. GitFiles.CommitGraph(9).AsSpan(0, 56), .. Samples.Noise(90_000)] },
    };

    [Theory]
    [MemberData(nameof(Ordinary), DisableDiscoveryEnumeration = true)]
    public void What_git_writes_is_clean_whatever_people_put_there(string what, string type, byte[] bytes)
    {
        var verdict = Samples.Judge(bytes);
        Assert.True(verdict.Rules.Count == 0, $"{what}: {string.Join(", ", verdict.Rules)}");
        Assert.Equal(type, verdict.Record.Type == FileType.Data ? FileType.Text : verdict.Record.Type);
    }

    [Theory]
    [MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public void What_was_written_over_it_is_held_back(string what, byte[] bytes) =>
        Assert.True(Samples.Judge(bytes).Rules.Count > 0, what);

    [Fact]
    public void Any_cut_of_a_pack_is_gone_on_with_behind_it()
    {
        var (packs, output, pack) = (new ContainerProbes().Packs, new DecodeBuffer(), GitFiles.Pack(Objects[..40]));
        for (var cut = 40; cut < pack.Length - 20; cut += 2003)
        {
            var before = packs.Probe(pack.AsSpan(0, cut), output);
            Assert.Equal((ProbeOutcome.DecodesSoFar, cut), (before.Outcome, before.Bytes));
            var behind = packs.Resume(pack.AsSpan(cut), Assert.NotNull(before.Rest), output);
            Assert.Equal(ProbeOutcome.Decodes, behind.Outcome);
        }
    }
}
