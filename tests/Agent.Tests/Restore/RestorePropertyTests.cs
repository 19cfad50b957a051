using CsCheck;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Agent.Tests.CommandLine;

namespace HostAtlas.Agent.Tests.Restore;

public sealed class RestorePropertyTests
{
    // What an ext4 inode can say: from 1901 on.
    private static readonly Gen<long> Times = Gen.Long[-2_147_483_648_000_000_000, 8_000_000_000_000_000_000];

    private static readonly Gen<byte[]> Names = Gen.Frequency(
        (4, Gen.Char["abcxyz .-_*?[]\\ü"].Array[1, 6].Select(text => System.Text.Encoding.UTF8.GetBytes(text))),
        (1, Gen.Byte.Array[1, 8])).Where(name => TreeNames.IsName(name));

    private static readonly Gen<byte[]> Contents = Gen.Select(Gen.Frequency((6, Gen.Int[0, 4000]), (2, Gen.Int[0, 300_000]),
        (1, Gen.Int[700_000, 3_000_000])), Gen.Int[0, 3], Gen.Int).Select((length, kind, seed) => kind switch
        {
            0 => new byte[length],
            1 => [.. Enumerable.Range(0, length).Select(i => (byte)(i / 97))],
            _ => TestKeys.Noise(length, seed),
        });

    private static readonly Gen<ExtendedAttribute[]> Xattrs = Gen.Select(Gen.Int[0, 9], Gen.Byte.Array[0, 40])
        .Select((number, value) => new ExtendedAttribute(System.Text.Encoding.ASCII.GetBytes($"user.a{number}"), value)).Array[0, 2]
        .Select(xattrs => xattrs.DistinctBy(xattr => Convert.ToHexString(xattr.Name.Span)).ToArray());

    private static readonly Gen<(int Mode, long Time, uint Owner, ExtendedAttribute[] Xattrs)> Metadata =
        Gen.Select(Gen.Int[0, 0xFFF], Times, Gen.UInt[0, 70_000], Xattrs).Select((mode, time, owner, xattrs) =>
            TestNode.Owner == 0 ? (mode, time, owner, xattrs) : (mode & 0x1FF | 0x1C0, time, TestNode.Owner, xattrs));

    [Fact]
    public async Task Any_tree_that_is_written_comes_back_the_same() => await Trees(3).SampleAsync(async root =>
    {
        using var agent = new AgentUnderTest();
        using var repository = new RepositoryBuilder(agent.File("copy")) { BlobsPerPack = 1 + (root.Length % 5) };
        repository.Write(root);
        Assert.True(await RestoreTests.RestoreAsync(agent, repository.Folder, "latest") == 0, agent.Errors);
        Assert.Equal(RestoredFacts.OfNodes(root), await RestoredFacts.OfFolderAsync(agent.File("target")));
        Assert.Equal(0, await agent.RunAsync(
            ["verify", "--read-data", "--from", repository.Folder, "--recovery-key", "-"], RestoreTests.RecoveryText));
    }, iter: 20, threads: 1);

    private static Gen<TestNode[]> Trees(int depth)
    {
        var file = Gen.Select(Names, Contents, Metadata, Gen.Bool).Select((name, content, metadata, hasHoles) =>
            With(TestNode.File(name, content), metadata, withXattrs: true) is var node && hasHoles
                ? node.With(entry => entry with { Holes = Holes(content) }) : node);
        var link = Gen.Select(Names, Gen.Byte[1, 255].Array[1, 30], Metadata).Select((name, target, metadata) =>
            With(new TestNode(new TreeEntry { Name = name, Type = TreeEntryType.Symlink, Target = target }), metadata, withXattrs: false));
        var pipe = Gen.Select(Names, Metadata).Select((name, metadata) =>
            With(new TestNode(new TreeEntry { Name = name, Type = TreeEntryType.Fifo }), metadata, withXattrs: false));
        var entries = depth == 0 ? Gen.Frequency((5, file), (1, link), (1, pipe))
            : Gen.Frequency((5, file), (1, link), (1, pipe), (3, Gen.Select(Names, Trees(depth - 1), Metadata)
                .Select((name, children, metadata) => With(
                    new TestNode(new TreeEntry { Name = name, Type = TreeEntryType.Directory }, Children: children), metadata, true))));
        return Gen.Select(entries.Array[0, 5], Gen.Int[0, 3]).Select((nodes, links) => Linked(
            [.. nodes.DistinctBy(node => Convert.ToHexString(node.Entry.Name.Span))], links));
    }

    private static TestNode With(
        TestNode node, (int Mode, long Time, uint Owner, ExtendedAttribute[] Xattrs) metadata, bool withXattrs) =>
        node.With(entry => entry with
        {
            Mode = metadata.Mode,
            MtimeNs = metadata.Time,
            Uid = metadata.Owner,
            Gid = metadata.Owner,
            Xattrs = withXattrs ? metadata.Xattrs : [],
        });

    // Now and then a file gets another name in the same directory: the same in all but that.
    private static TestNode[] Linked(TestNode[] nodes, int links)
    {
        if (links > 0 || nodes.FirstOrDefault(node => node.Entry.Type == TreeEntryType.File) is not { } file) return nodes;
        var group = Convert.ToHexString(file.Entry.Name.Span) + file.Entry.MtimeNs;
        var named = file.With(entry => entry with { HardLink = group });
        var second = named.With(entry => entry with { Name = (byte[])[.. "also "u8, .. entry.Name.Span] });
        return [.. nodes.Where(node => node != file && !node.Entry.Name.Span.SequenceEqual(second.Entry.Name.Span)), named, second];
    }

    // Every run of zeros of a page or more, and one run that is none.
    private static List<Hole> Holes(byte[] content)
    {
        var holes = new List<Hole>();
        for (var at = 0; at + 4096 <= content.Length; at += 4096)
        {
            if (!content.AsSpan(at, 4096).ContainsAnyExcept((byte)0) || at == 8192) holes.Add(new Hole(at, 4096));
        }
        return holes;
    }
}
