using HostAtlas.Agent.Backup.Chain;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Tests.Restore;

/// <summary>
/// Every way in which an object can be damaged: it is told with its own sentence and the object's name, the files that it costs are named,
/// and everything else comes back byte for byte.
/// </summary>
public sealed class DamageTests : IDisposable
{
    private const string DataPack = "data pack", TreePack = "tree pack", Index = "index", Snapshot = "snapshot";

    private static readonly Dictionary<string, byte[]> Files = Enumerable.Range(0, 6)
        .ToDictionary(i => $"/{(i < 3 ? "left" : "right")}/file-{i}", i => TestKeys.Noise(100_000, i));

    private readonly AgentUnderTest _agent = new();
    private readonly RepositoryBuilder _repository;

    public DamageTests()
    {
        // Two files a pack, so that one damaged pack leaves others.
        _repository = new RepositoryBuilder(_agent.File("copy")) { BlobsPerPack = 2 };
        _repository.Write([TestNode.Directory("left", Nodes("/left/")), TestNode.Directory("right", Nodes("/right/"))]);
    }

    /// <summary>Object, byte to flip (counted from the end when negative), and what is said.</summary>
    public static TheoryData<string, int, string> Flips()
    {
        var flips = new TheoryData<string, int, string>();
        foreach (var kind in new[] { DataPack, TreePack, Index, Snapshot })
        {
            flips.Add(kind, 0, "does not begin with a header of this format");
            flips.Add(kind, 4, kind is DataPack or TreePack or Index ? "renamed, or two were swapped|not begin with a header" : "renamed");
            flips.Add(kind, 6, "does not begin with a header of this format");
            flips.Add(kind, 8, "it was sealed under the key ");
            flips.Add(kind, 20, "renamed, or two were swapped");
            flips.Add(kind, 40, "its first 88 bytes were altered");
            flips.Add(kind, 60, "its first 88 bytes were altered");
            flips.Add(kind, 90, "bytes 88–16487 were altered");
            flips.Add(kind, 88 + 16_384 + 3, "bytes 88–16487 were altered");
            flips.Add(kind, 88 + 16_400, "bytes 16488–32887 were altered");
            flips.Add(kind, -1000, "its last part, from byte ");
            flips.Add(kind, -1, "its last part, from byte ");
        }
        return flips;
    }

    [Theory]
    [MemberData(nameof(Flips))]
    public async Task A_flipped_bit_is_told_and_costs_only_what_lies_there(string kind, int at, string expected)
    {
        var name = Named(kind);
        var bytes = File.ReadAllBytes(_repository.PathOf(name));
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        File.WriteAllBytes(_repository.PathOf(name), bytes);
        await ExpectAsync(name, expected);
    }

    [Theory]
    [InlineData(DataPack, 0, "does not begin with a header")]
    [InlineData(DataPack, 31, "does not begin with a header")]
    [InlineData(DataPack, 60, "cut short or lengthened")]
    [InlineData(DataPack, 88, "cut short or lengthened")]
    [InlineData(DataPack, 88 + 16_400, "cut short or lengthened")]
    [InlineData(DataPack, 100_000, "cut short or lengthened")]
    [InlineData(DataPack, -1, "cut short or lengthened")]
    [InlineData(DataPack, 1, "cut short or lengthened")]
    [InlineData(TreePack, 88 + 16_400, "cut short or lengthened")]
    [InlineData(TreePack, -16, "cut short or lengthened")]
    [InlineData(Index, 88, "cut short or lengthened")]
    [InlineData(Index, 88 + 16_416, "cut short or lengthened|altered")]
    [InlineData(Index, -1, "cut short or lengthened|altered")]
    [InlineData(Snapshot, 0, "does not begin with a header")]
    [InlineData(Snapshot, 88 + 16_400, "cut short or lengthened|altered")]
    [InlineData(Snapshot, -1, "cut short or lengthened|altered")]
    public async Task An_object_that_was_cut_or_lengthened_is_told(string kind, int length, string expected)
    {
        var name = Named(kind);
        var bytes = File.ReadAllBytes(_repository.PathOf(name));
        File.WriteAllBytes(_repository.PathOf(name),
            length == 1 ? [.. bytes, 0] : bytes[..(length < 0 ? bytes.Length + length : length)]);
        await ExpectAsync(name, expected);
    }

