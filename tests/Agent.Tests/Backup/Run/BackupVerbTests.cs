using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Backup.Run;

public sealed class BackupVerbTests : IAsyncLifetime
{
    private BackupHost _host = null!;

    [Fact]
    public async Task A_tree_is_stored_as_it_is_odd_names_links_and_holes_included()
    {
        var random = Random(3_000_000);
        Write("a/random", random);
        Write("a/empty", []);
        Write("b/text", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n"))));
        File.SetUnixFileMode(_host.PathOf("b/text"), (UnixFileMode)0b110_100_010);
        File.CreateSymbolicLink(_host.PathOf("a/link"), "../b/nowhere");
        using (var sparse = File.Create(_host.PathOf("a/sparse")))
        {
            sparse.SetLength(40 << 20);
            sparse.Position = 20 << 20;
            sparse.Write("island"u8);
        }
        await ShellAsync($"printf raw > \"$(printf '{_host.Root}/a/x\\377y')\"; mkfifo {_host.PathOf("a/pipe")}; "
            + $"ln {_host.PathOf("a/random")} {_host.PathOf("b/other-name")}");
        await _host.BackupAsync();
        var read = await _host.ReadBackAsync();
        Assert.Empty(read.Twice);
        Assert.Equal(random, read.Entries[_host.PathOf("a/random")].Content);
        Assert.Equal(read.Entries[_host.PathOf("a/random")].Entry.HardLink, read.Entries[_host.PathOf("b/other-name")].Entry.HardLink);
        Assert.Equal(File.ReadAllBytes(_host.PathOf("b/text")), read.Entries[_host.PathOf("b/text")].Content);
        Assert.Equal(0b110_100_010, read.Entries[_host.PathOf("b/text")].Entry.Mode);
        Assert.Equal("../b/nowhere"u8.ToArray(), read.Entries[_host.PathOf("a/link")].Entry.Target!.Value.ToArray());
        Assert.Equal(TreeEntryType.Fifo, read.Entries[_host.PathOf("a/pipe")].Entry.Type);
        Assert.Equal("raw"u8.ToArray(), read.Entries[_host.PathOf("a/x\\xffy")].Content);
        Assert.Equal(File.ReadAllBytes(_host.PathOf("a/sparse")), read.Entries[_host.PathOf("a/sparse")].Content);
        Assert.NotEmpty(read.Entries[_host.PathOf("a/sparse")].Entry.Holes);
        Assert.Equal((1, 6L), (read.Snapshot.Generation, read.Snapshot.Counts.Files));
        Assert.Contains("Generation 1, fingerprint " + _host.Platform.Chain[0].Fingerprint, _host.Agent.Output, StringComparison.Ordinal);
        // .NET cannot delete what it cannot name.
        await ShellAsync($"rm -r {_host.PathOf("a")}");
    }

    [Fact]
    public async Task An_unchanged_tree_costs_little_more_than_a_snapshot()
    {
        for (var i = 0; i < 40; i++) Write($"d{i % 4}/f{i}", Random(20_000 + i));
        await BackupHost.SettleAsync();
        await _host.BackupAsync();
        var before = _host.Platform.Puts.Count;
        await _host.BackupAsync();
        Assert.Contains("40 files unchanged", _host.Agent.Output, StringComparison.Ordinal);
        AssertLittleWasSent(before);
        // What two runs left behind is the owner's alone.
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.All(Directory.EnumerateFileSystemEntries(_host.Agent.State, "*", SearchOption.AllDirectories),
            path => Assert.True((File.GetUnixFileMode(path) & Others) == 0, $"{path} is {File.GetUnixFileMode(path)}"));
        var read = await _host.ReadBackAsync();
        Assert.Equal(File.ReadAllBytes(_host.PathOf("d3/f39")), read.Entries[_host.PathOf("d3/f39")].Content);
        Assert.Equal(2, read.Snapshot.Generation);
        Assert.Equal(_host.Platform.Chain[1].Snapshot, Assert.Single(read.Snapshot.Predecessors).Uuid);
    }

    [Fact]
    public async Task A_changed_file_is_read_again_and_only_its_new_chunks_are_sent()
    {
        var content = Random(30 << 20);
        Write("large", content);
        await BackupHost.SettleAsync();
        await _host.BackupAsync();
        content[15 << 20] ^= 1;
        Write("large", content);
        var before = _host.Platform.Objects.Values.Sum(bytes => (long)bytes.Length);
        await _host.BackupAsync();
        var read = await _host.ReadBackAsync();
        Assert.Empty(read.Twice);
        Assert.Equal(content, read.Entries[_host.PathOf("large")].Content);
        Assert.InRange(_host.Platform.Objects.Values.Sum(bytes => (long)bytes.Length) - before, 1, 6 << 20);
    }

    [Fact]
    public async Task Without_its_copies_and_its_head_a_host_goes_on_from_what_the_platform_has()
    {
        for (var i = 0; i < 20; i++) Write($"f{i}", Random(50_000));
        await BackupHost.SettleAsync();
        await _host.BackupAsync();
        Directory.Delete(Path.Combine(_host.Agent.State, "backup"), recursive: true);
        File.Delete(Path.Combine(_host.Agent.State, "head"));
        var before = _host.Platform.Puts.Count;
        await _host.BackupAsync();
        AssertLittleWasSent(before);
        Assert.Equal(2, (await _host.ReadBackAsync()).Snapshot.Generation);
    }

    [Fact]
    public async Task A_pack_that_the_platform_lost_is_read_and_stored_again()
    {
        for (var i = 0; i < 20; i++) Write($"f{i}", Random(50_000));
        await BackupHost.SettleAsync();
        await _host.BackupAsync();
        foreach (var name in _host.Platform.Objects.Keys.Where(name => name.Kind == ObjectKind.Pack)) _host.Platform.Objects.Remove(name,
            out _);
        await _host.BackupAsync();
        Assert.Contains("any more", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_host.PathOf("f7")), (await _host.ReadBackAsync()).Entries[_host.PathOf("f7")].Content);
    }

