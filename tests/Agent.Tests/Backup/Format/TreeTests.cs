using System.Buffers;
using System.Text;
using CsCheck;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Backup.Format;

public sealed class TreeTests
{
    private static readonly Gen<byte[]> Names = Gen.Byte.Array[1, 12].Where(name => TreeNames.IsName(name));

    private static readonly Gen<Reference> References =
        Gen.Select(Gen.Int[0, 3], Gen.Byte.Array[32].Array[1, 3], (depth, ids) =>
            new Reference(depth, [.. ids.Select(id => new ChunkId(id))]));

    private static readonly Gen<TreeEntry> Entries = Gen.Select(
        Gen.Select(Names, Gen.Enum<TreeEntryType>(), Gen.Int[0, 0xFFF], Gen.UInt, Gen.UInt),
        Gen.Select(Gen.Long, Gen.Long, Gen.ULong, Gen.Long[0, long.MaxValue], Gen.Byte.Array[0, 9]),
        Gen.Select(References, References, Gen.Select(Gen.Byte[1, 255].Array[1, 8], Gen.Byte.Array[0, 9]).Array[0, 3], Gen.Bool))
        .Select((a, b, c) => new TreeEntry
        {
            Name = a.Item1,
            Type = a.Item2,
            Mode = a.Item3,
            Uid = a.Item4,
            Gid = a.Item5,
            MtimeNs = b.Item1,
            CtimeNs = c.Item4 ? b.Item2 : null,
            Inode = c.Item4 ? b.Item3 : null,
            HardLink = c.Item4 ? "0:17" : null,
            Size = a.Item2 == TreeEntryType.File ? b.Item4 : 0,
            Target = a.Item2 == TreeEntryType.Symlink ? b.Item5.AsMemory() : null,
            Device = a.Item2 is TreeEntryType.CharDevice or TreeEntryType.BlockDevice ? new DeviceNumber(a.Item4, a.Item5) : null,
            Chunks = a.Item2 == TreeEntryType.File ? c.Item1 : null,
            Subtree = a.Item2 == TreeEntryType.Directory ? c.Item2 : null,
            Xattrs = [.. c.Item3.DistinctBy(x => Convert.ToHexString(x.Item1)).Select(x => new ExtendedAttribute(x.Item1, x.Item2))],
            Holes = a.Item2 == TreeEntryType.File && c.Item4 ? [new Hole(0, 5), new Hole(4096, 1L << 40)] : [],
            Gate = c.Item4 ? new GateNote("gzip", 7.991, 0.98, FirstSeen: c.Item4) : null,
            HeldBackSince = c.Item4 ? DateTimeOffset.UnixEpoch.AddMilliseconds(1_712_150_400_123) : null,
        });

    [Fact]
    public void An_entry_read_back_gives_the_same_line() => Entries.Sample(entry =>
    {
        var line = Line(entry);
        var read = TreeLineParser.Parse(line.AsSpan(0, line.Length - 1));
        Assert.Equal(Encoding.ASCII.GetString(line), Encoding.ASCII.GetString(Line(read)));
        Assert.True(read.Name.Span.SequenceEqual(entry.Name.Span));
        Assert.Equal(entry.Chunks, read.Chunks);
        Assert.Equal(entry.Subtree, read.Subtree);
    });

    [Fact]
    public void A_line_is_ascii_and_ends_where_it_ends() => Entries.Sample(entry =>
    {
        var line = Line(entry);
        Assert.Equal(line.Length - 1, line.AsSpan().IndexOf((byte)'\n'));
        Assert.DoesNotContain(line, b => b is >= 0x80 or (< 0x20 and not (byte)'\n'));
    });