    [Theory]
    [InlineData(DataPack)]
    [InlineData(TreePack)]
    [InlineData(Index)]
    [InlineData(Snapshot)]
    public async Task A_missing_object_is_told(string kind)
    {
        File.Delete(_repository.PathOf(Named(kind)));
        if (kind == Snapshot)
        {
            Assert.Equal(1, await RestoreAsync());
            Assert.Contains("there is no snapshot here", _agent.Errors, StringComparison.Ordinal);
            return;
        }
        await ExpectAsync(Named(kind), "it is not there");
    }

    [Fact]
    public async Task Swapped_objects_are_told()
    {
        var (first, second) = (_repository.PathOf(_repository.Packs[0]), _repository.PathOf(_repository.Packs[1]));
        File.Move(first, first + "x");
        File.Move(second, first);
        File.Move(first + "x", second);
        await ExpectAsync(_repository.Packs[0], $"it is the object {_repository.Packs[1]}: it was renamed, or two were swapped");
    }

    [Fact]
    public async Task An_object_under_another_name_is_told_and_one_that_is_missing_is_found_by_its_hash_elsewhere()
    {
        var name = new ObjectName(ObjectKind.Snapshot, _repository.Id<ObjectId>());
        File.Copy(_repository.PathOf(Named(Snapshot)), _repository.PathOf(name));
        Assert.Equal(4, await VerifyAsync());
        Assert.Contains($"The object {name} cannot be used: it is the object {Named(Snapshot)}: it was renamed", _agent.Errors,
            StringComparison.Ordinal);
        // Whoever asks for the newest learns that one did not open.
        Assert.Equal(4, await RestoreAsync());
        Assert.Equal(Files.Keys.Order(), Restored());
    }

