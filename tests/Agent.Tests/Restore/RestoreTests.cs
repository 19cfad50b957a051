using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Shared.Backups;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Restore;

public sealed class RestoreTests : IDisposable
{
    private readonly AgentUnderTest _agent = new();
    private readonly RepositoryBuilder _repository;

    public RestoreTests() => _repository = new RepositoryBuilder(_agent.File("copy"));

    private string Target => _agent.File("target");

    [Fact]
    public async Task A_snapshot_comes_back_as_it_was()
    {
        var root = Everything();
        _repository.Write(root);
        Assert.Equal(0, await RestoreAsync("latest"));
        Assert.Equal(RestoredFacts.OfNodes(root), await RestoredFacts.OfFolderAsync(Target));
        Assert.Contains("Restored ", _agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(Target), path => path.Contains(RestoreOptions.TemporaryPrefix));
    }

    [Fact]
    public async Task Only_what_is_included_and_not_excluded_comes_back_with_the_way_to_it()
    {
        _repository.Write(Everything());
        Assert.Equal(0, await RestoreAsync("latest", "--include", "/etc", "--include", "*.sql", "--exclude", "shadow*"));
        var facts = await RestoredFacts.OfFolderAsync(Target);
        Assert.Equal(["/etc", "/etc/hosts", "/srv", "/srv/db", "/srv/db/a.sql"], facts.Select(fact => fact.Split(' ')[0]));
        Assert.Equal(RestoredFacts.OfNodes(Everything(), path => path is "/etc" or "/etc/hosts" or "/srv" or "/srv/db" or "/srv/db/a.sql"),
            facts);
    }