    [Fact]
    public void The_lines_on_the_disk_do_not_change()
    {
        byte[] tree = [.. Golden().SelectMany(Line)];
        Assert.Equal(File.ReadAllText(Repository.Vector("backup", "tree.jsonl")), Encoding.ASCII.GetString(tree));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"name\":\"a\"}")]
    [InlineData("{\"name\":\"a\",\"type\":\"door\"}")]
    [InlineData("{\"type\":\"fifo\"}")]
    [InlineData("{\"name\":\"..\",\"type\":\"fifo\"}")]
    [InlineData("{\"name\":\"a/b\",\"type\":\"fifo\"}")]
    [InlineData("{\"name\":\"a\\u0000\",\"type\":\"fifo\"}")]
    [InlineData("{\"nameBase64\":\"Li4=\",\"type\":\"fifo\"}")]
    [InlineData("{\"name\":\"\",\"type\":\"fifo\"}")]
    [InlineData("{\"name\":5,\"type\":\"fifo\"}")]
    [InlineData("{\"name\":\"a\",\"type\":\"fifo\"} {}")]
    [InlineData("{\"name\":\"a\",\"type\":\"fifo\"")]
    [InlineData("{\"name\":\"a\",\"type\":\"directory\"}")]
    [InlineData("{\"name\":\"a\",\"type\":\"symlink\"}")]
    [InlineData("{\"name\":\"a\",\"type\":\"file\",\"size\":1}")]
    [InlineData("{\"name\":\"a\",\"type\":\"file\",\"size\":-1,\"chunks\":[]}")]
    [InlineData("{\"name\":\"a\",\"type\":\"fifo\",\"mode\":4096}")]
    [InlineData("{\"name\":\"a\",\"type\":\"fifo\",\"uid\":-1}")]
    [InlineData("{\"name\":\"a\",\"type\":\"directory\",\"subtree\":[\"00\"]}")]
    [InlineData("{\"name\":\"a\",\"type\":\"directory\",\"subtree\":{\"other\":[]}}")]
    [InlineData("{\"name\":\"a\",\"type\":\"directory\",\"subtree\":{\"list\":{\"list\":{\"list\":{\"list\":[]}}}}}")]
    [InlineData("{\"name\":\"a\",\"type\":\"file\",\"size\":0,\"holes\":[[5,5],[9,1]]}")]
    [InlineData("{\"name\":\"a\",\"type\":\"file\",\"size\":0,\"holes\":[[5]]}")]
    [InlineData("{\"name\":\"a\",\"type\":\"fifo\",\"heldBackSince\":\"yesterday\"}")]
    public void A_line_that_is_no_entry_is_refused(string line) =>
        Assert.Throws<TreeBrokenException>(() => TreeLineParser.Parse(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Any_text_is_an_entry_or_refused() => Gen.Char["{}[]\":,0ae\\name type file"].Array[0, 60].Sample(text =>
    {
        try
        {
            TreeLineParser.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (TreeBrokenException)
        {
        }
    });

    [Fact]
    public void Members_of_a_later_version_are_skipped()
    {
        var entry = TreeLineParser.Parse("{\"colour\":{\"name\":[1,{\"x\":null}]},\"name\":\"a\",\"type\":\"fifo\",\"mode\":420}"u8);
        Assert.Equal(420, entry.Mode);
    }

    [Fact]
    public async Task A_directory_is_read_back_in_order()
    {
        var chunks = new MemoryChunks();
        var names = Enumerable.Range(0, 20_000).Select(i => Encoding.ASCII.GetBytes($"file-{i:D6}")).ToList();
        var reference = Write(chunks, names);
        Assert.InRange(reference.Ids.Count, 2, 20);
        Assert.Equal(names, await NamesAsync(reference, chunks));
        Assert.Equal(reference, Write(new MemoryChunks(), names));
        Assert.Equal(Reference.Empty, Write(chunks, []));
        Assert.Empty(await NamesAsync(Reference.Empty, chunks));
    }

    [Fact]
    public async Task A_lost_chunk_costs_its_own_entries()
    {
        var chunks = new MemoryChunks();
        var names = Enumerable.Range(0, 30_000).Select(i => Encoding.ASCII.GetBytes($"file-{i:D6}")).ToList();
        var reference = Write(chunks, names);
        Assert.True(reference.Ids.Count >= 4);
        foreach (var lost in reference.Ids)
        {
            chunks.Lost.Clear();
            chunks.Lost.Add(lost);
            var gaps = new List<TreeGap>();
            var read = await NamesAsync(reference, chunks, gaps.Add);
            var gap = Assert.Single(gaps);
            var whole = Encoding.ASCII.GetString(chunks.Chunks[lost]).Split('\n').Length - 1;
            Assert.InRange(names.Count - read.Count, whole, whole + 1);
            Assert.Equal(lost, Assert.IsType<ChunkUnavailableException>(gap.Cause).Id);
            await Assert.ThrowsAsync<ChunkUnavailableException>(() => NamesAsync(reference, chunks));
        }
    }

    [Fact]
    public async Task Entries_out_of_order_or_twice_are_refused()
    {
        var writer = new TreeWriter(TestKeys.Keys, new MemoryChunks());
        writer.Add(Fifo("b"u8));
        Assert.Throws<ArgumentException>(() => writer.Add(Fifo("a"u8)));
        Assert.Throws<ArgumentException>(() => writer.Add(Fifo("b"u8)));
        Assert.Throws<ArgumentException>(() => writer.Add(Fifo("c/d"u8)));
        foreach (var second in new[] { "a", "b" })
        {
            var chunks = new MemoryChunks();
            byte[] tree = [.. Line(Fifo("b"u8)), .. Line(Fifo(Encoding.ASCII.GetBytes(second)))];
            var id = ChunkId.Of(TestKeys.Keys, tree);
            chunks.Put(id, tree);
            await Assert.ThrowsAsync<TreeBrokenException>(() => NamesAsync(new Reference(0, [id]), chunks));
        }
    }

    [Fact]
    public async Task A_reference_beyond_a_thousand_ids_is_a_list_of_its_own()
    {
        foreach (var (count, depth) in new[] { (0, 0), (1000, 0), (1001, 1), (50_000, 1) })
        {
            var chunks = new MemoryChunks();
            var builder = new ReferenceBuilder(TestKeys.Keys, chunks);
            var ids = Enumerable.Range(0, count).Select(i => ChunkId.Of(TestKeys.Keys, BitConverter.GetBytes(i))).ToList();
            ids.ForEach(builder.Add);
            var reference = builder.Finish();
            Assert.Equal(depth, reference.Depth);
            Assert.InRange(reference.Ids.Count, 0, Reference.DirectMaxIds);
            Assert.Equal(ids, await ReferenceReader.ReadAsync(reference, chunks).ToListAsync());
        }
    }

    [Fact]
    public async Task A_list_of_lists_is_followed_and_one_that_ends_within_an_id_is_refused()
    {
        var chunks = new MemoryChunks();
        var ids = Enumerable.Range(0, 7).Select(i => ChunkId.Of(TestKeys.Keys, [(byte)i])).ToList();
        var bytes = ids.SelectMany(Bytes).ToArray();
        // Cut within ids on purpose: nothing says that a list's chunks end where an id does.
        var list = new[] { bytes[..50], bytes[50..99], bytes[99..] }.Select(Put).ToList();
        var outer = Put([.. list.SelectMany(Bytes)]);
        Assert.Equal(ids, await ReferenceReader.ReadAsync(new Reference(2, [outer]), chunks).ToListAsync());
        await Assert.ThrowsAsync<ChunkUnavailableException>(
            async () => await ReferenceReader.ReadAsync(new Reference(1, list[..2]), chunks).ToListAsync());

        ChunkId Put(byte[] chunk)
        {
            var id = ChunkId.Of(TestKeys.Keys, chunk);
            chunks.Put(id, chunk);
            return id;
        }
    }

    [Fact]
    public void A_name_is_shown_without_harming_a_terminal()
    {
        Assert.Equal("é\\xff\\x1b[2J\\xe2\\x80\\xae", TreeNames.Display([0xC3, 0xA9, 0xFF, 0x1B, .. "[2J"u8, 0xE2, 0x80, 0xAE]));
    }

    internal static IEnumerable<TreeEntry> Golden()
    {
        var id = ChunkId.Of(TestKeys.Keys, "hello"u8);
        yield return new TreeEntry
        {
            Name = "a\u2028 \"ü\"\n"u8.ToArray(),
            Type = TreeEntryType.File,
            Mode = 0xFFF,
            Uid = uint.MaxValue,
            Gid = 7,
            MtimeNs = -1,
            CtimeNs = 1_712_150_400_123_456_789,
            Inode = ulong.MaxValue,
            HardLink = "0:17",
            Size = 1L << 40,
            Xattrs =
            [
                new("user.b"u8.ToArray(), "x"u8.ToArray()), new("user.a"u8.ToArray(), default),
                new(new byte[] { 0xFF }, "y"u8.ToArray()),
            ],
            Chunks = new Reference(1, [id, id]),
            Holes = [new Hole(0, 4096), new Hole(8192, 1)],
            Gate = new GateNote("gzip", 7.991, 0.5, FirstSeen: true),
            HeldBackSince = DateTimeOffset.UnixEpoch.AddMilliseconds(1_712_150_400_123),
        };
        yield return new TreeEntry { Name = "b"u8.ToArray(), Type = TreeEntryType.File, Mode = 0x1A4 };
        var subtree = new Reference(0, [id]);
        yield return new TreeEntry { Name = "c"u8.ToArray(), Type = TreeEntryType.Directory, Mode = 0x1ED, Subtree = subtree };
        yield return new TreeEntry { Name = "d"u8.ToArray(), Type = TreeEntryType.Symlink, Mode = 0x1FF, Target = "../x"u8.ToArray() };
        yield return new TreeEntry { Name = "e"u8.ToArray(), Type = TreeEntryType.Symlink, Target = new byte[] { 0xC3, 0x28 } };
        yield return new TreeEntry { Name = "f"u8.ToArray(), Type = TreeEntryType.BlockDevice, Device = new DeviceNumber(8, 1) };
        yield return new TreeEntry { Name = new byte[] { 0xFF, 0xFE }, Type = TreeEntryType.Fifo };
    }

    private static TreeEntry Fifo(ReadOnlySpan<byte> name) => new() { Name = name.ToArray(), Type = TreeEntryType.Fifo };

    private static byte[] Bytes(ChunkId id)
    {
        var bytes = new byte[ChunkId.SizeBytes];
        id.Write(bytes);
        return bytes;
    }

    private static byte[] Line(TreeEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        TreeLine.Write(buffer, entry);
        return buffer.WrittenSpan.ToArray();
    }

    private static Reference Write(MemoryChunks chunks, IEnumerable<byte[]> names)
    {
        var writer = new TreeWriter(TestKeys.Keys, chunks);
        foreach (var name in names)
        {
            writer.Add(new TreeEntry
            {
                Name = name,
                Type = TreeEntryType.File,
                Size = 5,
                Chunks = new Reference(0, [ChunkId.Of(TestKeys.Keys, name)]),
            });
        }
        return writer.Finish();
    }

    private static async Task<List<byte[]>> NamesAsync(Reference reference, MemoryChunks chunks, Action<TreeGap>? lost = null) =>
        await TreeReader.ReadAsync(reference, chunks, lost).Select(entry => entry.Name.ToArray()).ToListAsync();
}