    [Fact]
    public async Task Another_key_opens_nothing_and_is_told()
    {
        using var other = new Agent.Backup.Keys.MasterKey(Enumerable.Range(100, 32).Select(i => (byte)i).ToArray());
        var text = Backup.Keys.RecoveryKeyTests.Text(other);
        foreach (var verb in new[] { "restore latest --to x", "verify" })
        {
            Assert.Equal(1, await _agent.RunAsync([.. verb.Split(' '), "--from", _repository.Folder, "--recovery-key", "-"], text));
            Assert.Contains($"it was sealed under the key {TestKeys.Keys.KeyId}, which is not among {other.KeyId}; "
                + "name the right recovery key with --recovery-key FILE", _agent.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_damaged_blob_is_read_from_its_other_place()
    {
        using var twice = new RepositoryBuilder(_agent.File("twice")) { BlobsPerPack = 2, Forgets = true };
        TestNode[] root = [TestNode.Directory("left", Nodes("/left/"))];
        twice.Write(root);
        var damaged = twice.Packs[0];
        twice.Write(root);
        foreach (var pack in new[] { damaged, twice.Packs[^1] })
        {
            var good = File.ReadAllBytes(twice.PathOf(pack));
            File.WriteAllBytes(twice.PathOf(pack), [.. good[..100], (byte)(good[100] ^ 1), .. good[101..]]);
            Assert.Equal(0, await RestoreTests.RestoreAsync(_agent, twice.Folder, "latest", "--overwrite", "always"));
            Assert.Equal(3, Restored().Count());
            File.WriteAllBytes(twice.PathOf(pack), good);
        }
    }

    [Fact]
    public async Task A_forged_index_entry_is_told_and_the_true_place_is_used()
    {
        var (plain, _) = TestKeys.Opener.Open(_repository.Indexes[0], File.ReadAllBytes(_repository.PathOf(_repository.Indexes[0])));
        var table = IndexTable.Read(_repository.Indexes[0], plain)[0];
        // The id of the pack's second blob, said to lie where the first one does.
        var forged = table.Entries[0] with { Id = table.Entries[1].Id };
        using var builder = new IndexBuilder(TestKeys.Sealer());
        builder.Add(table.Pack, [forged]);
        using var index = builder.Seal(_repository.Id<ObjectId>());
        File.WriteAllBytes(_repository.PathOf(index.Name), index.Bytes.ToArray());
        _repository.Write([TestNode.Directory("left", Nodes("/left/")), TestNode.Directory("right", Nodes("/right/"))],
            document => document with { Indexes = [index.Name.Id, .. document.Indexes] });

        Assert.Equal(0, await RestoreAsync());
        Assert.Equal(Files.Keys.Order(), Restored());
        Assert.Equal(4, await VerifyAsync());
        Assert.Contains($"{index.Name} names a chunk at byte 0 of packs/{table.Pack} that the pack's own table does not have",
            _agent.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("is damaged", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_is_authentic_but_none_is_told()
    {
        foreach (var (plain, expected) in new (byte[], string)[]
        {
            ([.. "HAI2"u8], "does not end as an index does"),
            ([0, 0, 0, 9, .. "HAI1"u8], "claims 9 packs"),
            ([.. new byte[20], 0, 0, 0, 1, .. "HAI1"u8], "a pack's id was expected"),
        })
        {
            var id = _repository.Forge(ObjectKind.Index, plain);
            _repository.Write([TestNode.File("only", "x")], document => document with { Indexes = [id.Id, .. document.Indexes] });
            Assert.Equal(0, await RestoreAsync("--overwrite", "always"));
            Assert.Contains(expected, _agent.Errors, StringComparison.Ordinal);
            Assert.Equal(4, await VerifyAsync("latest"));
            Assert.Contains($"The object {id} cannot be used", _agent.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_older_state_of_the_vault_is_refused_by_whoever_remembers_a_newer_one()
    {
        _repository.Write([TestNode.File("new", "new")]);
        Remember(_repository.Snapshots[1]);
        Assert.Equal(0, await RestoreAsync());
        File.Delete(_repository.PathOf(ObjectName.Of(_repository.Snapshots[1].Document.Id)));
        Assert.Equal(1, await RestoreAsync());
        Assert.Contains($"this host's newest snapshot is 2:{_repository.Snapshots[1].Fingerprint}", _agent.Errors,
            StringComparison.Ordinal);
        Assert.Equal(1, await VerifyAsync());
        Assert.Equal(0, await RestoreAsync("--accept-rollback"));
        Assert.Equal(Files.Keys.Append("/new").Order(), Restored());
    }

    [Fact]
    public async Task A_snapshot_that_was_written_anew_is_told_by_the_chain()
    {
        _repository.Write([TestNode.File("a", "1")]);
        _repository.Write([TestNode.File("a", "2")]);
        // The thief has the key: the second snapshot is authentic, but it is not the one that the third knows.
        using var anew = SnapshotObject.Seal(TestKeys.Sealer(),
            _repository.Snapshots[1].Document with { Tree = _repository.Snapshots[0].Document.Tree });
        File.WriteAllBytes(_repository.PathOf(anew.Name), anew.Bytes.ToArray());
        Assert.Equal(4, await VerifyAsync());
        Assert.Contains("it was written anew", _agent.Errors, StringComparison.Ordinal);
        Remember(_repository.Snapshots[1]);
        File.Delete(_repository.PathOf(ObjectName.Of(_repository.Snapshots[2].Document.Id)));
        Assert.Equal(1, await RestoreAsync());
        Assert.Contains("this is another chain", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sound_repository_is_verified_in_whole_and_in_part()
    {
        foreach (var (arguments, packs) in new (string[], int)[]
        {
            ([], 0), (["--read-data"], 5), (["--read-data=30%"], 2), (["--read-data", "latest"], 5), (["1"], 0),
        })
        {
            Assert.Equal(0, await _agent.RunAsync(
                ["verify", .. arguments, "--json", "--from", _repository.Folder, "--recovery-key", "-"], RestoreTests.RecoveryText));
            Assert.Contains($"\"files\":6,\"packsRead\":{packs},\"faults\":0,\"damagedPaths\":0,\"exitCode\":0", _agent.Output,
                StringComparison.Ordinal);
        }
        foreach (var wrong in new[] { "--read-data=0%", "--read-data=101%", "--read-data=half", "yesterday" })
        {
            Assert.Equal(2, await _agent.RunAsync(
                ["verify", wrong, "latest", "--from", _repository.Folder, "--recovery-key", "-"], RestoreTests.RecoveryText));
        }
    }

    public void Dispose()
    {
        _repository.Dispose();
        _agent.Dispose();
    }

    private static TestNode[] Nodes(string folder) =>
        [.. Files.Where(file => file.Key.StartsWith(folder, StringComparison.Ordinal))
            .Select(file => TestNode.File(file.Key[folder.Length..], file.Value))];

    // Packs 0–2 hold the files, the others the trees.
    private ObjectName Named(string kind) => kind switch
    {
        DataPack => _repository.Packs[1],
        TreePack => _repository.Packs[^1],
        Index => _repository.Indexes[0],
        _ => ObjectName.Of(_repository.Snapshots[0].Document.Id),
    };

    private async Task ExpectAsync(ObjectName name, string expected)
    {
        var code = await VerifyAsync();
        Assert.Equal(name.Kind == ObjectKind.Snapshot ? 1 : 4, code);
        Assert.Contains($"The object {name} cannot be used: ", _agent.Errors, StringComparison.Ordinal);
        Assert.True(expected.Split('|').Any(one => _agent.Errors.Contains(one, StringComparison.Ordinal)), _agent.Errors);
        var verified = _agent.Errors;

        code = await RestoreAsync();
        var restored = Restored().ToList();
        var lost = Files.Keys.Except(restored).ToList();
        Assert.Equal(name.Kind == ObjectKind.Snapshot ? 1 : lost.Count > 0 ? 4 : 0, code);
        if (name.Kind == ObjectKind.Snapshot) return;
        foreach (var path in lost)
        {
            Assert.True(new[] { path, path[..path.LastIndexOf('/')], "/" }.Any(part =>
                _agent.Errors.Contains($"{part} is not restored", StringComparison.Ordinal)), $"{path} is not named:\n{_agent.Errors}");
            Assert.True(new[] { path, path[..path.LastIndexOf('/')], "/" }.Any(part =>
                verified.Contains($"{part} of snapshot 1 is damaged", StringComparison.Ordinal)), $"{path} is not named:\n{verified}");
        }
        // A pack that holds files costs those alone, an index nothing.
        if (name == Named(DataPack)) Assert.InRange(lost.Count, 0, 2);
        if (name == Named(Index)) Assert.Empty(lost);
    }

    /// <summary>The files in the target, each of them looked at: what is there is whole.</summary>
    private IEnumerable<string> Restored()
    {
        var target = _agent.File("target");
        if (!Directory.Exists(target)) return [];
        var paths = Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories)
            .Select(path => path[target.Length..]).Order().ToList();
        foreach (var path in paths.Where(Files.ContainsKey)) Assert.Equal(Files[path], File.ReadAllBytes(target + path));
        return paths;
    }

    private void Remember(FoundSnapshot snapshot)
    {
        Agent.Credentials.StateFolder.OpenOrCreate(_agent.State);
        new SnapshotHead(snapshot.Document.Generation, snapshot.Document.Id, snapshot.Sha256, snapshot.Document.KeyId)
            .Save(Path.Combine(_agent.State, "head"));
    }

    private Task<int> RestoreAsync(params string[] more) => RestoreTests.RestoreAsync(_agent, _repository.Folder, "latest", more);

    private Task<int> VerifyAsync(params string[] more) => _agent.RunAsync(
        ["verify", "--read-data", .. more, "--from", _repository.Folder, "--recovery-key", "-"], RestoreTests.RecoveryText);
}