    [Fact]
    public async Task A_platform_that_shows_an_older_snapshot_as_the_newest_is_found_out()
    {
        Write("f", Random(1000));
        await _host.BackupAsync();
        await File.WriteAllTextAsync(Path.Combine(_host.Agent.State, "head"), (await File.ReadAllTextAsync(Path.Combine(_host.Agent.State,
            "head")))
            .Replace(_host.Platform.Chain[0].Snapshot.ToString(), Guid.CreateVersion7().ToString().Remove(14, 1).Insert(14, "4"),
                StringComparison.Ordinal)
            .Replace("\"generation\":1", "\"generation\":9", StringComparison.Ordinal));
        await _host.BackupAsync(1);
        Assert.Contains("rolled back", _host.Agent.Errors, StringComparison.Ordinal);
        await _host.BackupAsync(0, "--accept-rollback");
        Assert.Equal(10, (await _host.ReadBackAsync()).Snapshot.Generation);
    }

    [Fact]
    public async Task A_frozen_chain_takes_nothing_and_the_run_after_it_trusts_nothing_earlier()
    {
        Write("f", Random(100_000));
        await BackupHost.SettleAsync();
        await _host.BackupAsync();
        _host.Platform.Script = async context => context.Request.Path == "/api/agent/backups/begin"
            && await TestPlatform.ProblemAsync(context, 423, ProblemSlug.BackupsFrozen);
        await _host.BackupAsync(3);
        _host.Platform.Script = null;
        var before = _host.Platform.Puts.Count;
        await _host.BackupAsync();
        Assert.Contains(_host.Platform.Puts.Skip(before), name => name.Kind == ObjectKind.Pack);
        Assert.NotEmpty((await _host.ReadBackAsync()).Twice);
    }