    [Theory]
    [InlineData("--include", "nosuch")]
    [InlineData("--include", "/etc/nosuch")]
    [InlineData("--include", "/etc", "--exclude", "/etc")]
    [InlineData("--exclude", "*")]
    public async Task A_selection_that_leaves_nothing_is_a_failure(params string[] filter)
    {
        _repository.Write(Everything());
        Assert.Equal(1, await RestoreAsync("latest", filter));
        Assert.Contains("--include and --exclude leave nothing of snapshot 1:", _agent.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
        // An empty directory or a link is something.
        Assert.Equal(0, await RestoreAsync("latest", "--include", "/empty"));
        Assert.Equal(0, await RestoreAsync("latest", "--include", "dangling"));
    }

    [Fact]
    public async Task Files_that_are_there_stay_unless_they_may_be_replaced()
    {
        _repository.Write([TestNode.File("same", "12345"), TestNode.File("other", "67890")]);
        Assert.Equal(0, await RestoreAsync("latest"));
        File.WriteAllText(Path.Combine(Target, "other"), "mine");
        // The same size and time: only --overwrite always looks further.
        var time = File.GetLastWriteTimeUtc(Path.Combine(Target, "same"));
        using (var file = File.OpenWrite(Path.Combine(Target, "same"))) file.Write("54321"u8);
        SetTime("same");

        Assert.Equal(0, await RestoreAsync("latest"));
        Assert.Equal(("54321", "mine"), (Read("same"), Read("other")));
        Assert.Contains("--overwrite changed", _agent.Output, StringComparison.Ordinal);
        Assert.Equal(0, await RestoreAsync("latest", "--overwrite", "changed"));
        Assert.Equal(("54321", "67890"), (Read("same"), Read("other")));
        Assert.Equal(0, await RestoreAsync("latest", "--overwrite", "always"));
        Assert.Equal(("12345", "67890"), (Read("same"), Read("other")));
        Assert.Equal(time, File.GetLastWriteTimeUtc(Path.Combine(Target, "same")));

        void SetTime(string name)
        {
            using var target = TargetDirectory.OpenRoot(Target);
            Assert.Equal(0, RestoreCalls.SetTimesAt(target.Handle, RestoreCalls.Name(Encoding.UTF8.GetBytes(name)),
                TimeSpec.Modified(1_700_000_000_123_456_789), 0));
        }
    }

    [Fact]
    public async Task Nothing_is_restored_through_a_link_that_stands_in_a_directorys_place()
    {
        _repository.Write([TestNode.Directory("etc", TestNode.File("hosts", "new"), TestNode.Directory("deep", TestNode.File("x", "y"))),
            TestNode.File("free", "free")]);
        var outside = Directory.CreateDirectory(_agent.File("outside"));
        Directory.CreateDirectory(Target);
        File.CreateSymbolicLink(Path.Combine(Target, "etc"), outside.FullName);
        foreach (var mode in new[] { "never", "changed", "always" })
        {
            Assert.Equal(4, await RestoreAsync("latest", "--overwrite", mode));
            Assert.Contains("/etc is not restored: a symbolic link stands where the directory belongs", _agent.Errors,
                StringComparison.Ordinal);
            Assert.Empty(outside.GetFileSystemInfos());
            Assert.Equal("free", Read("free"));
        }
        // Nor does a selection of what lies below it help.
        Assert.Equal(4, await RestoreAsync("latest", "--include", "/etc/deep/x"));
        Assert.Empty(outside.GetFileSystemInfos());
    }

    [Fact]
    public async Task A_link_in_a_files_place_is_replaced_and_not_followed()
    {
        _repository.Write([TestNode.File("hosts", "new")]);
        var victim = _agent.File("victim");
        File.WriteAllText(victim, "old");
        Directory.CreateDirectory(Target);
        File.CreateSymbolicLink(Path.Combine(Target, "hosts"), victim);
        Assert.Equal(0, await RestoreAsync("latest", "--overwrite", "always"));
        Assert.Equal(("old", "new"), (File.ReadAllText(victim), Read("hosts")));
        Assert.Null(new FileInfo(Path.Combine(Target, "hosts")).LinkTarget);
    }

    [Fact]
    public async Task A_directory_is_never_replaced_by_a_file()
    {
        _repository.Write([TestNode.File("hosts", "new"), TestNode.File("other", "other")]);
        Directory.CreateDirectory(Path.Combine(Target, "hosts"));
        Assert.Equal(4, await RestoreAsync("latest", "--overwrite", "always"));
        Assert.Contains("/hosts is not restored: a directory stands where a file belongs", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal("other", Read("other"));
    }

    [Fact]
    public async Task Held_back_files_are_listed_and_come_only_when_asked_for()
    {
        var since = DateTimeOffset.UnixEpoch.AddMilliseconds(1_712_150_400_123);
        _repository.Write([TestNode.File("clean", "clean"),
            TestNode.File("held", "last clean version").With(entry => entry with { HeldBackSince = since })]);
        Assert.Equal(4, await RestoreAsync("latest"));
        Assert.Contains("/held is held back since 2024-04-03", _agent.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Target, "held")));
        Assert.Equal(0, await RestoreAsync("latest", "--held-back"));
        Assert.Contains("/held is held back since", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal("last clean version", Read("held"));
    }

    [Fact]
    public async Task A_snapshot_is_named_by_latest_generation_or_uuid_and_checked_against_what_was_printed()
    {
        var first = _repository.Write([TestNode.File("v", "1")]);
        var second = _repository.Write([TestNode.File("v", "2")]);
        Assert.Equal(0, await RestoreAsync("1", "--expect", $"1:{first.Fingerprint}"));
        Assert.Equal("1", Read("v"));
        Assert.Equal(0, await RestoreAsync(second.Document.Id.ToString(), "--overwrite", "always"));
        Assert.Equal("2", Read("v"));
        Assert.Equal(1, await RestoreAsync("latest", "--expect", $"3:{second.Fingerprint}"));
        Assert.Contains("generation 3 was expected", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(1, await RestoreAsync("latest", "--expect", $"2:{first.Fingerprint}"));
        Assert.Contains("it is not the snapshot that was printed", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(1, await RestoreAsync("7"));
        Assert.Contains("there is no snapshot 7; there are 2", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_latest_of_those_that_open_is_only_partly_what_was_asked_for_when_a_newer_one_may_not_open()
    {
        var first = _repository.Write([TestNode.File("v", "1")]);
        var second = _repository.Write([TestNode.File("v", "2")]);
        Assert.Equal(0, await RestoreAsync("latest"));
        // Byte 8 is the first of the key's id.
        FlipKeyId(second);
        Assert.Equal(4, await RestoreAsync("latest", "--overwrite", "always"));
        Assert.Equal("1", Read("v"));
        Assert.EndsWith("a newer one may be among them.\n", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(4, await RestoreAsync("latest", "--json", "--overwrite", "always"));
        Assert.Contains("a newer one may be among them", _agent.Output, StringComparison.Ordinal);
        Assert.EndsWith("\"exitCode\":4}\n", _agent.Output, StringComparison.Ordinal);
        // Whoever names one has what was asked for.
        Assert.Equal(0, await RestoreAsync("1", "--overwrite", "always"));
        // One that the newest names is older, and says nothing against it.
        FlipKeyId(second);
        FlipKeyId(first);
        Assert.Equal(0, await RestoreAsync("latest", "--overwrite", "always"));
        Assert.Equal("2", Read("v"));
        Assert.Contains("all are older than the newest that can", _agent.Errors, StringComparison.Ordinal);

        void FlipKeyId(FoundSnapshot snapshot)
        {
            var path = _repository.PathOf(ObjectName.Of(snapshot.Document.Id));
            var bytes = File.ReadAllBytes(path);
            bytes[8] ^= 1;
            File.WriteAllBytes(path, bytes);
        }
    }

    [Fact]
    public async Task Newer_snapshots_under_a_key_that_is_not_at_hand_make_the_latest_uncertain()
    {
        _repository.Write([TestNode.File("v", "1")]);
        using var rotated = new RepositoryBuilder(_repository.Folder, TestKeys.OtherKeys, seed: 9);
        rotated.Write([TestNode.File("v", "2")]);
        Assert.Equal(4, await RestoreAsync("latest"));
        Assert.Equal("1", Read("v"));
        Assert.EndsWith("a newer one may be among them.\n", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_a_line_of_json_for_each_event()
    {
        var since = DateTimeOffset.UnixEpoch;
        _repository.Write([TestNode.File([(byte)'a', 0xFF], "12345"u8.ToArray()).With(entry => entry with { HeldBackSince = since }),
            TestNode.File("b", "1")]);
        Assert.Equal(4, await RestoreAsync("latest", "--json"));
        var events = _agent.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.Equal(["snapshot", "heldBack", "done"], events.Select(one => one.GetProperty("event").GetString()));
        Assert.Equal(6, events[0].GetProperty("bytes").GetInt64());
        Assert.Equal("L2H/", events[1].GetProperty("pathBase64").GetString());
        Assert.Equal(1, events[2].GetProperty("files").GetInt64());
        Assert.Equal(4, events[2].GetProperty("exitCode").GetInt32());
        Assert.Equal("", _agent.Errors);
    }

    [Fact]
    public async Task Files_of_many_chunks_come_back_whole_and_holes_stay_holes()
    {
        var sparse = new byte[40 << 20];
        TestKeys.Noise(5000).CopyTo(sparse, 20 << 20);
        sparse[^1] = 7;
        var hole = new Hole(0, 20 << 20);
        TestNode[] root =
        [
            TestNode.File("noise", TestKeys.Noise(9 << 20, 3)),
            TestNode.File("sparse", sparse).With(entry => entry with { Holes = [hole, new Hole(21 << 20, (19 << 20) - 4096)] }),
            // A hole that is none: the content decides.
            TestNode.File("lying", TestKeys.Noise(1 << 20, 4)).With(entry => entry with { Holes = [new Hole(4096, 8192)] }),
            TestNode.File("zeros", new byte[12 << 20]),
        ];
        _repository.Write(root);
        Assert.Equal(0, await RestoreAsync("latest"));
        Assert.Equal(RestoredFacts.OfNodes(root), await RestoredFacts.OfFolderAsync(Target));
        var run = await TestSupport.Processes.ChildProcess.RunAsync("stat", ["-c", "%b", Path.Combine(Target, "sparse")],
            TimeSpan.FromSeconds(20));
        Assert.InRange(long.Parse(run.Output, null) * 512, 1, 3 << 20);
    }

    [Theory]
    [InlineData("restore")]
    [InlineData("restore latest")]
    [InlineData("restore newest --to x")]
    [InlineData("restore 0 --to x")]
    [InlineData("restore latest --to x --overwrite sometimes")]
    [InlineData("restore latest --to x --expect 7")]
    [InlineData("restore latest --to x --include /")]
    [InlineData("restore latest --to x --include ../etc")]
    [InlineData("restore latest --to x --from /nowhere/at/all")]
    [InlineData("restore latest --to x --from /")]
    public async Task Wrong_usage_ends_with_2_and_a_sentence(string line)
    {
        Assert.Equal(2, await _agent.RunAsync(line.Split(' ')));
        Assert.Contains("hostatlas-agent: ", _agent.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists("x"));
    }

    public void Dispose()
    {
        _repository.Dispose();
        _agent.Dispose();
    }

    internal static TestNode[] Everything()
    {
        var shared = Encoding.UTF8.GetBytes("one file with three names");
        var other = TestNode.Owner == 0 ? 12_345u : TestNode.Owner;
        List<TestNode> odd =
        [
            TestNode.File([(byte)'n', 0xFF, 0xFE, (byte)'\n', 0x1B], "not UTF-8"u8.ToArray()),
            TestNode.File("empty", ""),
            TestNode.File("setuid", "x").With(entry => entry with { Mode = 0xDED }),
            TestNode.File("secret", "x").With(entry => entry with { Mode = 0 }),
            TestNode.File("old", "x").With(entry => entry with { MtimeNs = -1_500_000_001 }),
            TestNode.File("owned", "x").With(entry => entry with { Uid = other, Gid = other }),
            TestNode.File("tagged", "x").With(entry => entry with
            {
                Mode = 0x124,
                Xattrs = [new("user.comment"u8.ToArray(), new byte[] { 0, 1, 255 }), new("user.empty"u8.ToArray(), default)],
            }),
            TestNode.Symlink("dangling", "/nowhere/ü"),
            TestNode.Symlink("raw", "x").With(entry => entry with { Target = new byte[] { 0xC3, 0x28 } }),
            new TestNode(TestNode.File("pipe", "").Entry with { Type = TreeEntryType.Fifo }),
            new TestNode(TestNode.File("socket", "").Entry with { Type = TreeEntryType.Socket }),
            TestNode.File("z-link", shared).With(entry => entry with { HardLink = "1" }),
        ];
        if (TestNode.Owner == 0)
        {
            var device = TestNode.File("null", "").Entry with { Type = TreeEntryType.CharDevice, Device = new DeviceNumber(1, 3) };
            odd.Add(new TestNode(device));
            // An owner other than root, and a capability that only survives when it is set after the owner.
            odd.Add(TestNode.File("ping", "x").With(entry => entry with
            {
                Uid = other,
                Xattrs = [new("security.capability"u8.ToArray(), Convert.FromHexString("0100000200200000000000000000000000000000"))],
            }));
        }
        return
        [
            TestNode.Directory("etc", TestNode.File("hosts", "127.0.0.1 localhost\n"), TestNode.File("shadow", "secret"),
                TestNode.File("shadow-", "secret")),
            TestNode.Directory("srv", TestNode.Directory("db", TestNode.File("a.sql", "select 1"), TestNode.File("a.txt", shared)
                .With(entry => entry with { HardLink = "1" })), TestNode.File("big", TestKeys.Noise(3 << 20))),
            TestNode.Directory("odd", [.. odd]).With(entry => entry with { Mode = 0x3FF }),
            TestNode.Directory("empty").With(entry => entry with { Mode = 0x140, MtimeNs = 5 }),
            TestNode.File("a-link", shared).With(entry => entry with { HardLink = "1" }),
        ];
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(Target, name));

    private Task<int> RestoreAsync(string snapshot, params string[] more) => RestoreAsync(_agent, _repository.Folder, snapshot, more);

    internal static Task<int> RestoreAsync(AgentUnderTest agent, string folder, string snapshot, params string[] more) =>
        agent.RunAsync(["restore", snapshot, "--to", agent.File("target"), "--from", folder, "--recovery-key", "-", .. more],
            RecoveryText);

    internal static string RecoveryText { get; } = MakeRecoveryText();

    private static string MakeRecoveryText()
    {
        using var key = new Agent.Backup.Keys.MasterKey(TestKeys.Master);
        return Backup.Keys.RecoveryKeyTests.Text(key);
    }
}