    [Fact]
    public async Task A_root_that_is_not_there_makes_it_partly_done()
    {
        Write("f", Random(1000));
        await _host.ConfigureAsync("");
        await File.WriteAllTextAsync(_host.Agent.Config, (await File.ReadAllTextAsync(_host.Agent.Config))
            .Replace("roots = [", "roots = [\"/nowhere/at/all\", ", StringComparison.Ordinal));
        await _host.BackupAsync(4);
        Assert.Contains("/nowhere", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.Equal("/nowhere", Assert.Single((await _host.ReadBackAsync()).Snapshot.Faults).Path);
    }

    [Theory]
    [InlineData(false, "/link")]
    [InlineData(false, "/link/")]
    [InlineData(false, "/link/below")]
    // Within another root the link is kept, and the root that it hides is told all the same.
    [InlineData(true, "/link")]
    [InlineData(true, "/link/below")]
    public async Task A_root_that_is_a_link_or_lies_behind_one_makes_it_partly_done(bool isWithin, string linked)
    {
        Write("real/below/f", Random(1000));
        File.CreateSymbolicLink(_host.PathOf("link"), "real");
        var others = isWithin ? $"\"{_host.Root}\", " : "";
        await File.WriteAllTextAsync(_host.Agent.Config, (await File.ReadAllTextAsync(_host.Agent.Config))
            .Replace($"[\"{_host.Root}\"]", $"[{others}\"{_host.Root}{linked}\"]", StringComparison.Ordinal));
        Assert.Equal(4, await _host.Agent.RunAsync(["backup", "--dry-run"]));
        Assert.Contains("a root is named by its real path", _host.Agent.Errors, StringComparison.Ordinal);
        await _host.BackupAsync(4);
        Assert.Contains($"{_host.PathOf("link")}: ", _host.Agent.Errors, StringComparison.Ordinal);
        var read = await _host.ReadBackAsync();
        Assert.Equal(_host.PathOf("link"), Assert.Single(read.Snapshot.Faults).Path);
        Assert.Equal(isWithin, read.Entries.ContainsKey(_host.PathOf("link")));
    }

    [Fact]
    public async Task What_the_commands_before_and_after_write_stays_out_of_what_programs_read()
    {
        await _host.ConfigureAsync("pre = \"echo said before; exit 0\"\npost = 'echo \"said after $HOSTATLAS_BACKUP_RESULT\"'");
        Write("f", Random(1000));
        await using var backup = _host.Start("backup");
        var end = await backup.EndAsync(TimeSpan.FromMinutes(1));
        Assert.True(end.ExitCode == 0, end.LastWords);
        var line = Assert.Single(end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("committed", JsonDocument.Parse(line).RootElement.GetProperty("event").GetString());
        Assert.Contains("said before", end.LastWords, StringComparison.Ordinal);
        Assert.Contains("said after 0", end.LastWords, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_keys_caches_and_what_is_excluded_stay_on_the_host()
    {
        await _host.ConfigureAsync("exclude = [\"*.tmp\", \"!keep.tmp\", \"skip/\"]\nexclude_larger = \"1MiB\"");
        foreach (var name in new[] { "a.tmp", "keep.tmp", "skip/x", "cache/data" }) Write(name, Random(100));
        Write("cache/CACHEDIR.TAG", Encoding.ASCII.GetBytes("Signature: 8a477f597d28d172789f06886806bc55\n"));
        Write("id_ed25519", Random(100));
        Write("hidden", Encoding.ASCII.GetBytes("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
        Write("large", Random(2 << 20));
        await _host.BackupAsync();
        var read = await _host.ReadBackAsync();
        Assert.Equal(["cache", "cache/CACHEDIR.TAG", "keep.tmp"], read.Entries.Keys.Where(path => path.StartsWith(_host.Root + "/",
            StringComparison.Ordinal))
            .Select(path => path[(_host.Root.Length + 1)..]).Order(StringComparer.Ordinal));
        Assert.Equal([_host.PathOf("hidden"), _host.PathOf("id_ed25519")], read.Snapshot.PrivateKeys.Select(key => key.Path));
    }

    [Fact]
    public async Task The_state_folder_is_never_taken()
    {
        Directory.CreateDirectory(_host.PathOf("x"));
        await File.WriteAllTextAsync(_host.Agent.Config, (await File.ReadAllTextAsync(_host.Agent.Config))
            .Replace($"\"{_host.Root}\"", $"\"{Path.GetDirectoryName(_host.Root)}\"", StringComparison.Ordinal));
        await _host.BackupAsync();
        Assert.DoesNotContain((await _host.ReadBackAsync()).Entries.Keys, path => path.StartsWith(_host.Agent.State,
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_of_the_files_their_names_or_the_key_is_in_what_is_sent_or_kept()
    {
        var markers = Enumerable.Range(0, 1000).Select(i => $"MARKER-{i:x4}-{Convert.ToHexString(Random(8))}").ToList();
        foreach (var marker in markers) Write($"n-{marker}", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"c-{marker} ", 20))));
        await _host.BackupAsync();
        var key = File.ReadAllText(Path.Combine(_host.Agent.State, "backup.keys")).Split('\n')[1][..40];
        var everything = _host.Platform.Objects.Values.Concat(_host.Platform.Bodies)
            .Concat(Directory.EnumerateFiles(_host.Agent.State, "*", SearchOption.AllDirectories)
                .Where(path => !path.EndsWith("backup.keys", StringComparison.Ordinal)).Select(File.ReadAllBytes))
            .Append(Encoding.UTF8.GetBytes(_host.Agent.Output + _host.Agent.Errors));
        var needles = System.Buffers.SearchValues.Create([.. markers, key], StringComparison.Ordinal);
        foreach (var bytes in everything) Assert.False(Encoding.Latin1.GetString(bytes).AsSpan().ContainsAny(needles));
    }

    public async Task InitializeAsync() => _host = await BackupHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    // Other tests change /tmp, which leads to the root: its entry may cost the smallest pack and the smallest index.
    private void AssertLittleWasSent(int putsBefore) =>
        Assert.InRange(_host.Platform.Puts.Skip(putsBefore).Sum(name => (long)_host.Platform.Objects[name].Length), 64 << 10, 384 << 10);

    private static byte[] Random(int length) => OrdinaryBytes.Draw(length);

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_host.PathOf(name))!);
        File.WriteAllBytes(_host.PathOf(name), content);
    }

    private static async Task ShellAsync(string line) =>
        Assert.Equal(0, (await ChildProcess.RunAsync("/bin/sh", ["-c", line], TimeSpan.FromSeconds(30))).ExitCode);
}
